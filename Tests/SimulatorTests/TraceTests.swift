import Foundation
import Simulator
import Testing

/// The same seed gives the same run (I12).
@Suite(.optimisedOnly) struct TraceTests {
    @Test func oneProcess() throws {
        let options = SimulationOptions(nodes: 4, byzantine: 1, seconds: 20)
        let one = try Simulation(seed: 5, options: options).run()
        let two = try Simulation(seed: 5, options: options).run()
        let other = try Simulation(seed: 6, options: options).run()
        #expect(one == two)
        #expect(one.traceHash != other.traceHash)
        #expect(one.traceText.count == 16)
    }

    /// Hashing of Swift's dictionaries and sets is seeded anew in every process.
    @Test func twoProcesses() throws {
        let one = try Self.lines()
        let two = try Self.lines()
        #expect(one == two)
        #expect(one.count == 3)
        #expect(one.allSatisfy { $0.contains(": ok, ") && $0.contains(", trace ") })
        let options = SimulationOptions(nodes: 4, byzantine: 1, seconds: 20)
        #expect(try one.first == Simulation(seed: 1, options: options).run().description)
    }

    private static func lines() throws -> [String] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = Bundle.main.bundleURL.appending(path: "simulation-process")
        process.arguments = ["1", "3", "4", "1", "20"]
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
