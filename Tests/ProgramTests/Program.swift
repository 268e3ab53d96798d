import Foundation
import TestSupport
import Testing

/// A built program of this package, run as a process.
struct Program {
    /// What a process left behind.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    let name: String

    static let radpool = Program(name: "radpool")
    static let radpoold = Program(name: "radpoold")

    /// Finds another program of the machine by its name, which is the first argument.
    static let env = Program(name: "/usr/bin/env")

    private var url: URL {
        if name.hasPrefix("/") { return URL(filePath: name) }
        // Programs lie in the same folder as the test runner.
        return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name)
    }

    /// A process that is not started yet, with an environment of its own.
    func process(_ arguments: [String], environment: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        return process
    }

    /// Runs to the end.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = process(arguments, environment: environment)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationReason == .exit)
        return Outcome(
            status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
            errors: String(decoding: complained, as: UTF8.self))
    }
}

extension TemporaryFolder {
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
