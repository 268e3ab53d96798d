import Foundation
import StratumConversations

/// The daemon's configuration for some settings.
enum DaemonConfiguration {
    static func text(_ settings: DaemonSettings, certificate: URL, proxySource: String) -> String {
        let rules = settings.rules
        return """
            [pool]
            network = "regtest"

            [bitcoin]
            regtest_block_difficulty = \(Lines.difficultyText(PoolRules.blockLevel))
            refresh_interval = "600s"
            \(settings.bitcoin.joined(separator: "\n"))

            [stratum]
            threads = \(rules.loops)
            share_interval = "\(rules.shareInterval)ms"
            lowest_difficulty = \(Lines.difficultyText(rules.levels.lowerBound))
            highest_difficulty = \(Lines.difficultyText(rules.levels.upperBound))
            max_connections = \(rules.maximumConnections)
            max_connections_per_address = \(rules.maximumPerAddress)
            subscribe_timeout = "\(rules.subscribeTimeout)ms"
            authorize_timeout = "\(rules.authorizeTimeout)ms"
            idle_timeout = "\(rules.idleTimeout)ms"
            stale_grace = "\(rules.staleGrace)ms"
            refusal_burst = \(rules.refusalBurst)
            refusals_per_minute = \(rules.refusalsPerMinute)
            proxy_networks = ["\(proxySource)/32"]
            tls_certificate = "\(certificate.appending(path: "certificate.pem").path)"
            tls_key = "\(certificate.appending(path: "key.pem").path)"
            ask_version = \(rules.asksVersion)
            \(listener(tls: false, start: rules.startLevel, lowest: rules.levels.lowerBound))
            \(listener(tls: true, start: rules.startLevel, lowest: rules.levels.lowerBound))
            \(listener(tls: false, start: rules.highStartLevel, lowest: rules.highLevel))

            [accounts]
            \(settings.accounts.joined(separator: "\n"))

            [http]
            enabled = \(settings.servesAPI)
            port = 0
            """
    }

    private static func listener(tls: Bool, start: UInt8, lowest: UInt8) -> String {
        """

        [[stratum.listen]]
        address = "127.0.0.1"
        port = 0
        tls = \(tls)
        start_difficulty = \(Lines.difficultyText(start))
        minimum_difficulty = \(Lines.difficultyText(lowest))
        """
    }
}
