internal import Bitcoin
internal import CShares

/// Judging and filtering: values in, values out.
extension CSharesBridge {
    // MARK: Shares

    static func judge(_ submission: ShareSubmission, engine: CSharesEngine, filter: DuplicateFilter?) -> ShareResult {
        var engine = unsafe engine.raw
        var share = unsafe raw(submission)
        var result = rp_share_result()
        unsafe rp_share_judge(&engine, filter?.storage.filter, &result, &share)
        // The work must outlive the call that its pointer went into.
        return withExtendedLifetime((submission, filter)) { value(result) }
    }

    static func judge(
        batch submissions: [ShareSubmission], engine: CSharesEngine, filter: DuplicateFilter?,
        into results: inout [ShareResult]
    ) {
        var engine = unsafe engine.raw
        let filterPointer = unsafe filter?.storage.filter
        if results.count != submissions.count {
            results = [ShareResult](repeating: unjudged, count: submissions.count)
        }
        unsafe withUnsafeTemporaryAllocation(of: rp_share.self, capacity: chunk) { shares in
            unsafe withUnsafeTemporaryAllocation(of: rp_share_result.self, capacity: chunk) { raw in
                unsafe results.withUnsafeMutableBufferPointer { results in
                    for start in stride(from: 0, to: submissions.count, by: chunk) {
                        let length = min(chunk, submissions.count - start)
                        for i in 0..<length {
                            unsafe shares.initializeElement(at: i, to: Self.raw(submissions[start + i]))
                        }
                        unsafe rp_share_judge_batch(
                            &engine, filterPointer, raw.baseAddress, shares.baseAddress, length)
                        for i in 0..<length {
                            unsafe results[start + i] = value(raw[i])
                        }
                    }
                }
            }
        }
        // The works and the filter must outlive the calls that their pointers went into.
        withExtendedLifetime((submissions, filter)) {}
    }

    static func accepts(batch submissions: [ShareSubmission], engine: CSharesEngine) -> Bool {
        var engine = unsafe engine.raw
        let isAccepted = unsafe withUnsafeTemporaryAllocation(of: rp_share.self, capacity: chunk) { shares in
            unsafe withUnsafeTemporaryAllocation(of: rp_share_result.self, capacity: chunk) { raw in
                for start in stride(from: 0, to: submissions.count, by: chunk) {
                    let length = min(chunk, submissions.count - start)
                    for i in 0..<length {
                        unsafe shares.initializeElement(at: i, to: Self.raw(submissions[start + i]))
                    }
                    unsafe rp_share_judge_batch(&engine, nil, raw.baseAddress, shares.baseAddress, length)
                    for i in 0..<length where unsafe raw[i].verdict != RP_SHARE_ACCEPTED { return false }
                }
                return true
            }
        }
        // The works must outlive the calls that their pointers went into.
        return withExtendedLifetime(submissions) { isAccepted }
    }

    /// What fills the results before they are written.
    private static let unjudged = ShareResult(hash: .zero, version: 0, verdict: .malformed, isBlock: false)

    /// Shares that are converted before they are judged: a multiple of every lane count, and few enough to stay in the
    /// first-level cache together with their results.
    private static var chunk: Int { 128 }

    private static func raw(_ submission: ShareSubmission) -> rp_share {
        unsafe rp_share(
            work: OpaquePointer(unsafe submission.work.storage.memory),
            extranonce1: submission.extranonce.cExtranonce1, extranonce2: submission.extranonce.cExtranonce2,
            ntime: submission.roll.ntime, nonce: submission.roll.nonce, version_bits: submission.roll.versionBits,
            stale: submission.isStale)
    }

    private static func value(_ result: rp_share_result) -> ShareResult {
        ShareResult(
            hash: unsafe unsafeBitCast(result.hash32, to: CHash32.self).hash, version: result.version,
            verdict: ShareVerdict(rawValue: UInt8(truncatingIfNeeded: result.verdict.rawValue)) ?? .malformed,
            isBlock: result.block)
    }

    // MARK: Headers

    static func hash(_ candidate: HeaderCore.Candidate, engine: CSharesEngine) -> HeaderCore.Outcome {
        var engine = unsafe engine.raw
        var rawCandidate = unsafe raw(candidate)
        var out = CHash32()
        unsafe out.withMutableBytes { unsafe rp_core_hash(&engine, $0, &rawCandidate) }
        return withExtendedLifetime(candidate) { outcome(candidate, out) }
    }

    static func hash(batch candidates: [HeaderCore.Candidate], engine: CSharesEngine) -> [HeaderCore.Outcome] {
        var engine = unsafe engine.raw
        var hashes = [CHash32](repeating: CHash32(), count: candidates.count)
        let raws = unsafe candidates.map { unsafe raw($0) }
        unsafe hashes.withUnsafeMutableBytes { out in
            unsafe rp_core_hash_batch(
                &engine, out.baseAddress?.assumingMemoryBound(to: UInt8.self), raws, raws.count)
        }
        return zip(candidates, hashes).map(outcome)
    }

    private static func raw(_ candidate: HeaderCore.Candidate) -> rp_core_candidate {
        let first = candidate.extranonce.cExtranonce1
        let second = candidate.extranonce.cExtranonce2
        return unsafe rp_core_candidate(
            work: OpaquePointer(unsafe candidate.core.work.memory),
            extranonce12: (
                first.0, first.1, first.2, first.3, second.0, second.1, second.2, second.3, second.4, second.5,
                second.6, second.7
            ),
            ntime: candidate.roll.ntime, nonce: candidate.roll.nonce, version_bits: candidate.roll.versionBits)
    }

    private static func outcome(_ candidate: HeaderCore.Candidate, _ hash: CHash32) -> HeaderCore.Outcome {
        let isBlock = unsafe hash.withBytes {
            unsafe rp_share_target_met(rp_core_job_block_target(OpaquePointer(candidate.core.job.memory)), $0)
        }
        return HeaderCore.Outcome(hash: hash.hash, isBlock: isBlock)
    }

    // MARK: Filter

    static func makeFilter(capacity: Int, seed: UInt64) -> CSharesStorage? {
        guard capacity > 0 else { return nil }
        let size = rp_share_filter_size(capacity)
        guard size > 0 else { return nil }
        let storage = CSharesStorage(size: size)
        return unsafe rp_share_filter_init(storage.memory, size, capacity, seed) == nil ? nil : storage
    }

    static func filterContains(_ storage: CSharesStorage, _ hash: Hash256) -> Bool {
        unsafe CHash32(hash).withBytes { unsafe rp_share_filter_contains(storage.filter, $0) }
    }

    static func filterInsert(
        _ storage: CSharesStorage, _ hash: Hash256, _ tip: DuplicateFilter.Tip
    ) -> DuplicateFilter.Insertion {
        let answer = unsafe CHash32(hash).withBytes {
            unsafe rp_share_filter_insert(storage.filter, generation(tip), $0)
        }
        switch answer {
        case RP_SHARE_FILTER_INSERTED: return .inserted
        case RP_SHARE_FILTER_SEEN: return .seen
        default: return .full
        }
    }

    static func filterRemove(_ storage: CSharesStorage, _ hash: Hash256) -> Bool {
        unsafe CHash32(hash).withBytes { unsafe rp_share_filter_remove(storage.filter, $0) }
    }

    static func filterRotate(_ storage: CSharesStorage) {
        unsafe rp_share_filter_rotate(storage.filter)
    }

    static func filterCount(_ storage: CSharesStorage, _ tip: DuplicateFilter.Tip) -> Int {
        unsafe rp_share_filter_count(storage.filter, generation(tip))
    }

    private static func generation(_ tip: DuplicateFilter.Tip) -> rp_share_generation {
        switch tip {
        case .current: RP_SHARE_CURRENT_TIP
        case .previous: RP_SHARE_PREVIOUS_TIP
        }
    }
}

extension CSharesStorage {
    /// The memory of a `DuplicateFilter` as the filter it holds.
    fileprivate var filter: OpaquePointer {
        unsafe OpaquePointer(memory)
    }
}

extension Extranonce {
    /// extranonce1 as a C array.
    fileprivate var cExtranonce1: (UInt8, UInt8, UInt8, UInt8) {
        unsafe unsafeBitCast(extranonce1.bigEndian, to: (UInt8, UInt8, UInt8, UInt8).self)
    }

    /// extranonce2 as a C array.
    fileprivate var cExtranonce2: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
        unsafe unsafeBitCast(
            extranonce2.bigEndian, to: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8).self)
    }
}
