import CShares
import CStratum
import Foundation
import TestSupport
import Testing

/// mining.notify: its bytes, and that a miner who follows it finds the shares that CShares accepts.
@Suite("CStratum notify")
struct NotifyTests {
    /// A job's params and the memory they point into.
    private final class Job {
        let arena: UnsafeMutablePointer<UInt8>
        var params: rp_share_job_params
        let head: [UInt8], tail: [UInt8], branch: [UInt8], previous: [UInt8], fixed: [UInt8]

        init(seed: UInt64, branchCount: Int, headLength: Int = 47, tailLength: Int = 90) {
            var generator = SeededGenerator(seed: seed)
            head = generator.bytes(headLength - 1) + [0x20]
            tail = generator.bytes(tailLength)
            branch = generator.bytes(32 * branchCount)
            previous = generator.bytes(32)
            fixed = generator.bytes(96)
            let all = head + tail + branch + previous + fixed
            arena = .allocate(capacity: all.count)
            arena.initialize(from: all, count: all.count)
            let behindTail = arena + head.count + tail.count
            let behindBranch = behindTail + branch.count
            let ids = behindBranch + 32
            params = rp_share_job_params(
                version: 0x3fff_e004, version_mask: 0x1fff_e000, compact_target: 0x207f_ffff, min_ntime: 0x6720_0000,
                current_ntime: 0x6720_f1a3, previous_hash32: behindBranch, branch32s: behindTail,
                branch_count: branchCount, coinbase_head: arena, coinbase_head_length: headLength,
                coinbase_tail: arena + headLength, coinbase_tail_length: tailLength, syndicate_id32: ids,
                msp_id32: ids + 32, log_hash32: ids + 64, log_position: 0, job_sequence: 0xa1)
        }

        deinit {
            arena.deallocate()
        }

        /// The line for `owner`, or nil when the job does not fit into `capacity`.
        func line(owner: [UInt8], clean: Bool, capacity: Int = Int(RP_STRATUM_MAX_NOTIFY)) -> String? {
            var memory = [UInt8](repeating: 0, count: capacity)
            return memory.withUnsafeMutableBufferPointer { memory in
                guard let base = memory.baseAddress else { return nil }
                var notify = rp_stratum_notify(bytes: base, level_offset: 0, owner_offset: 0, flag_offset: 0)
                guard rp_stratum_notify_init(&notify, base, capacity, &params) else { return nil }
                let line = written { rp_stratum_notify_splice(&$0, &notify, owner, 0xb2, clean) }
                #expect(line?.utf8.count == rp_stratum_notify_length(&notify, clean))
                // One byte less than the line is refused.
                #expect(
                    written(capacity: (line?.utf8.count ?? 1) - 1) {
                        rp_stratum_notify_splice(&$0, &notify, owner, 0xb2, clean)
                    } == nil)
                return line
            }
        }
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    @Test("quirk 15: the line byte by byte: fixed widths, lower case, the mask's bits cleared", arguments: [0, 1, 3])
    func bytes(branchCount: Int) {
        let job = Job(seed: 9, branchCount: branchCount)
        let owner = [UInt8](0x60..<0x80)
        let previous = stride(from: 0, to: 32, by: 4).flatMap { job.previous[$0..<($0 + 4)].reversed() }
        let branch = (0..<branchCount).map { "\"\(hex(job.branch[(32 * $0)..<(32 * $0 + 32)]))\"" }
        let start = #"{"id":null,"method":"mining.notify","params":["000000000000a1b2","\#(hex(previous))","#
        let coinbase = "\"\(hex(job.head))\(hex(owner))0c\",\"\(hex(job.tail))\","
        let end = #"[\#(branch.joined(separator: ","))],"20000004","207fffff","6720f1a3","#
        #expect(job.line(owner: owner, clean: true) == start + coinbase + end + "true]}\n")
        #expect(job.line(owner: owner, clean: false) == start + coinbase + end + "false]}\n")
    }

    @Test("quirk 22: the largest job is below 4096 bytes, a larger one is refused")
    func bounds() {
        let owner = [UInt8](repeating: 7, count: 32)
        let room = Int(RP_SHARE_MAX_COINBASE) - 45
        let largest = Job(seed: 1, branchCount: 32, headLength: 100, tailLength: room - 100)
        let length = largest.line(owner: owner, clean: false)?.utf8.count ?? 0
        #expect(length > 3_000 && length <= Int(RP_STRATUM_MAX_NOTIFY))
        #expect(largest.line(owner: owner, clean: false, capacity: 3_000) == nil)
        #expect(Job(seed: 1, branchCount: 33).line(owner: owner, clean: true) == nil)
        #expect(
            Job(seed: 1, branchCount: 0, headLength: 100, tailLength: room - 99).line(owner: owner, clean: true) == nil)
    }

    @Test("a miner that assembles the header from the line gets the hash that CShares judges")
    func mining() throws {
        for seed in 0..<UInt64(20) {
            let job = Job(seed: seed, branchCount: Int(seed % 14))
            var generator = SeededGenerator(seed: seed &+ 1_000)
            let miner = generator.bytes(32)
            guard var judged = Judge(&job.params, miner: miner) else {
                Issue.record("seed \(seed): the job cannot be made")
                continue
            }
            let line = try #require(job.line(owner: judged.owner, clean: true))
            let parsed = try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let params = try #require(parsed["params"] as? [Any])
            let work = try #require(MinerWork(params))
            let extranonce = generator.bytes(12)
            let nonce = UInt32(truncatingIfNeeded: generator.next())
            let bits = UInt32(truncatingIfNeeded: generator.next()) & 0x1fff_e000
            let header = work.header(extranonce: extranonce, nonce: nonce, versionBits: bits)
            #expect(judged.hash(extranonce, work.ntime, nonce, bits) == doubleHash(header), "seed \(seed)")
        }
    }
}

/// What a miner takes from the params of mining.notify.
private struct MinerWork {
    let previous: [UInt8], coinbase1: [UInt8], coinbase2: [UInt8], branch: [[UInt8]]
    let version: UInt32, bits: UInt32, ntime: UInt32

    init?(_ params: [Any]) {
        guard params.count == 9, let texts = [1, 2, 3, 5, 6, 7].map({ params[$0] }) as? [String],
            let branch = params[4] as? [String], let version = UInt32(texts[3], radix: 16),
            let bits = UInt32(texts[4], radix: 16), let ntime = UInt32(texts[5], radix: 16)
        else { return nil }
        previous = Self.bytes(texts[0])
        coinbase1 = Self.bytes(texts[1])
        coinbase2 = Self.bytes(texts[2])
        self.branch = branch.map(Self.bytes)
        (self.version, self.bits, self.ntime) = (version, bits, ntime)
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    func header(extranonce: [UInt8], nonce: UInt32, versionBits: UInt32) -> [UInt8] {
        let coinbase = doubleHash(coinbase1 + extranonce + coinbase2)
        let root = branch.reduce(coinbase) { doubleHash($0 + $1) }
        // Stratum sends the previous hash with each word's bytes swapped.
        let words = stride(from: 0, to: 32, by: 4).flatMap { previous[$0..<($0 + 4)].reversed() }
        return littleEndian(version | versionBits) + words + root + littleEndian(ntime) + littleEndian(bits)
            + littleEndian(nonce)
    }
}

private func doubleHash(_ bytes: [UInt8]) -> [UInt8] {
    var engine = rp_hash_best()
    var hash = [UInt8](repeating: 0, count: 32)
    rp_hash_sha256d(&engine, &hash, bytes, bytes.count)
    return hash
}

/// CShares' job and work over given params.
private struct Judge: ~Copyable {
    private let job: UnsafeMutableRawPointer
    private let work: UnsafeMutableRawPointer
    private var engine = rp_hash_best()

    init?(_ params: inout rp_share_job_params, miner: [UInt8]) {
        job = .allocate(byteCount: rp_share_job_size(), alignment: Int(RP_SHARE_ALIGN))
        work = .allocate(byteCount: rp_share_work_size(), alignment: Int(RP_SHARE_ALIGN))
        let made =
            rp_share_job_init(job, rp_share_job_size(), &engine, &params) == RP_CORE_OK
            && rp_share_work_init(work, rp_share_work_size(), &engine, OpaquePointer(job), miner, 70) == RP_CORE_OK
        guard made else { return nil }
    }

    deinit {
        job.deallocate()
        work.deallocate()
    }

    var owner: [UInt8] {
        Array(UnsafeBufferPointer(start: rp_share_work_owner(OpaquePointer(work)), count: 32))
    }

    mutating func hash(_ extranonce: [UInt8], _ ntime: UInt32, _ nonce: UInt32, _ bits: UInt32) -> [UInt8] {
        var share = rp_share(
            work: OpaquePointer(work), extranonce1: (0, 0, 0, 0), extranonce2: (0, 0, 0, 0, 0, 0, 0, 0), ntime: ntime,
            nonce: nonce, version_bits: bits, stale: false)
        withUnsafeMutableBytes(of: &share.extranonce1) { $0.copyBytes(from: extranonce.prefix(4)) }
        withUnsafeMutableBytes(of: &share.extranonce2) { $0.copyBytes(from: extranonce.dropFirst(4)) }
        var result = rp_share_result()
        rp_share_judge(&engine, nil, &result, &share)
        return withUnsafeBytes(of: result.hash32) { Array($0) }
    }
}
