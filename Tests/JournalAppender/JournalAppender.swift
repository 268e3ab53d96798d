import Bitcoin
import Foundation
import Storage
import Wire

/// Appends groups to a share journal until it is killed, and prints a line after each that is durable:
/// `group job nonce`. With `--limit BYTES` files may not grow beyond that many bytes until the first error, which it
/// prints; then they may again. `--pages PAGES` is the size of the journal's tail, which then goes into the database
/// when it is full and not before; the group after an error has 400 shares then instead of 20, and is the last.
@main
enum JournalAppender {
    static let identity: StoreIdentity = {
        guard let msp = try? XOnlyKeyBytes([UInt8](repeating: 2, count: 32)) else {
            preconditionFailure("32 bytes are a key's encoding")
        }
        return StoreIdentity(syndicate: SHA256.hash([1]), msp: msp)
    }()

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("error \(error)")
            exit(1)
        }
    }

    static func run(_ arguments: [String]) throws {
        guard let folder = arguments.first else {
            say("usage: JournalAppender FOLDER [--limit BYTES [--pages PAGES]]")
            exit(64)
        }
        let store = try Store(DataDirectory(URL(filePath: folder)), identity: identity)
        let pages = arguments.count == 5 ? Int(arguments[4]) : nil
        let journal = try ShareJournal(store, tail: pages.map { .init(pages: $0, milliseconds: 3_600_000) } ?? .init())
        let jobs = JobSequence(store)
        if arguments.count >= 3, let limit = rlim_t(arguments[2]) {
            // Beyond the limit a write fails with EFBIG instead of a signal.
            signal(SIGXFSZ, SIG_IGN)
            setLimit(limit)
        }
        if journal.nextMinerNumber == 0 {
            try journal.append(JournalGroup(miners: [miner()]))
        }
        var job = try jobs.next()
        try journal.append(JournalGroup(jobs: [makeJob(job)]))
        say("job \(job)")
        var nonce: UInt32 = 0
        var count: UInt32 = 20
        while true {
            nonce += 1
            if nonce % 16 == 0 { job = try jobs.next() }
            do {
                let group = JournalGroup(
                    jobs: nonce % 16 == 0 ? [try makeJob(job)] : [], shares: try shares(job: job, nonce: nonce, count))
                let number = journal.groupCount
                try journal.append(group)
                say("\(number) \(job) \(nonce)")
                if count > 20 { kill(getpid(), SIGKILL) }
            } catch StorageError.inputOutput(let reason) {
                say("refused \(reason)")
                setLimit(.max)
                nonce -= 1
                if pages != nil { count = 400 }
            }
        }
    }

    static func setLimit(_ bytes: rlim_t) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(bytes, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }

    /// Past every buffer of this process: what was said is in the pipe even if the process is killed.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    static func miner() throws -> MinerRegistration {
        MinerRegistration(number: 0, key: try XOnlyKeyBytes([UInt8](repeating: 3, count: 32)), name: nil)
    }

    static func makeJob(_ sequence: UInt64) throws -> JournalJob {
        try JournalJob(
            sequence: sequence,
            owner: JournalJob.Owner(
                syndicate: identity.syndicate, msp: identity.msp, logPosition: 0, logHash: .zero),
            header: HeaderTemplate(
                version: 0x2000_0000, versionMask: 0x1fff_e000, previousBlock: .zero,
                compactTarget: CompactTarget(rawValue: 0x207f_ffff), merkleBranch: MerkleBranch(hashes: [])),
            minimumTime: 0, currentTime: 0,
            coinbase: CoinbaseTemplate(
                height: 1, value: .zero, custodyScript: Script([0x51]), tag: [], witnessCommitment: nil))
    }

    static func shares(job: UInt64, nonce: UInt32, _ count: UInt32) throws -> JournalShareBatch? {
        guard let work = JournalShare.Work(jobSequence: job, minerNumber: 0, level: 64) else { return nil }
        return try JournalShareBatch(
            (0..<count).map {
                JournalShare(
                    work: work, extranonce: Extranonce(UInt32($0), 0), ntime: 0, nonce: nonce, versionBits: 0)
            })
    }
}
