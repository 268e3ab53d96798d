public import Bitcoin

extension Network {
    /// The name in configuration and genesis files and in the HTTP API.
    public var configurationName: String {
        switch self {
        case .mainnet: "mainnet"
        case .testnet4: "testnet4"
        case .signet: "signet"
        case .regtest: "regtest"
        }
    }

    /// The network of that name; nil for a signet, on which no pool can mine.
    public init?(configurationName: String) {
        guard
            let network = Network.allCases.first(where: {
                $0 != .signet && $0.configurationName == configurationName
            })
        else {
            return nil
        }
        self = network
    }
}
