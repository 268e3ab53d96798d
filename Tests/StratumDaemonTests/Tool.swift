import Foundation

/// A program of the system that a test runs something under.
enum Tool {
    /// With it a test that this machine does not permit must run, and fail.
    static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether a command runs and succeeds.
    static func succeeds(_ command: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
