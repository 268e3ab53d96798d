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
            (unsafe rp_stratum_server_create(&server, config), errno)
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
        return unsafe texts.withTexts { base in
            // One more than is counted gives even an empty list an address, which C's non-null field needs.
            let listeners = unsafe (zip(configuration.listeners, addresses) + [(nowhere, 0)]).map { listener, address in
                unsafe rp_stratum_listener(
                    address: base + address, port: listener.port, tls: listener.isTLS,
                    start_level: listener.startLevel, minimum_level: listener.minimumLevel)
            }
            let pointers = unsafe (
                listeners: listeners, networks: networks, chain: chain.map { unsafe base + $0 },
                key: key.map { unsafe base + $0 }
            )
            return unsafe withConfiguration(
                configuration, pointers.listeners, pointers.networks, (pointers.chain, pointers.key), body)
        }
    }

    private static let nowhere = StratumConfiguration.Listener(address: "", port: 0, startLevel: 0, minimumLevel: 0)

    private static func withConfiguration<Result>(
        _ configuration: StratumConfiguration, _ listeners: UnsafePointer<rp_stratum_listener>,
        _ networks: UnsafePointer<rp_stratum_network>,
        _ certificate: (chain: UnsafePointer<CChar>?, key: UnsafePointer<CChar>?),
        _ body: (UnsafePointer<rp_stratum_server_config>) -> Result
    ) -> Result {
        unsafe configuration.tokenKey.withUnsafeBufferPointer { tokenKey in
            guard let tokenKey = tokenKey.baseAddress else {
                preconditionFailure("the key's 32 bytes were checked")
            }
            var config = unsafe rp_stratum_server_config(
                listeners: listeners, listener_count: configuration.listeners.count, proxies: networks,
                proxy_count: configuration.proxies.count, certificate_file: certificate.chain,
                key_file: certificate.key, token_key32: tokenKey, seed: configuration.seed,
                loop_count: configuration.loopCount, front_end: configuration.frontEnd,
                version_mask: configuration.versionMask,
                vardiff: rp_stratum_vardiff_config(
                    share_interval: configuration.shareInterval,
                    range: rp_stratum_level_range(
                        minimum: configuration.levels.lowerBound, maximum: configuration.levels.upperBound)),
                filter_capacity: max(configuration.filterCapacity, 0),
                filter_maximum: max(configuration.filterMaximum, 0),
                maximum_connections: configuration.maximumConnections,
                maximum_per_address: configuration.maximumConnectionsPerAddress,
                subscribe_timeout: configuration.subscribeTimeout,
                authorize_timeout: configuration.authorizeTimeout, idle_timeout: configuration.idleTimeout,
                stale_grace: configuration.staleGrace, drain_timeout: configuration.drainTimeout,
                refusals: rp_stratum_bucket_config(
                    capacity: configuration.refusals.capacity, per_minute: configuration.refusals.perMinute),
                ask_version: configuration.asksVersion)
            return unsafe body(&config)
        }
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
            parameters, hashes, branch, parameters.coinbase.prefix, parameters.coinbase.suffix, blockTarget)
    }

    /// `hashes` are syndicate, MSP, H_k and previous block, 32 bytes each.
    private static func makeJob(
        _ parameters: ShareJob.Parameters, _ hashes: UnsafePointer<UInt8>, _ branch: UnsafePointer<UInt8>,
        _ head: UnsafePointer<UInt8>, _ tail: UnsafePointer<UInt8>, _ blockTarget: CompactTarget?
    ) throws(StratumError) -> OpaquePointer {
        let header = parameters.header
        var share = unsafe rp_share_job_params(
            version: header.version, version_mask: header.versionMask, compact_target: header.compactTarget.rawValue,
            min_ntime: parameters.minTime, current_ntime: parameters.currentTime, previous_hash32: hashes + 96,
            branch32s: branch, branch_count: header.merkleBranch.hashes.count, coinbase_head: head,
            coinbase_head_length: parameters.coinbase.prefix.count, coinbase_tail: tail,
            coinbase_tail_length: parameters.coinbase.suffix.count, syndicate_id32: hashes, msp_id32: hashes + 32,
            log_hash32: hashes + 64, log_position: parameters.logPosition.k, job_sequence: parameters.jobSequence)
        var job: OpaquePointer?
        let status = unsafe withUnsafePointer(to: &share) { share in
            var params = unsafe rp_stratum_job_params(share: share, block_compact_target: blockTarget?.rawValue ?? 0)
            return unsafe rp_stratum_job_create(&job, &params)
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
        unsafe texts.withTexts { base in
            let grants = unsafe zip(answers, reasons).map { unsafe grant($0, reason: base + $1) }
            unsafe rp_stratum_answer(server, grants, grants.count)
        }
    }

    private static func grant(_ answer: LoginAnswer, reason: UnsafePointer<CChar>) -> rp_stratum_grant {
        var grant = unsafe rp_stratum_grant()
        unsafe grant.ticket = answer.ticket
        switch answer.outcome {
        case .granted(let worker):
            unsafe grant.granted = true
            unsafe grant.known = worker.isKnown
            unsafe grant.account = worker.account
            unsafe grant.worker = worker.worker
            unsafe withUnsafeMutableBytes(of: &grant.miner_id32) {
                unsafe $0.copyBytes(from: worker.miner.bytes.bytes)
            }
        case .refused:
            unsafe grant.reason = unsafe reason
        }
        return unsafe grant
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
    private var bytes: [CChar] = [0]

    /// Appends a text, cut at its first zero byte by whoever reads it, and returns where it begins.
    mutating func add(_ text: String) -> Int {
        let start = bytes.count
        bytes += text.utf8.map { CChar(bitPattern: $0) } + [0]
        return start
    }

    /// Calls `body` with the address that all beginnings count from.
    func withTexts<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("there is a byte at least") }
            return unsafe body(base)
        }
    }
}
