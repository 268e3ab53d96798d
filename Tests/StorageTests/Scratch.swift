import Bitcoin
import Foundation
import Storage
import TestSupport
import Testing
import Wire

/// A data directory of one test, removed with the value.
final class Scratch {
    private let folder: TemporaryFolder
    /// The data directory, which is not there yet.
    let url: URL

    static let identity: StoreIdentity = {
        guard let msp = try? XOnlyKeyBytes([UInt8](repeating: 2, count: 32)) else {
            preconditionFailure("32 bytes are a key's encoding")
        }
        return StoreIdentity(syndicate: SHA256.hash([1]), msp: msp)
    }()

    init() throws {
        folder = try TemporaryFolder("store")
        url = folder.url.appending(path: "data")
    }

    func store(_ identity: StoreIdentity = Scratch.identity) throws -> Store {
        try Store(try DataDirectory(url), identity: identity)
    }

    func journal(_ tail: ShareJournal.Tail = .init()) throws -> ShareJournal {
        try ShareJournal(try store(), tail: tail)
    }
}

extension ShareJournal {
    /// All shares from the batch on in which a job can be first, in order.
    func shares(from job: UInt64 = 0) throws -> [JournalShare] {
        var shares: [JournalShare] = []
        try replay(from: job) { shares += $1.shares }
        return shares
    }
}

/// Records for tests of the journal.
enum Entries {
    static func miner(_ number: UInt32, name: String? = nil) throws -> MinerRegistration {
        MinerRegistration(
            number: number, key: try XOnlyKeyBytes(SHA256.hash([UInt8(truncatingIfNeeded: number)]).bytes),
            name: try name.map { try #require(RecordName($0)) })
    }

    static func job(_ sequence: UInt64) throws -> JournalJob {
        try JournalJob(
            sequence: sequence,
            owner: JournalJob.Owner(
                syndicate: Scratch.identity.syndicate, msp: Scratch.identity.msp, logPosition: 0, logHash: .zero),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: .zero,
                compactTarget: CompactTarget(rawValue: 0x207f_ffff), merkleBranch: MerkleBranch(hashes: [])),
            minimumTime: 0, currentTime: 0,
            coinbase: CoinbaseTemplate(
                height: 1, value: .zero, custodyScript: Script([0x51]), tag: [], witnessCommitment: nil))
    }

    static func shares(job: UInt64, miner: UInt32 = 0, nonce: UInt32, count: UInt32 = 3) throws -> JournalShareBatch {
        let work = try #require(JournalShare.Work(jobSequence: job, minerNumber: miner, level: 64))
        return try JournalShareBatch(
            (0..<count).map {
                JournalShare(work: work, extranonce: Extranonce($0, 0), ntime: 0, nonce: nonce, versionBits: 0)
            })
    }
}

extension ShareJournal.Tail {
    /// Four pages, which go into the database when they are full and not before.
    static let small = ShareJournal.Tail(pages: 4, milliseconds: 3_600_000)
}
