import ArgumentParser
import Simulator

/// `radpool simulate`: runs of a simulated syndicate.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the broadcast of a simulated syndicate under faults that a seed draws.",
        discussion: """
            The same seed and options give the same run, told by its trace hash. The exit code is 1 if an invariant \
            did not hold.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64

    @Option(help: "How many seeds, one after the other.")
    var seeds: UInt64 = 1

    @Option(help: "How many voters, 1 to 50.")
    var nodes = 4

    @Option(help: "How many of them are byzantine; up to a third keeps every promise.")
    var byzantine = 0

    @Option(help: "The length of a run in virtual seconds, up to 3600; chaos ends in the middle.")
    var seconds: UInt64 = 60

    func validate() throws {
        guard (1...50).contains(nodes), (0...nodes).contains(byzantine), (1...3_600).contains(seconds), seeds > 0,
            seed <= UInt64.max - seeds
        else {
            throw ValidationError("out of range: see radpool help simulate")
        }
    }

    func run() throws {
        let options = SimulationOptions(nodes: nodes, byzantine: byzantine, seconds: seconds)
        var isGood = true
        for seed in seed..<(seed + seeds) {
            let report = try Simulation(seed: seed, options: options).run()
            print(report)
            isGood = isGood && report.violations.isEmpty
        }
        if !isGood { throw ExitCode(1) }
    }
}
