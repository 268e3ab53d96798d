public import Bitcoin
public import Wire

/// Why the store refuses.
public enum StorageError: Error, Hashable, Sendable {
    /// Another process holds the data directory; its id, if it left one.
    case directoryInUse(path: String, processID: Int32?)
    /// The data directory or a file in it cannot be made or opened.
    case cannotOpen(path: String, reason: String)
    /// The database was written by a later version of this program.
    case newerSchema
    /// The database belongs to another syndicate or MSP.
    case foreign(found: StoreIdentity)
    /// What is stored is not what was written.
    case corrupt(Corruption)
    /// A share names a job that is not in the store.
    case unknownJob(UInt64)
    /// A share names a miner that is not in the store.
    case unknownMiner(UInt32)
    /// A miner's number is not the next one.
    case wrongMinerNumber(expected: UInt32)
    /// A job's sequence, or a miner's key or name, is in the store already.
    case alreadyStored(String)
    /// The disk is full. Nothing of the group was stored; the next may fit.
    case diskFull
    /// The disk or the system refused. Nothing of the group was stored.
    case inputOutput(String)
    /// SQLite refused for another reason: its extended result code and text.
    case database(code: Int32, message: String)
}

/// A place in the store that does not hold what was written there.
public struct Corruption: Hashable, Sendable {
    /// Where.
    public enum Place: Hashable, Sendable {
        /// The database as a whole, as SQLite found.
        case database
        /// A row of the table of share batches, by its sequence.
        case batch(Int64)
        /// A group of the journal's tail, by its number.
        case tail(UInt64)
        /// A row of the table of jobs, by its sequence.
        case job(Int64)
        /// A row of the table of miners, by its number.
        case miner(Int64)
        /// A row of the table of counters, by its name.
        case counter(String)
        /// A row of the table of facts about the store, by its key.
        case meta(String)
    }

    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        /// SQLite's own words.
        case sqlite(String)
        /// The checksum does not belong to the bytes.
        case checksum
        /// The bytes are no record.
        case record(WireError)
        /// The row's columns say something else than its record.
        case columns
        /// A row is missing here.
        case missing
    }

    /// Where.
    public let place: Place
    /// What is wrong.
    public let problem: Problem

    /// A problem at a place.
    public init(_ place: Place, _ problem: Problem) {
        self.place = place
        self.problem = problem
    }
}

/// Whose store it is.
public struct StoreIdentity: Hashable, Sendable {
    /// The syndicate's id: the hash of its genesis.
    public let syndicate: Hash256
    /// The x-only key of the MSP.
    public let msp: XOnlyKeyBytes

    /// The store of one MSP in one syndicate.
    public init(syndicate: Hash256, msp: XOnlyKeyBytes) {
        self.syndicate = syndicate
        self.msp = msp
    }
}
