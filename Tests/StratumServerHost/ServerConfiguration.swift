import CStratum
import Foundation
import StratumConversations

/// The server's configuration for some rules, and the memory that it points into.
final class ServerConfiguration {
    private let listeners: UnsafeMutableBufferPointer<rp_stratum_listener>
    private let proxy: UnsafeMutablePointer<rp_stratum_network>
    private let token: UnsafeMutableBufferPointer<UInt8>
    private let texts: [UnsafeMutablePointer<CChar>]
    /// Valid as long as this object.
    private(set) var config: rp_stratum_server_config

    /// - Parameters:
    ///   - ports: plain, TLS, high difficulty; 0 for any.
    ///   - folder: with the certificate.
    init(_ rules: PoolRules, ports: [UInt16], folder: URL) throws {
        let paths = ["certificate.pem", "key.pem"].map { folder.appending(path: $0).path }
        texts = (["127.0.0.1"] + paths).compactMap { strdup($0) }
        listeners = .allocate(capacity: 3)
        proxy = .allocate(capacity: 1)
        token = .allocate(capacity: 32)
        token.initialize(repeating: 9)
        var network = rp_stratum_network()
        network.address.0 = 127
        network.address.3 = 2
        network.family = 4
        network.prefix = 32
        proxy.initialize(to: network)
        guard texts.count == 3, let listening = listeners.baseAddress, let key = token.baseAddress else {
            throw Mismatch("no memory")
        }
        for index in 0..<3 {
            let isHigh = index == 2
            (listening + index).initialize(
                to: rp_stratum_listener(
                    address: texts[0], port: ports[index], tls: index == 1,
                    start_level: isHigh ? rules.highStartLevel : rules.startLevel,
                    minimum_level: isHigh ? rules.highLevel : rules.levels.lowerBound))
        }
        let range = rp_stratum_level_range(minimum: rules.levels.lowerBound, maximum: rules.levels.upperBound)
        config = rp_stratum_server_config(
            listeners: listening, listener_count: 3, proxies: proxy, proxy_count: 1, certificate_file: texts[1],
            key_file: texts[2], token_key32: key, seed: 0x1234_5678_9abc_def0, loop_count: rules.loops, front_end: 0,
            version_mask: TrialJob.mask,
            vardiff: rp_stratum_vardiff_config(share_interval: rules.shareInterval, range: range),
            filter_capacity: 1_024, filter_maximum: 65_536, maximum_connections: rules.maximumConnections,
            maximum_per_address: rules.maximumPerAddress, subscribe_timeout: rules.subscribeTimeout,
            authorize_timeout: rules.authorizeTimeout, idle_timeout: rules.idleTimeout,
            stale_grace: rules.staleGrace, drain_timeout: 60_000,
            refusals: rp_stratum_bucket_config(capacity: rules.refusalBurst, per_minute: rules.refusalsPerMinute),
            ask_version: rules.asksVersion)
    }

    deinit {
        for text in texts { free(text) }
        listeners.deallocate()
        proxy.deallocate()
        token.deallocate()
    }
}
