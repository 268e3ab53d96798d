internal import Bitcoin
internal import CShares

/// Where all unsafe pointers of this module stop: each function hands Swift values to one function of CShares.
enum CSharesBridge {
    // MARK: Owner

    static func ownerHash(_ commitment: OwnerCommitment) -> Hash256 {
        let syndicate = CHash32(commitment.syndicate.bytes)
        let msp = CHash32(commitment.msp.bytes)
        let miner = CHash32(commitment.miner.bytes)
        let log = CHash32(commitment.logPosition.hash)
        var out = CHash32()
        unsafe syndicate.withBytes { syndicate in
            unsafe msp.withBytes { msp in
                unsafe miner.withBytes { miner in
                    unsafe log.withBytes { log in
                        var owner = unsafe rp_share_owner(
                            syndicate_id32: syndicate, msp_id32: msp, miner_id32: miner, log_hash32: log,
                            job_sequence: commitment.jobSequence, log_position: commitment.logPosition.k,
                            level: commitment.level.rawValue)
                        var engine = unsafe rp_hash_best()
                        unsafe out.withMutableBytes { unsafe rp_share_owner_hash(&engine, $0, &owner) }
                    }
                }
            }
        }
        return out.hash
    }

    // MARK: Jobs and works

    static func makeJob(_ parameters: ShareJob.Parameters) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_share_job_size())
        let header = parameters.header
        let identities = (
            CHash32(parameters.syndicate.bytes), CHash32(parameters.msp.bytes), CHash32(parameters.logPosition.hash),
            CHash32(header.previousBlock)
        )
        let branch = header.merkleBranch.map(CHash32.init)
        let status = unsafe identities.0.withBytes { syndicate in
            unsafe identities.1.withBytes { msp in
                unsafe identities.2.withBytes { log in
                    unsafe identities.3.withBytes { previous in
                        var raw = unsafe rp_share_job_params(
                            version: header.version, version_mask: header.versionMask,
                            compact_target: header.compactTarget, min_ntime: parameters.minTime,
                            current_ntime: parameters.currentTime, previous_hash32: previous, branch32s: nil,
                            branch_count: branch.count, coinbase_head: previous,
                            coinbase_head_length: parameters.coinbaseHead.count, coinbase_tail: previous,
                            coinbase_tail_length: parameters.coinbaseTail.count, syndicate_id32: syndicate,
                            msp_id32: msp, log_hash32: log, log_position: parameters.logPosition.k,
                            job_sequence: parameters.jobSequence)
                        return unsafe initialise(&raw, parameters, branch, in: storage)
                    }
                }
            }
        }
        try check(status)
        return storage
    }

    private static func initialise(
        _ raw: inout rp_share_job_params, _ parameters: ShareJob.Parameters, _ branch: [CHash32],
        in storage: CSharesStorage
    ) -> rp_core_status {
        unsafe withBytes(of: branch) { branch in
            unsafe parameters.coinbaseHead.withUnsafeBufferPointer { head in
                unsafe parameters.coinbaseTail.withUnsafeBufferPointer { tail in
                    unsafe raw.branch32s = branch
                    // An empty array may have no address; its length is 0 then and nothing is read.
                    if let head = head.baseAddress { unsafe raw.coinbase_head = head }
                    if let tail = tail.baseAddress { unsafe raw.coinbase_tail = tail }
                    var engine = unsafe rp_hash_best()
                    return unsafe rp_share_job_init(storage.memory, storage.size, &engine, &raw)
                }
            }
        }
    }

    static func makeWork(
        _ job: CSharesStorage, miner: MinerID, level: ShareLevel
    ) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_share_work_size(), keeping: job)
        let status = unsafe CHash32(miner.bytes).withBytes { miner in
            var engine = unsafe rp_hash_best()
            return unsafe rp_share_work_init(
                storage.memory, storage.size, &engine, OpaquePointer(job.memory), miner, level.rawValue)
        }
        try check(status)
        return storage
    }

    static func makeCoreJob(
        _ template: HeaderTemplate, prefixLength: Int, suffix: [UInt8]
    ) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_core_job_size())
        let branch = template.merkleBranch.map(CHash32.init)
        let status = unsafe CHash32(template.previousBlock).withBytes { previous in
            unsafe withBytes(of: branch) { branchBytes in
                unsafe suffix.withUnsafeBufferPointer { suffix in
                    var raw = unsafe rp_core_job_params(
                        version: template.version, version_mask: template.versionMask,
                        compact_target: template.compactTarget, previous_hash32: previous, branch32s: branchBytes,
                        branch_count: branch.count, prefix_length: prefixLength, suffix: suffix.baseAddress,
                        suffix_length: suffix.count)
                    return unsafe rp_core_job_init(storage.memory, storage.size, &raw)
                }
            }
        }
        try check(status)
        return storage
    }

    static func makeCoreWork(_ job: CSharesStorage, prefix: [UInt8]) throws(ShareJobError) -> CSharesStorage {
        let storage = CSharesStorage(size: rp_core_work_size(), keeping: job)
        let status = unsafe prefix.withUnsafeBufferPointer { prefix in
            var engine = unsafe rp_hash_best()
            return unsafe rp_core_work_init(
                storage.memory, storage.size, &engine, OpaquePointer(job.memory), prefix.baseAddress)
        }
        try check(status)
        return storage
    }

    static func compressions(_ work: CSharesStorage) -> Compressions {
        var raw = rp_core_compressions()
        unsafe rp_share_cost(OpaquePointer(work.memory), &raw)
        return Compressions(fresh: Int(raw.fresh), digests: Int(raw.digests), scheduled: Int(raw.scheduled))
    }

    /// Calls `body` with the hashes one after the other, nil when there are none.
    private static func withBytes<Result>(
        of hashes: [CHash32], _ body: (UnsafePointer<UInt8>?) -> Result
    ) -> Result {
        unsafe hashes.withUnsafeBytes { raw in
            unsafe body(raw.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
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
