internal import Bitcoin
internal import CShares

/// Where all unsafe pointers of this module stop: each function hands Swift values to one function of CShares.
///
/// Byte arrays become pointers by Swift's implicit bridging: valid for the call, which is all that CShares asks for.
enum CSharesBridge {
    // MARK: Owner

    static func ownerHash(_ commitment: OwnerCommitment) -> Hash256 {
        let hashes = [
            commitment.syndicate.bytes, commitment.msp.bytes, commitment.miner.bytes, commitment.logPosition.hash,
        ].flatMap(\.bytes)
        return unsafe ownerHash(commitment, hashes)
    }

    /// `hashes` are syndicate, MSP, miner and H_k, 32 bytes each.
    private static func ownerHash(_ commitment: OwnerCommitment, _ hashes: UnsafePointer<UInt8>) -> Hash256 {
        var engine = unsafe rp_hash_best()
        var owner = unsafe rp_share_owner(
            syndicate_id32: hashes, msp_id32: hashes + 32, miner_id32: hashes + 64, log_hash32: hashes + 96,
            job_sequence: commitment.jobSequence, log_position: commitment.logPosition.k,
            level: commitment.level.rawValue)
        var out = CHash32()
        unsafe out.withMutableBytes { unsafe rp_share_owner_hash(&engine, $0, &owner) }
        return out.hash
    }

    // MARK: Jobs and works

    static func makeJob(_ parameters: ShareJob.Parameters) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_share_job_size())
        let hashes = [
            parameters.syndicate.bytes, parameters.msp.bytes, parameters.logPosition.hash,
            parameters.header.previousBlock,
        ].flatMap(\.bytes)
        let branch = parameters.header.merkleBranch.hashes.flatMap(\.bytes)
        try check(
            unsafe initialise(
                storage, parameters, hashes, branch, parameters.coinbase.prefix, parameters.coinbase.suffix))
        return storage
    }

    /// `hashes` are syndicate, MSP, H_k and previous block, 32 bytes each.
    private static func initialise(
        _ storage: CSharesStorage, _ parameters: ShareJob.Parameters, _ hashes: UnsafePointer<UInt8>,
        _ branch: UnsafePointer<UInt8>, _ head: UnsafePointer<UInt8>, _ tail: UnsafePointer<UInt8>
    ) -> rp_core_status {
        let header = parameters.header
        var engine = unsafe rp_hash_best()
        var raw = unsafe rp_share_job_params(
            version: header.version, version_mask: header.versionMask,
            compact_target: header.compactTarget.rawValue, min_ntime: parameters.minTime,
            current_ntime: parameters.currentTime, previous_hash32: hashes + 96, branch32s: branch,
            branch_count: header.merkleBranch.hashes.count, coinbase_head: head,
            coinbase_head_length: parameters.coinbase.prefix.count, coinbase_tail: tail,
            coinbase_tail_length: parameters.coinbase.suffix.count, syndicate_id32: hashes, msp_id32: hashes + 32,
            log_hash32: hashes + 64, log_position: parameters.logPosition.k, job_sequence: parameters.jobSequence)
        return unsafe rp_share_job_init(storage.memory, storage.size, &engine, &raw)
    }

    static func makeWork(
        _ job: CSharesStorage, miner: MinerID, level: ShareLevel
    ) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_share_work_size(), keeping: job)
        var engine = unsafe rp_hash_best()
        try check(
            unsafe rp_share_work_init(
                storage.memory, storage.size, &engine, OpaquePointer(job.memory), miner.bytes.bytes, level.rawValue))
        return storage
    }

    static func compressions(_ work: CSharesStorage) -> Compressions {
        var raw = rp_core_compressions()
        unsafe rp_share_cost(OpaquePointer(work.memory), &raw)
        return Compressions(fresh: Int(raw.fresh), digests: Int(raw.digests), scheduled: Int(raw.scheduled))
    }

    // MARK: The core

    static func makeCoreJob(
        _ template: HeaderTemplate, prefixLength: Int, suffix: [UInt8]
    ) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_core_job_size())
        let branch = template.merkleBranch.hashes.flatMap(\.bytes)
        try check(
            unsafe initialise(
                storage, template, template.previousBlock.bytes, branch, prefixLength, suffix))
        return storage
    }

    private static func initialise(
        _ storage: CSharesStorage, _ template: HeaderTemplate, _ previous: UnsafePointer<UInt8>,
        _ branch: UnsafePointer<UInt8>, _ prefixLength: Int, _ suffix: [UInt8]
    ) -> rp_core_status {
        unsafe suffix.withUnsafeBufferPointer { bytes in
            var raw = unsafe rp_core_job_params(
                version: template.version, version_mask: template.versionMask,
                compact_target: template.compactTarget.rawValue, previous_hash32: previous, branch32s: branch,
                branch_count: template.merkleBranch.hashes.count, prefix_length: prefixLength,
                suffix: bytes.baseAddress, suffix_length: bytes.count)
            return unsafe rp_core_job_init(storage.memory, storage.size, &raw)
        }
    }

    static func makeCoreWork(_ job: CSharesStorage, prefix: [UInt8]) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_core_work_size(), keeping: job)
        var engine = unsafe rp_hash_best()
        try check(
            unsafe rp_core_work_init(storage.memory, storage.size, &engine, OpaquePointer(job.memory), prefix))
        return storage
    }

    private static func check(_ status: rp_core_status) throws(ShareJobError) {
        switch status {
        case RP_CORE_OK: return
        case RP_CORE_COINBASE_TOO_LONG: throw .coinbaseTooLong
        case RP_CORE_BRANCH_TOO_LONG: throw .branchTooLong
        case RP_CORE_BAD_COMPACT_TARGET: throw .badCompactTarget
        case RP_CORE_BAD_LEVEL: throw .badLevel
        case RP_CORE_BAD_TIME: throw .badTime
        default: throw .badLayout
        }
    }
}
