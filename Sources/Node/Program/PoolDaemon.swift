internal import Bitcoin
internal import BitcoinNode
internal import Foundation
public import Logging
internal import Storage
internal import Stratum
internal import Wire

/// A running pool as its configuration describes it: bitcoin nodes, the embedded one included, and the pool engine.
public final class PoolDaemon: Sendable {
    /// The pool server.
    public let engine: PoolEngine

    /// The port of the embedded node's JSON-RPC on 127.0.0.1; nil with nodes of the configuration.
    public let embeddedPort: Int?

    private let embedded: (node: RegtestNode, server: RPCServer)?

    /// The folder of the embedded node in the data directory.
    public static let embeddedFolder = "regtest-node"

    /// Starts everything; miners are let in when a node gave the first template.
    public init(_ founding: Founding, logger: Logger) async throws(ProgramFailure) {
        let configuration = founding.configuration
        do {
            let directory = try DataDirectory(URL(filePath: configuration.pool.dataDirectory))
            let stratum = try configuration.stratum.server(founding)
            embedded = configuration.bitcoin.nodes.isEmpty ? try await Self.startEmbedded(configuration) : nil
            embeddedPort = embedded?.server.port
            var settings = PoolEngine.Settings(genesis: founding.genesis, msp: founding.identity.msp, stratum: stratum)
            settings.coinbaseTag = Array(configuration.pool.coinbaseTag.utf8)
            settings.accounts = configuration.accounts.policy
            settings.nodeAbsence = configuration.bitcoin.nodeAbsence
            if let url = configuration.accounts.webhook {
                let webhook = AccountWebhook(url: url, timeout: configuration.accounts.webhookTimeout)
                settings.approve = { await webhook.approves($0) }
            }
            var endpoints: [NodeEndpoint] = []
            if let embeddedPort {
                let cookie = Self.embeddedDirectory(configuration).appending(path: ".cookie")
                endpoints.append(NodeEndpoint(port: embeddedPort, credentials: .cookie(file: cookie)))
            }
            for node in configuration.bitcoin.nodes { endpoints.append(try node.endpoint()) }
            var nodeSettings = NodeSet.Settings()
            nodeSettings.refresh = configuration.bitcoin.refreshInterval
            let nodes = NodeSet(
                network: founding.genesis.network, endpoints: endpoints, settings: nodeSettings, logger: logger)
            engine = try PoolEngine(settings, directory: directory, nodes: nodes, logger: logger)
        } catch {
            throw ProgramFailure(error)
        }
    }

    /// Stops the pool, then the embedded node. Returns when all of it is done.
    public func stop() async {
        await engine.stop()
        await embedded?.node.stop()
        await embedded?.server.stop()
    }

    private static func embeddedDirectory(_ configuration: Configuration) -> URL {
        URL(filePath: configuration.pool.dataDirectory, directoryHint: .isDirectory).appending(path: embeddedFolder)
    }

    private static func startEmbedded(
        _ configuration: Configuration
    ) async throws -> (node: RegtestNode, server: RPCServer) {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        let library = try KernelLibrary(
            path: configuration.bitcoin.kernelLibrary ?? KernelLibrary.path(folder: here))
        let directory = embeddedDirectory(configuration)
        let node = try RegtestNode(library: library, directory: directory)
        let server = try await RPCServer(
            node: node, port: Int(configuration.bitcoin.embeddedPort),
            credentials: .cookie(file: directory.appending(path: ".cookie")))
        return (node, server)
    }
}

extension EndpointSettings {
    /// The same for `NodeSet`; a password file is read.
    fileprivate func endpoint() throws(ProgramFailure) -> NodeEndpoint {
        guard let url, let components = URLComponents(string: url), let host = components.host, !host.isEmpty,
            components.path.isEmpty || components.path == "/"
        else {
            throw ProgramFailure(.configuration, "bitcoin.node.url: must be http://HOST:PORT")
        }
        let credentials: RPCCredentials
        if let cookieFile {
            credentials = .cookie(file: URL(filePath: cookieFile))
        } else {
            credentials = .password(user: user ?? "", password: try secret())
        }
        return NodeEndpoint(
            host: host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port: components.port ?? 8332,
            credentials: credentials, hashBlockPublisher: hashBlock)
    }

    private func secret() throws(ProgramFailure) -> String {
        guard let passwordFile else { return password ?? "" }
        guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
            throw ProgramFailure(.permission, "cannot read \(passwordFile)")
        }
        return String(text.prefix { !$0.isNewline })
    }
}

extension StratumSettings {
    /// The same for the stratum server of a syndicate.
    fileprivate func server(_ founding: Founding) throws(ProgramFailure) -> StratumConfiguration {
        let terms = founding.genesis.terms
        let lowest = lowestLevel ?? terms.lowestLevel
        let highest = highestLevel ?? terms.highestLevel
        guard lowest <= highest else {
            throw ProgramFailure(.configuration, "stratum.lowest_difficulty: must not be above the highest difficulty")
        }
        let ports = listeners.map { listener in
            StratumConfiguration.Listener(
                address: listener.address, port: listener.port, isTLS: listener.tls, startLevel: listener.startLevel,
                minimumLevel: listener.minimumLevel ?? lowest)
        }
        // The token key is the engine's, which keeps it in the data directory, and so is the seed.
        var server = StratumConfiguration(listeners: ports, levels: lowest...highest, tokenKey: [], seed: 0)
        let cores = UInt32(clamping: ProcessInfo.processInfo.activeProcessorCount)
        server.loopCount = min(threads == 0 ? cores : threads, 64)
        server.proxies = proxyNetworks.compactMap { .init(address: $0.address, prefix: $0.prefixLength) }
        if let certificateFile, let certificateKeyFile {
            server.certificate = .init(chainPath: certificateFile, keyPath: certificateKeyFile)
        }
        server.frontEnd = frontEnd
        server.versionMask = versionMask
        server.shareInterval = UInt32(clamping: shareInterval.milliseconds)
        server.filterCapacity = Int(filterInitial)
        server.filterMaximum = Int(filterMaximum)
        server.maximumConnections = maximumConnections
        server.maximumConnectionsPerAddress = maximumPerAddress
        server.subscribeTimeout = UInt32(clamping: subscribeTimeout.milliseconds)
        server.authorizeTimeout = UInt32(clamping: authorizeTimeout.milliseconds)
        server.idleTimeout = UInt32(clamping: idleTimeout.milliseconds)
        server.staleGrace = UInt32(clamping: staleGrace.milliseconds)
        server.drainTimeout = UInt32(clamping: drainTimeout.milliseconds)
        server.refusals = .init(capacity: refusalBurst, perMinute: refusalsPerMinute)
        server.asksVersion = asksVersion
        if founding.genesis.network == .regtest {
            server.blockTarget = Target(shareLevel: founding.configuration.bitcoin.regtestBlockLevel)
                .map { CompactTarget($0) }
        }
        return server
    }
}
