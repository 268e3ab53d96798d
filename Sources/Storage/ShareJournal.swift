internal import Bitcoin
internal import GRDB
internal import Wire

/// The accepted shares of one MSP with their jobs and miners, on disk before anyone hears of them.
///
/// A group is appended in one piece to the journal's tail, a file that is written in circles: when `append` returns, it
/// is durable; when it throws, the journal takes the next group as if this one had never been. What is in the tail goes
/// into the database soon after, many groups in one transaction (docs/protocol/journal.md). Belongs to one thread.
public final class ShareJournal {
    /// How the tail is kept.
    public struct Tail: Sendable {
        /// The size of the file, in pages of 4,096 bytes. A group takes one page at least.
        public var pages: Int
        /// How long a group waits before it goes into the database, so that others go with it.
        public var milliseconds: Int

        /// A tail of so many pages, 2 to 262,144. The default takes a good part of a second of a very busy pool; the
        /// database gets what there is forty times a second, which is little work each time, and holds up nobody.
        public init(pages: Int = 2_048, milliseconds: Int = 25) {
            self.pages = min(max(pages, 2), TailFile.largest / TailRecord.pageSize)
            self.milliseconds = max(milliseconds, 0)
        }
    }

    /// How many groups are stored.
    public private(set) var groupCount: UInt64

    /// The number that the next new miner gets.
    public private(set) var nextMinerNumber: UInt32

    let store: Store
    /// The sequences of all jobs that are stored.
    private(set) var jobs: Set<UInt64>
    private var minerKeys: Set<XOnlyKeyBytes>
    private var minerNames: Set<String>

    private let file: TailFile
    private let salt: [UInt8]
    private let transfer: JournalTransfer

    /// Opens the journal of a store, reads back and verifies its miners and jobs, and brings into the database what the
    /// tail still held.
    ///
    /// - Throws: `StorageError`, of which `corrupt` names the row and what is wrong with it. Batches are verified by
    ///   `replay`.
    public init(_ store: Store, tail: Tail = Tail()) throws(StorageError) {
        self.store = store
        file = try TailFile(store.directory.url)
        salt = TailRecord.salt(store.identity)
        let recovery = TailRecovery(try TailRecord.sealed(in: file.contents(), salt: salt))
        let found = try StorageError.catching {
            try store.queue.write { database in
                try recovery.finish(database)
                _ = try JournalTables.countBatches(database)
                let jobs = try JournalTables.jobSequences(database)
                if let last = jobs.max() { try JobSequence.pass(last, in: database) }
                return (
                    miners: try JournalTables.miners(database), jobs: jobs,
                    groups: try JournalTables.countGroups(database)
                )
            }
        }
        nextMinerNumber = UInt32(found.miners.count)
        jobs = found.jobs
        minerKeys = Set(found.miners.map(\.key))
        minerNames = Set(found.miners.compactMap(\.name?.text))
        groupCount = found.groups
        try file.allocate(pages: tail.pages)
        transfer = JournalTransfer(store, tail)
    }

    deinit {
        transfer.close()
    }

    /// Whether a job is stored: the first group with a share of it stores it too.
    public func hasJob(_ sequence: UInt64) -> Bool {
        jobs.contains(sequence)
    }

    /// Stores a group; durable on return.
    ///
    /// - Throws: `StorageError`: the group refers to what is not stored or doubles what is, or the disk refuses. While
    ///   the database takes nothing, nothing is stored, even if there were room in the tail.
    public func append(_ group: JournalGroup) throws(StorageError) {
        try checkReferences(of: group)
        try checkMiners(of: group)
        let record = TailRecord(number: groupCount, group: group)
        let pages = record.encoded(salt: salt)
        try transfer.recover()
        if let page = try transfer.place(pages.count / TailRecord.pageSize) {
            try file.write(pages, atPage: page)
            transfer.take(record, pages: pages.count / TailRecord.pageSize)
        } else {
            // It is larger than the whole tail.
            try transfer.store(record)
        }
        groupCount += 1
        nextMinerNumber += UInt32(group.miners.count)
        jobs.formUnion(group.jobs.map(\.sequence))
        minerKeys.formUnion(group.miners.map(\.key))
        minerNames.formUnion(group.miners.compactMap(\.name?.text))
    }

    /// Brings into the database what is in the tail only.
    ///
    /// - Throws: `StorageError`; what was stored is in the tail still.
    public func flush() throws(StorageError) {
        try transfer.run()
    }

    private func checkReferences(of group: JournalGroup) throws(StorageError) {
        var expected = nextMinerNumber
        for miner in group.miners {
            guard miner.number == expected, expected < .max else {
                throw .wrongMinerNumber(expected: expected)
            }
            expected += 1
        }
        for (index, job) in group.jobs.enumerated() {
            let isDouble = group.jobs[..<index].contains { $0.sequence == job.sequence }
            guard !isDouble, !jobs.contains(job.sequence), job.sequence <= UInt64(Int64.max) else {
                throw .alreadyStored("job \(job.sequence)")
            }
        }
        for batch in group.batches {
            for sequence in batch.jobs where !jobs.contains(sequence) {
                guard group.jobs.contains(where: { $0.sequence == sequence }) else {
                    throw .unknownJob(sequence)
                }
            }
            guard batch.highestMinerNumber < expected else {
                throw .unknownMiner(batch.highestMinerNumber)
            }
        }
    }

    /// Two miners with one key or name are refused here: the database would notice only when the group is durable.
    private func checkMiners(of group: JournalGroup) throws(StorageError) {
        guard !group.miners.isEmpty else { return }
        var keys: Set<XOnlyKeyBytes> = []
        var names: Set<String> = []
        for miner in group.miners {
            guard !minerKeys.contains(miner.key), keys.insert(miner.key).inserted else {
                throw .alreadyStored("the key of miner \(miner.number)")
            }
            guard let name = miner.name?.text else { continue }
            guard !minerNames.contains(name), names.insert(name).inserted else {
                throw .alreadyStored("the name of miner \(miner.number)")
            }
        }
    }
}
