import ArgumentParser

/// The benchmarks: each figure is printed next to a baseline measured in the same run.
@main
struct RadpoolBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "radpool-bench",
        abstract: "Measures Radpool's hot paths, each next to a baseline measured in the same run.",
        discussion: "Every figure is a median over alternating runs of subject and baseline.",
        subcommands: [
            HashCommand.self, SharesCommand.self, JournalCommand.self, TemplateCommand.self, EchoCommand.self,
            StratumCommand.self, SoakCommand.self, BroadcastCommand.self, AccountingCommand.self,
        ])
}

/// Options that every benchmark takes.
struct BenchOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line and nothing else.")
    var json = false

    @Option(help: "Alternating runs of subject and baseline, 5...1000.")
    var runs = 101

    @Option(help: "Milliseconds that each run should take, 1...10000.")
    var slice = 5

    func validate() throws {
        guard (5...1000).contains(runs) else { throw ValidationError("--runs must be 5...1000") }
        guard (1...10_000).contains(slice) else { throw ValidationError("--slice must be 1...10000") }
    }

    /// A harness and a report as these options say.
    func session(_ title: String) -> (harness: Harness, report: Report) {
        (Harness(runs: runs, sliceNanoseconds: UInt64(slice) * 1_000_000), Report(title: title, json: json))
    }
}
