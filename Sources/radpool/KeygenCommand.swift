import ArgumentParser
import Bitcoin
import Curve
import Node

/// `radpool keygen`: a new secret key in a file.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Make a secret key in a new file of mode 0600, and print its public key.",
        discussion: """
            The file holds the key's 32 bytes and nothing else. It is never overwritten, and the secret is never \
            printed. With --network the taproot address that the key can spend from is printed, too.
            """)

    @Argument(help: "The file to be made.")
    var path: String

    @Option(help: "mainnet, testnet4 or regtest: print the key's taproot address there.")
    var network: NetworkArgument?

    func run() throws {
        do {
            let key = try KeyFile.create(path: path, context: try KeyFile.makeContext()).bytes
            print("public key  \(Hex.encode(key.bytes))")
            if let network { print("address     \(try TaprootAddress.text(of: key, network: network.network))") }
        } catch {
            throw ProgramFailure(error)
        }
    }
}

/// A network on the command line.
struct NetworkArgument: ExpressibleByArgument {
    let network: Network

    static let allValueStrings = ["mainnet", "testnet4", "regtest"]

    var defaultValueDescription: String { network.configurationName }

    init(network: Network) {
        self.network = network
    }

    init?(argument: String) {
        guard let network = Network(configurationName: argument) else { return nil }
        self.network = network
    }
}
