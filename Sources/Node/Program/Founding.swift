internal import Bitcoin
internal import Curve
internal import Foundation
public import Storage
public import Wire

/// What a daemon begins with: its configuration, and the genesis and the identity key that it names.
public struct Founding: Sendable {
    /// The configuration.
    public let configuration: Configuration
    /// The genesis of the syndicate.
    public let genesis: Genesis
    /// Whose journal it is.
    public let identity: StoreIdentity

    /// Reads the three files, and refuses what does not fit together.
    public init(configurationPath: String, environment: [String: String]) throws(ProgramFailure) {
        do {
            configuration = try Configuration(path: configurationPath, environment: environment)
            genesis = try GenesisFile.read(path: configuration.pool.genesisFile)
            let key = try KeyFile.read(path: configuration.pool.keyFile, context: try KeyFile.makeContext())
            identity = StoreIdentity(syndicate: genesis.syndicateID, msp: key.publicKey.bytes)
        } catch {
            throw ProgramFailure(error)
        }
        try check()
    }

    /// Opens the database of the data directory, which is made if it is missing.
    public func openStore() throws(StorageError) -> Store {
        let directory = try DataDirectory(URL(filePath: configuration.pool.dataDirectory))
        return try Store(directory, identity: identity)
    }

    private func check() throws(ProgramFailure) {
        if let network = configuration.pool.network, network != genesis.network {
            throw ProgramFailure(
                .configuration,
                "the configuration says \(network.configurationName), the genesis \(genesis.network.configurationName)")
        }
        guard genesis.members.contains(where: { $0.key == identity.msp }) else {
            throw ProgramFailure(
                .configuration, "\(configuration.pool.keyFile) is not the key of a member of the genesis")
        }
        if configuration.bitcoin.nodes.isEmpty, genesis.network != .regtest {
            throw ProgramFailure(
                .configuration,
                "\(genesis.network.configurationName) needs a [[bitcoin.node]]: the embedded node is of regtest")
        }
        try check(levels: genesis.terms.lowestLevel...genesis.terms.highestLevel)
    }

    private func check(levels: ClosedRange<UInt8>) throws(ProgramFailure) {
        let stratum = configuration.stratum
        for level in [stratum.lowestLevel, stratum.highestLevel] + stratum.listeners.map(\.minimumLevel) {
            if let level, !levels.contains(level) {
                let (least, most) = (levels.lowerBound, levels.upperBound)
                throw ProgramFailure(
                    .configuration,
                    "difficulty \(LevelText.difficulty(level)) is outside the genesis' bounds, "
                        + "\(LevelText.difficulty(least)) to \(LevelText.difficulty(most))")
            }
        }
    }
}
