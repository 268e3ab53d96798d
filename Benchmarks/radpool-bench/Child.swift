import ArgumentParser
import Foundation

/// A program beside this one, running on a processor of its own; what the system says of it.
final class Child {
    let process = Process()
    private let name: String
    private let log: URL

    /// Starts a program of this build.
    ///
    /// - Parameters:
    ///   - niceness: 0, or more for a program that is to let others go first.
    ///   - log: the file that takes what it prints.
    init(_ name: String, _ arguments: [String], processor: UInt32, niceness: Int = 0, log: URL) throws {
        self.name = name
        self.log = log
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let program = folder.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ValidationError("\(program) is missing; build it with: swift build -c release")
        }
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["taskset", "-c", "\(processor)", "nice", "-n", "\(niceness)", program] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Ends it with SIGTERM; its exit code.
    @discardableResult
    func stop() -> Int32 {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Waits until `ready` answers, at most a minute.
    func await<Answer>(_ what: String, _ ready: () async throws -> Answer?) async throws -> Answer {
        let start = ContinuousClock.now
        while process.isRunning, start.duration(to: .now) < .seconds(60) {
            if let answer = try await ready() { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        throw ValidationError("\(name): \(what) did not come: \(text.split(separator: "\n").last ?? "it says nothing")")
    }

    var usage: Usage { Usage(processID: process.processIdentifier) }
}

/// What the system counts for a process.
struct Usage {
    let processID: Int32

    /// User and system time so far, in seconds; the kernel counts in hundredths.
    var cpuSeconds: Double {
        // The command's name, in parentheses, may hold spaces; utime and stime are the 12th and 13th field after it.
        let fields = text("stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Bytes of memory that are its own or mapped, and present.
    var residentBytes: Double { 1_024 * (field("VmRSS:", in: "status") ?? 0) }

    /// Bytes of files that it made the kernel write.
    var writtenBytes: Double { field("write_bytes:", in: "io") ?? 0 }

    /// Open descriptors.
    var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count) ?? 0
    }

    private func text(_ file: String) -> String {
        (try? String(contentsOfFile: "/proc/\(processID)/\(file)", encoding: .utf8)) ?? ""
    }

    private func field(_ name: String, in file: String) -> Double? {
        let line = text(file).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
    }
}
