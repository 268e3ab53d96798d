/// Section `bitcoin`: where templates come from and blocks go.
public struct BitcoinSettings: Sendable {
    /// The bitcoin nodes by priority; none for the embedded regtest node.
    public var nodes: [EndpointSettings] = []
    /// On regtest, the level that a share must reach to be submitted as a block, 33 ... 126.
    public var regtestBlockLevel: UInt8 = 59
    /// The port of the embedded node's JSON-RPC on 127.0.0.1; 0 for any free one.
    public var embeddedPort: UInt16 = 0
    /// The library of Bitcoin Core's kernel for the embedded node; nil for where `scripts/setup` puts it.
    public var kernelLibrary: String?
    /// How often a job is made anew while nothing else asks for one.
    public var refreshInterval: Duration = .seconds(30)

    /// How long shares are taken while no node gives templates.
    public var nodeAbsence: Duration = .seconds(600)

    /// The defaults.
    public init() {}
}

extension BitcoinSettings: ConfigurationSection {
    static var section: String { "bitcoin" }
    static var subsections: [String] { ["node"] }
    static var purpose: String {
        """
        Where templates come from and blocks go. Without any [[bitcoin.node]] the embedded regtest node is used, for \
        trials.
        """
    }
    static var keys: [ConfigurationKey<BitcoinSettings>] {
        [
            .init(
                "regtest_block_difficulty", \.regtestBlockLevel, .difficulty,
                """
                On regtest nearly every hash is a block: only shares of this difficulty are submitted as one. The \
                subsidy halves every 150 blocks, so make them rare.
                """),
            .init(
                "embedded_rpc_port", \.embeddedPort, .integer(0...65_535),
                "The port on 127.0.0.1 where the embedded node answers bitcoind's calls; 0 takes a free one."),
            .init(
                "kernel_library", \.kernelLibrary, .path, example: "\"/opt/radpool/libbitcoinkernel.so\"",
                """
                Bitcoin Core's consensus library for the embedded node. Without it: what RADPOOL_KERNEL_LIBRARY names, \
                else .kernel/libbitcoinkernel.so in the working directory or in a folder above the program.
                """),
            .init(
                "refresh_interval", \.refreshInterval, .duration(.seconds(1) ... .seconds(600)),
                "How often miners get a job with the transactions and the time of the moment."),
            .init(
                "node_absence", \.nodeAbsence, .duration(.seconds(1) ... .seconds(86_400)),
                "How long the last job goes on while no node gives templates; then shares are refused."),
        ]
    }
}
