// Runs seeds in a process of its own: tests compare the trace hashes of two such processes.
//   FIRST COUNT NODES BYZANTINE [SECONDS]   prints a line for each seed, exits with 1 on violations
import Simulator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
guard (4...5).contains(numbers.count), let first = numbers[0], let count = numbers[1], let nodes = numbers[2],
    let byzantine = numbers[3], let seconds = numbers.count == 5 ? numbers[4] : 60
else {
    print("usage: simulation-process FIRST COUNT NODES BYZANTINE [SECONDS]")
    exit(64)
}
let options = SimulationOptions(nodes: Int(nodes), byzantine: Int(byzantine), seconds: seconds)
var failures = 0
for seed in first..<(first + count) {
    let report = try Simulation(seed: seed, options: options).run()
    print(report)
    if !report.violations.isEmpty { failures += 1 }
}
exit(failures == 0 ? 0 : 1)
