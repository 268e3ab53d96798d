import Bitcoin
import BitcoinNode
import Foundation
import Logging
import Node
import Shares
import Storage
import Stratum
import TestSupport
import Testing
import Wire

/// The kernel library that the tests run on.
enum PoolKernel {
    static let path = KernelLibrary.path(folder: Conformance.repositoryRoot)

    static let isExpected =
        FileManager.default.fileExists(atPath: path) || ProcessInfo.processInfo.environment["CI"] == "true"

    static let absence = "no libbitcoinkernel: run scripts/setup-kernel"

    static let loaded = Result { () throws(KernelError) in try KernelLibrary(path: path) }
}

/// An embedded node with its server, and a data directory for pool engines; goes with the value.
final class PoolFixture: Sendable {
    let folder: TemporaryFolder
    let node: RegtestNode
    let rpc: RPCServer

    static let minerKey = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

    init() async throws {
        folder = try TemporaryFolder("pool")
        node = try RegtestNode(
            library: PoolKernel.loaded.get(), directory: folder.url.appending(path: "node"),
            longPollTimes: .init(first: .seconds(1), further: .seconds(1)))
        rpc = try await RPCServer(node: node, port: 0, credentials: Self.credentials)
    }

    private static let credentials = RPCCredentials.password(user: "user", password: "password")

    var endpoint: NodeEndpoint { NodeEndpoint(port: rpc.port, credentials: Self.credentials) }

    var dataFolder: URL { folder.url.appending(path: "data") }

    /// An engine on the node. `blockTarget`: what a share must meet to be a block; by default none ever does.
    func engine(
        blockTarget: UInt32? = 0x1d00_ffff, _ change: (inout PoolEngine.Settings) -> Void = { _ in }
    ) throws -> PoolEngine {
        let msp = try XOnlyKeyBytes(SHA256.hash(Array("msp".utf8)).bytes)
        let script = Script.payToTaproot(try XOnlyKeyBytes(Hex.decode(Self.minerKey)))
        let genesis = try Genesis(
            network: .regtest, name: try #require(RecordName("test")),
            members: [Genesis.Member(key: msp, payoutScript: script)], bootstrapScript: script,
            terms: GenesisTerms(network: .regtest))
        var stratum = StratumConfiguration(
            listeners: [.init(address: "127.0.0.1", port: 0, startLevel: 40, minimumLevel: 33)], levels: 33...127,
            tokenKey: [], seed: 0)
        stratum.blockTarget = blockTarget.map { CompactTarget(rawValue: $0) }
        stratum.drainTimeout = 1_000
        var settings = PoolEngine.Settings(genesis: genesis, msp: msp, stratum: stratum)
        settings.coinbaseTag = Array("/radpool/".utf8)
        change(&settings)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var nodeSettings = NodeSet.Settings()
        nodeSettings.watch = .milliseconds(200)
        let nodes = NodeSet(network: .regtest, endpoints: [endpoint], settings: nodeSettings, logger: logger)
        return try PoolEngine(settings, directory: DataDirectory(dataFolder), nodes: nodes, logger: logger)
    }

    func stop() async {
        await node.stop()
        await rpc.stop()
    }
}

/// A miner that has logged in and has its first job.
struct Miner {
    let connection: MinerConnection
    let extranonce1: String
    let token: String
    let name: String
    let job: MinedJob

    init(_ engine: PoolEngine, name: String = PoolFixture.minerKey + ".rig", token: String? = nil) async throws {
        connection = try await Self.connect(engine)
        self.name = name
        let subscribed = try await connection.call("mining.subscribe", ["test/1"] + (token.map { [$0] } ?? []))
        let parts = subscribed.result.json.split { "[],\"".contains($0) }.map(String.init)
        (self.token, extranonce1) = (parts[1], parts[4])
        #expect(try await connection.call("mining.authorize", [name, "d=0.0000001"]).result.json == "true")
        job = try MinedJob(await connection.notification("mining.notify"))
    }

    /// Ports are bound at once, and listened on from the first job on; until then nobody is let in.
    private static func connect(_ engine: PoolEngine) async throws -> MinerConnection {
        let port = try #require(engine.port(ofListener: 0))
        for _ in 0..<90_000 {
            if let connection = try? MinerConnection(port: port) { return connection }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try MinerConnection(port: port)
    }

    func submit(_ share: MinedJob.Share) async throws -> MinerConnection.Answer {
        try await connection.call("mining.submit", [name] + share.params)
    }
}
