import ArgumentParser
import Bitcoin
import Foundation
import Storage
import Wire

/// `radpool-bench journal`: what it costs to store an accepted share, in groups of several sizes.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "CPU time of encoding and storing accepted shares, against write and fdatasync of the same bytes.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Where the journal is written; by default the system's folder for temporary files.")
    var directory: String?

    func run() throws {
        let (harness, report) = options.session("Share journal, each share by one of 5,000 workers")
        let parent = directory.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        let folder = parent.appending(path: "radpool-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = try JournalFixture(folder)
        report.begin()
        for size in [100, 1_000, 5_000] {
            let shares = fixture.shares(size)
            let bytes = try JournalShareBatch(shares).encoded()
            let plain = Harness.Work(units: size) { repetitions in
                for _ in 0..<repetitions { fixture.write(bytes) }
            }
            let against = "write and fdatasync of the same \(bytes.count) bytes"
            try report.add(
                Figure(
                    "journal.append.\(size)", harness.compare(fixture.append(shares), with: plain), unit: "ns/share",
                    against: against, kernel: ""))
            try report.add(
                Figure(
                    "journal.encode.\(size)", harness.compare(fixture.encode(shares), with: plain), unit: "ns/share",
                    against: against, kernel: ""))
        }
    }
}

/// A journal with a miner for each worker and one job, and a plain file beside it.
final class JournalFixture {
    private let journal: ShareJournal
    private let file: FileHandle
    private var encoder = ShareBatchEncoder()

    private static let minerCount: UInt32 = 5_000

    init(_ folder: URL) throws {
        let msp = try XOnlyKeyBytes(SHA256.hash([1]).bytes)
        let directory = try DataDirectory(folder)
        journal = try ShareJournal(Store(directory, identity: StoreIdentity(syndicate: .zero, msp: msp)))
        let miners = try (0..<Self.minerCount).map { number in
            let key = try XOnlyKeyBytes(SHA256.hash(Array("miner \(number)".utf8)).bytes)
            return MinerRegistration(number: number, key: key, name: nil)
        }
        let job = try JournalJob(
            sequence: 0, owner: JournalJob.Owner(syndicate: .zero, msp: msp, logPosition: 0, logHash: .zero),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0, previousBlock: .zero,
                compactTarget: CompactTarget(rawValue: 0x207f_ffff), merkleBranch: MerkleBranch(hashes: [])),
            minimumTime: 0, currentTime: 0,
            coinbase: CoinbaseTemplate(
                height: 1, value: .zero, custodyScript: .payToTaproot(msp), tag: [], witnessCommitment: nil))
        try journal.append(JournalGroup(miners: miners, jobs: [job]))
        let path = folder.appending(path: "plain")
        try Data().write(to: path)
        file = try FileHandle(forWritingTo: path)
    }

    /// Shares in an order in which neighbours are seldom of the same worker.
    func shares(_ count: Int) -> [JournalShare] {
        (0..<count).compactMap { index in
            let miner = UInt32(truncatingIfNeeded: index &* 2_654_435_761) % Self.minerCount
            return JournalShare.Work(jobSequence: 0, minerNumber: miner, level: 64).map {
                JournalShare(
                    work: $0, extranonce: Extranonce(miner, UInt64(index)), ntime: 1_700_000_000,
                    nonce: UInt32(truncatingIfNeeded: index &* 0x9e37_79b9), versionBits: 0)
            }
        }
    }

    func encode(_ shares: [JournalShare]) -> Harness.Work {
        Harness.Work(units: shares.count) { repetitions in
            for _ in 0..<repetitions {
                for share in shares { self.encoder.append(share) }
                blackHole(self.encoder.finish()?.bytes.count ?? 0)
            }
        }
    }

    func append(_ shares: [JournalShare]) -> Harness.Work {
        Harness.Work(units: shares.count) { repetitions in
            for _ in 0..<repetitions {
                for share in shares { self.encoder.append(share) }
                let group = JournalGroup(batches: self.encoder.finish().map { [$0] } ?? [])
                guard (try? self.journal.append(group)) != nil else {
                    preconditionFailure("the disk refuses what is measured")
                }
            }
        }
    }

    func write(_ bytes: [UInt8]) {
        let written = bytes.withUnsafeBytes { Foundation.write(file.fileDescriptor, $0.baseAddress, $0.count) }
        precondition(written == bytes.count && fdatasync(file.fileDescriptor) == 0, "the disk refuses")
    }
}
