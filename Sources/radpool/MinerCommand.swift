import ArgumentParser

/// `radpool miner`: what concerns one miner.
struct MinerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "miner", abstract: "What concerns one miner.",
        subcommands: [MinerRegisterCommand.self, MinerVerifyCommand.self])
}
