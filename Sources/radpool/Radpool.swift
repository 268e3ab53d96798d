import ArgumentParser
import Node

/// The command line of operators and miners.
@main
struct Radpool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "radpool",
        abstract: "Radpool's command line for operators and miners.",
        discussion: """
            Exit codes: 0 done, 64 wrong command line, 69 something outside is missing, 70 a mistake of the program, \
            73 a file cannot be made or is there already, 74 the disk refuses, 77 permissions, 78 wrong configuration.
            """,
        subcommands: [
            KeygenCommand.self, InitCommand.self, StatusCommand.self, MinerCommand.self, MineCommand.self,
            RegtestNodeCommand.self, SimulateCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as ProgramFailure {
            failure.exit(program: "radpool")
        } catch {
            exit(withError: error)
        }
    }
}
