import ArgumentParser
import Bitcoin
import Curve
import Foundation
import Node
import Wire

/// `radpool init`: everything that `radpoold` needs, in a new directory.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a directory with keys, the genesis of a syndicate of one, and a configuration.",
        discussion: """
            Makes msp.key (the MSP's identity) and bootstrap.key (what coinbases pay until the syndicate has its own \
            key), genesis.toml and genesis.record (the same as text and as bytes), radpool.toml with every key \
            explained, and data/. Nothing that is there is overwritten.
            """)

    @Argument(help: "The directory.")
    var directory: String

    @Option(help: "mainnet, testnet4 or regtest.")
    var network = NetworkArgument(network: .regtest)

    @Option(help: "The syndicate's name: 1 to 32 of a-z, 0-9, - and _.")
    var name = "solo"

    @Option(help: "The URL of a bitcoin node's JSON-RPC; without one the embedded regtest node is used.")
    var bitcoind: String?

    @Option(help: "The cookie file of that node.")
    var cookie: String?

    @Option(help: "Where that node publishes hashblock, such as tcp://127.0.0.1:28332.")
    var zmqHashblock: String?

    func validate() throws {
        guard RecordName(name) != nil else { throw ValidationError("a name is 1 to 32 of a-z, 0-9, - and _") }
        guard (bitcoind == nil) == (cookie == nil) else {
            throw ValidationError("--bitcoind and --cookie belong together")
        }
        guard bitcoind != nil || network.network == .regtest else {
            throw ValidationError("without --bitcoind there is only the embedded node, which is of regtest")
        }
    }

    func run() throws {
        guard let name = RecordName(name) else { return }
        let network = network.network
        do {
            let folder = NewFolder(directory)
            try folder.make("")
            try folder.refuseExisting(["msp.key", "bootstrap.key", "genesis.toml", "genesis.record", "radpool.toml"])
            let context = try KeyFile.makeContext()
            let identity = try KeyFile.create(path: folder.path("msp.key"), context: context).bytes
            let bootstrap = try KeyFile.create(path: folder.path("bootstrap.key"), context: context).bytes
            let genesis = try Genesis.ofOneMember(
                network: network, name: name, identityKey: identity, bootstrapKey: bootstrap)
            try folder.write("genesis.toml", Array(GenesisFile.text(genesis).utf8))
            try folder.write("genesis.record", genesis.encoded())
            try folder.write("radpool.toml", Array(configuration(network).sample.utf8))
            try folder.make("data")
            print("syndicate id  \(Hex.encode(genesis.syndicateID.bytes))")
            print("MSP key       \(Hex.encode(identity.bytes))")
            print("coinbases to  \(try TaprootAddress.text(of: bootstrap, network: network))")
            print("Keep msp.key and bootstrap.key: nobody can restore them.")
            print("Next: radpoold --config \(folder.path("radpool.toml"))")
        } catch {
            throw ProgramFailure(error)
        }
    }

    private func configuration(_ network: Network) -> Configuration {
        var configuration = Configuration()
        configuration.pool.network = network
        if let bitcoind {
            var node = EndpointSettings()
            node.url = bitcoind
            node.cookieFile = cookie.map { URL(filePath: $0).absoluteURL.path(percentEncoded: false) }
            node.hashBlock = zmqHashblock
            configuration.bitcoin.nodes = [node]
        }
        if network == .regtest {
            // A CPU finds a share of difficulty 2^-10 within a second; vardiff goes on from there.
            configuration.stratum.listeners[0].startLevel = 54
        }
        return configuration
    }
}

/// Files of a directory, none of which is overwritten.
private struct NewFolder {
    private let url: URL

    init(_ path: String) {
        url = URL(filePath: path, directoryHint: .isDirectory)
    }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    /// Makes a directory of mode 0700, unless it is there.
    func make(_ name: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path(name), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ProgramFailure(.cannotCreate, "cannot make \(path(name)): \(error.localizedDescription)")
        }
    }

    func refuseExisting(_ names: [String]) throws {
        for name in names where FileManager.default.fileExists(atPath: path(name)) {
            throw ProgramFailure(.cannotCreate, "\(path(name)) is there already: nothing is overwritten")
        }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        do {
            try Data(bytes).write(to: url.appending(path: name), options: .withoutOverwriting)
        } catch {
            throw ProgramFailure(.cannotCreate, "cannot write \(path(name)): \(error.localizedDescription)")
        }
    }
}
