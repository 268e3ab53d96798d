internal import Bitcoin
internal import CStratum
internal import Shares

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Where the pointers of this module stop that are needed to make something: configuration, jobs, answers.
enum CStratumBridge {
    // MARK: Server

    static func makeServer(_ configuration: StratumConfiguration) throws(StratumError) -> OpaquePointer {
        guard configuration.tokenKey.count == 32 else { throw .badConfiguration }
        var server: OpaquePointer?
        let (status, reason) = unsafe withConfiguration(configuration) { config in
            let status = unsafe rp_stratum_server_create(&server, config)
            return (status, errno)
        }
        try check(status, errno: reason)
        guard let server = unsafe server else { throw .outOfMemory }
        return unsafe server
    }

    /// Calls `body` with the configuration as C wants it, valid for the call only.
    private static func withConfiguration<Result>(
        _ configuration: StratumConfiguration, _ body: (UnsafePointer<rp_stratum_server_config>) -> Result
    ) -> Result {
        var texts = TextArena()
        let addresses = configuration.listeners.map { texts.add($0.address) }
        let chain = configuration.certificate.map { texts.add($0.chainPath) }
        let key = configuration.certificate.map { texts.add($0.keyPath) }
        let networks = configuration.proxies.map(network)
        return unsafe texts.bytes.withUnsafeBufferPointer { base in
            let text = { (offset: Int) in unsafe UnsafePointer(base.baseAddress.unsafelyUnwrapped + offset) }
            let listeners = unsafe zip(configuration.listeners, addresses).map { listener, address in
                unsafe rp_stratum_listener(
                    address: text(address), port: listener.port, tls: listener.isTLS,
                    start_level: listener.startLevel, minimum_level: listener.minimumLevel)
            }
            return unsafe listeners.withUnsafeBufferPointer { listeners in
                unsafe networks.withUnsafeBufferPointer { networks in
                    unsafe configuration.tokenKey.withUnsafeBufferPointer { tokenKey in
                        var config = unsafe plain(configuration)
                        unsafe config.listeners = listeners.baseAddress
                        unsafe config.listener_count = listeners.count
                        unsafe config.proxies = networks.baseAddress
                        unsafe config.proxy_count = networks.count
                        unsafe config.certificate_file = chain.map(text)
                        unsafe config.key_file = key.map(text)
                        unsafe config.token_key32 = tokenKey.baseAddress
                        return unsafe body(&config)
                    }
                }
            }
        }
    }

    /// The fields that are no pointers.
    private static func plain(_ configuration: StratumConfiguration) -> rp_stratum_server_config {
        var config = unsafe rp_stratum_server_config()
        unsafe config.seed = configuration.seed
        unsafe config.loop_count = configuration.loopCount
        unsafe config.front_end = configuration.frontEnd
        unsafe config.version_mask = configuration.versionMask
        unsafe config.vardiff.share_interval = configuration.shareInterval
        unsafe config.vardiff.range.minimum = configuration.levels.lowerBound
        unsafe config.vardiff.range.maximum = configuration.levels.upperBound
        unsafe config.filter_capacity = max(configuration.filterCapacity, 0)
        unsafe config.filter_maximum = max(configuration.filterMaximum, 0)
        unsafe config.maximum_connections = configuration.maximumConnections
        unsafe config.maximum_per_address = configuration.maximumConnectionsPerAddress
        unsafe config.subscribe_timeout = configuration.subscribeTimeout
        unsafe config.authorize_timeout = configuration.authorizeTimeout
        unsafe config.idle_timeout = configuration.idleTimeout
        unsafe config.stale_grace = configuration.staleGrace
        unsafe config.drain_timeout = configuration.drainTimeout
        unsafe config.refusals = rp_stratum_bucket_config(
            capacity: configuration.refusals.capacity, per_minute: configuration.refusals.perMinute)
        unsafe config.ask_version = configuration.asksVersion
        return unsafe config
    }

    private static func network(_ network: StratumConfiguration.ProxyNetwork) -> rp_stratum_network {
        var raw = rp_stratum_network()
        unsafe withUnsafeMutableBytes(of: &raw.address) { unsafe $0.copyBytes(from: network.address.prefix(16)) }
        raw.family = network.address.count == 4 ? 4 : 6
        raw.prefix = network.prefix
        return raw
    }

    // MARK: Jobs

    /// A job that the caller must give to a server.
    static func makeJob(_ job: StratumJob, blockTarget: CompactTarget?) throws(StratumError) -> OpaquePointer {
        let parameters = job.parameters
        let hashes = [
            parameters.syndicate.bytes, parameters.msp.bytes, parameters.logPosition.hash,
            parameters.header.previousBlock,
        ].flatMap(\.bytes)
        let branch = parameters.header.merkleBranch.hashes.flatMap(\.bytes)
        return try unsafe makeJob(
            parameters, hashes, branch, (parameters.coinbase.prefix, parameters.coinbase.suffix), blockTarget)
    }

    /// `hashes` are syndicate, MSP, H_k and previous block, 32 bytes each.
    private static func makeJob(
        _ parameters: ShareJob.Parameters, _ hashes: UnsafePointer<UInt8>, _ branch: UnsafePointer<UInt8>,
        _ coinbase: (head: [UInt8], tail: [UInt8]), _ blockTarget: CompactTarget?
    ) throws(StratumError) -> OpaquePointer {
        let header = parameters.header
        var job: OpaquePointer?
        let status = unsafe coinbase.head.withUnsafeBufferPointer { head in
            unsafe coinbase.tail.withUnsafeBufferPointer { tail in
                var share = unsafe rp_share_job_params()
                share.version = header.version
                share.version_mask = header.versionMask
                share.compact_target = header.compactTarget.rawValue
                share.min_ntime = parameters.minTime
                share.current_ntime = parameters.currentTime
                unsafe share.previous_hash32 = hashes + 96
                unsafe share.branch32s = branch
                share.branch_count = header.merkleBranch.hashes.count
                unsafe share.coinbase_head = head.baseAddress
                share.coinbase_head_length = head.count
                unsafe share.coinbase_tail = tail.baseAddress
                share.coinbase_tail_length = tail.count
                unsafe share.syndicate_id32 = hashes
                unsafe share.msp_id32 = hashes + 32
                unsafe share.log_hash32 = hashes + 64
                share.log_position = parameters.logPosition.k
                share.job_sequence = parameters.jobSequence
                return unsafe withUnsafePointer(to: &share) { share in
                    var params = unsafe rp_stratum_job_params(
                        share: share, block_compact_target: blockTarget?.rawValue ?? 0)
                    return unsafe rp_stratum_job_create(&job, &params)
                }
            }
        }
        try check(status, errno: 0)
        guard let job = unsafe job else { throw .outOfMemory }
        return unsafe job
    }

    // MARK: Answers

    static func answer(_ server: OpaquePointer, _ answers: [LoginAnswer]) {
        var texts = TextArena()
        var reasons: [Int] = []
        for answer in answers {
            if case .refused(let reason) = answer.outcome {
                reasons.append(texts.add(reason))
            } else {
                reasons.append(0)
            }
        }
        unsafe texts.bytes.withUnsafeBufferPointer { base in
            let grants = unsafe zip(answers, reasons).map { answer, reason in
                var grant = unsafe rp_stratum_grant()
                grant.ticket = answer.ticket
                switch answer.outcome {
                case .granted(let worker):
                    grant.granted = true
                    grant.known = worker.isKnown
                    grant.account = worker.account
                    grant.worker = worker.worker
                    unsafe withUnsafeMutableBytes(of: &grant.miner_id32) {
                        unsafe $0.copyBytes(from: worker.miner.bytes.bytes)
                    }
                case .refused:
                    unsafe grant.reason = base.baseAddress.map { unsafe $0 + reason }
                }
                return unsafe grant
            }
            unsafe grants.withUnsafeBufferPointer { grants in
                if let first = grants.baseAddress { unsafe rp_stratum_answer(server, first, grants.count) }
            }
        }
    }

    // MARK: Status

    static func check(_ status: rp_stratum_status, errno reason: Int32) throws(StratumError) {
        switch status {
        case RP_STRATUM_OK: return
        case RP_STRATUM_OUT_OF_MEMORY: throw .outOfMemory
        case RP_STRATUM_BAD_ADDRESS: throw .badAddress
        case RP_STRATUM_BIND_FAILED: throw .bindFailed(unsafe String(cString: strerror(reason)))
        case RP_STRATUM_TLS_FAILED: throw .tlsFailed
        case RP_STRATUM_NO_THREADS: throw .noThreads
        case RP_STRATUM_BAD_JOB: throw .badJob
        default: throw .badConfiguration
        }
    }
}

/// C strings one behind the other, so that all of them live while one pointer does. Never empty.
private struct TextArena {
    private(set) var bytes: [CChar] = [0]

    /// Appends a text, cut at its first zero byte by whoever reads it, and returns where it begins.
    mutating func add(_ text: String) -> Int {
        let start = bytes.count
        bytes += text.utf8.map { CChar(bitPattern: $0) } + [0]
        return start
    }
}
