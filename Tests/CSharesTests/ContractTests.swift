import CShares
import Testing

/// What the headers promise of memory and of values outside the enums.
@Suite("CShares contracts")
struct ContractTests {
    /// Memory with 64 bytes to spare, so that a misaligned start still has room.
    private func withMemory<Result>(_ size: Int, _ body: (UnsafeMutableRawPointer) throws -> Result) rethrows -> Result
    {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: Int(RP_SHARE_ALIGN))
        defer { memory.deallocate() }
        return try body(memory)
    }

    @Test("memory that is too small or not aligned is refused before anything is written")
    func memory() {
        var engine = rp_hash_best()
        let zeros = [UInt8](repeating: 0, count: 32)
        zeros.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var params = rp_core_job_params(
                version: 0, version_mask: 0, compact_target: 0x207f_ffff, previous_hash32: base, branch32s: nil,
                branch_count: 0, prefix_length: 4, suffix: nil, suffix_length: 0)
            withMemory(rp_core_job_size()) { memory in
                let size = rp_core_job_size()
                #expect(rp_core_job_init(memory, size - 1, &params) == RP_CORE_MEMORY_TOO_SMALL)
                #expect(rp_core_job_init(memory + 8, size, &params) == RP_CORE_MEMORY_TOO_SMALL)
                #expect(rp_core_job_init(memory, size, &params) == RP_CORE_OK)
                withMemory(rp_core_work_size()) { work in
                    let job = OpaquePointer(memory)
                    let size = rp_core_work_size()
                    #expect(rp_core_work_init(work, size - 1, &engine, job, base) == RP_CORE_MEMORY_TOO_SMALL)
                    #expect(rp_core_work_init(work + 32, size, &engine, job, base) == RP_CORE_MEMORY_TOO_SMALL)
                    #expect(rp_core_work_init(work, size, &engine, job, base) == RP_CORE_OK)
                }
            }
        }
    }

    @Test("a share job wants the owner's push at the end of its head, and fewer than 500 bytes of coinbase")
    func layout() {
        let head = [UInt8](repeating: 0, count: 46) + [0x20]
        #expect(shareJob(head: head, tailLength: 499 - 45 - 47) == RP_CORE_OK)
        #expect(shareJob(head: head, tailLength: 500 - 45 - 47) == RP_CORE_COINBASE_TOO_LONG)
        #expect(shareJob(head: head, tailLength: .max) == RP_CORE_COINBASE_TOO_LONG)
        #expect(shareJob(head: Array(head.dropLast()) + [0x21], tailLength: 10) == RP_CORE_BAD_LAYOUT)
        #expect(shareJob(head: [], tailLength: 10) == RP_CORE_BAD_LAYOUT)
    }

    /// Only as many bytes of tail are there as an accepted length can have.
    private func shareJob(head: [UInt8], tailLength: Int) -> rp_core_status {
        var engine = rp_hash_best()
        let bytes = [UInt8](repeating: 0, count: 500)
        return bytes.withUnsafeBufferPointer { bytes in
            head.withUnsafeBufferPointer { head in
                guard let base = bytes.baseAddress else { return RP_CORE_BAD_LAYOUT }
                var params = rp_share_job_params(
                    version: 0, version_mask: 0, compact_target: 0x207f_ffff, min_ntime: 0, current_ntime: 0,
                    previous_hash32: base, branch32s: nil, branch_count: 0, coinbase_head: head.baseAddress ?? base,
                    coinbase_head_length: head.count, coinbase_tail: base, coinbase_tail_length: tailLength,
                    syndicate_id32: base, msp_id32: base, log_hash32: base, log_position: 0, job_sequence: 0)
                return withMemory(rp_share_job_size()) {
                    rp_share_job_init($0, rp_share_job_size(), &engine, &params)
                }
            }
        }
    }

    @Test("a filter wants the memory that its size function names")
    func filterMemory() throws {
        let size = rp_share_filter_size(100)
        #expect(size > 100 * 64)
        withMemory(size) { memory in
            #expect(rp_share_filter_init(memory, size - 1, 100, 0) == nil)
            #expect(rp_share_filter_init(memory + 16, size, 100, 0) == nil)
            #expect(rp_share_filter_init(memory, size, 0, 0) == nil)
            #expect(rp_share_filter_init(memory, size, 100, 0) != nil)
        }
        // Bytes a hash and generation pair, as the header states them.
        for capacity in [1_000, 49_152, 49_153, 1_000_000] {
            let each = Double(rp_share_filter_size(capacity)) / Double(capacity)
            #expect(each > 85 && each < 172, "\(capacity): \(each)")
        }
    }

    @Test("verdicts outside the enum are answered as malformed requests")
    func verdicts() {
        for raw: UInt32 in [UInt32(RP_SHARE_VERDICT_COUNT), 99, .max] {
            let verdict = rp_share_verdict(rawValue: raw)
            #expect(rp_share_verdict_code(verdict) == 20)
            #expect(String(cString: rp_share_verdict_text(verdict)) == "malformed request")
        }
    }
}
