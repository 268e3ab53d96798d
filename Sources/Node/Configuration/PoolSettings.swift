public import Bitcoin

/// Section `pool`: who this MSP is, and where its state lies.
public struct PoolSettings: Sendable {
    /// The directory of the journal, the resume secret and the embedded node; absolute once a file has been read.
    public var dataDirectory = "data"
    /// The genesis file of the syndicate; absolute once a file has been read.
    public var genesisFile = "genesis.toml"
    /// The file with the MSP's secret identity key; absolute once a file has been read.
    public var keyFile = "msp.key"
    /// The network that the genesis must be of; nil for any.
    public var network: Network?
    /// Text of 0 to 20 printable ASCII characters in each coinbase.
    public var coinbaseTag = "/radpool/"

    /// The defaults.
    public init() {}
}

extension PoolSettings: ConfigurationSection {
    static var section: String { "pool" }
    static var purpose: String { "Who this MSP is, and where its state lies. Paths are relative to this file." }
    static var keys: [ConfigurationKey<PoolSettings>] {
        [
            .init(
                "data_directory", \.dataDirectory, .path,
                "The directory of the share journal and of the embedded node. One process at a time may use it."),
            .init("genesis", \.genesisFile, .path, "The genesis of the syndicate: its TOML file or its record."),
            .init("key_file", \.keyFile, .path, "The MSP's secret identity key, made by `radpool keygen`; mode 0600."),
            .init(
                "network", \.network, .network, example: "\"regtest\"",
                "The network. The genesis says it already: this is a safety catch against the wrong genesis."),
            .init(
                "coinbase_tag", \.coinbaseTag,
                .text("0 to 20 printable ASCII characters") { text in
                    text.utf8.count <= CoinbaseLayout.maximumTagSize
                        && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
                }, "What every block of this MSP says in its coinbase."),
        ]
    }
}
