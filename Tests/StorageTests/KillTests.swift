import Bitcoin
import Foundation
import Storage
import TestSupport
import Testing
import Wire

/// A real process that appends and says so, killed at random moments: what it said is on disk, once.
@Suite(.serialized) struct KillTests {
    /// The program beside the test runner.
    private static var program: URL {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "JournalAppender")
    }

    private struct Said {
        var batches: [Int64: (job: UInt64, nonce: UInt32)] = [:]
        var firstJob: UInt64?
        var refusals: [String] = []
    }

    /// When the program is killed.
    private enum Moment {
        case milliseconds(Int)
        /// When it has said so many lines.
        case lines(Int)
    }

    /// Runs the program up to a moment, kills it, and reads what it said.
    private func run(_ arguments: [String], until moment: Moment) throws -> Said {
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.program
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        var data = Data()
        switch moment {
        case .milliseconds(let milliseconds):
            let killer = Thread {
                Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
                kill(process.processIdentifier, SIGKILL)
            }
            killer.start()
        case .lines(let count):
            while data.count(where: { $0 == UInt8(ascii: "\n") }) < count {
                let part = output.fileHandleForReading.availableData
                if part.isEmpty { break }
                data += part
            }
            kill(process.processIdentifier, SIGKILL)
        }
        data += try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        return try parse(String(decoding: data, as: UTF8.self))
    }

    private func parse(_ text: String) throws -> Said {
        var said = Said()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "refused" {
                said.refusals.append(String(line))
            } else if words[0] == "job" {
                said.firstJob = UInt64(words[1])
            } else {
                try #require(words.count == 3, "\(line)")
                let sequence = try #require(Int64(words[0]))
                let entry = (job: try #require(UInt64(words[1])), nonce: try #require(UInt32(words[2])))
                #expect(said.batches.updateValue(entry, forKey: sequence) == nil)
            }
        }
        return said
    }

    @Test func whatWasSaidIsThereOnce() throws {
        let scratch = try Scratch()
        var generator = SeededGenerator(seed: 50)
        var said: [Int64: (job: UInt64, nonce: UInt32)] = [:]
        var jobs: Set<UInt64> = []
        var rounds = 0
        let kills = Scale.count(10, full: 60)
        for kill in 0..<kills {
            let wait = Int.random(in: 20...300, using: &generator)
            let round = try run([scratch.url.path], until: .milliseconds(wait))
            if let job = round.firstJob {
                // A number given out in one life is never given out in a later one.
                #expect(jobs.allSatisfy { $0 < job }, "kill \(kill)")
            }
            jobs.formUnion(round.batches.values.map(\.job))
            rounds += round.batches.isEmpty ? 0 : 1
            for (sequence, entry) in round.batches {
                #expect(said.updateValue(entry, forKey: sequence) == nil, "kill \(kill)")
            }

            var stored: [Int64: JournalShareBatch] = [:]
            try scratch.journal().replay { stored[$0] = $1 }
            for (sequence, entry) in said {
                let shares = try #require(stored[sequence], "kill \(kill)").shares
                #expect(shares.count == 20)
                #expect(shares.allSatisfy { $0.work.jobSequence == entry.job && $0.nonce == entry.nonce })
            }
            // What was stored and not said: at most the one group that each kill caught between the two.
            #expect(stored.count - said.count <= kill + 1)
        }
        #expect(rounds >= kills / 2)
    }

    /// A limit on the size of files makes real writes fail in the middle of a commit.
    @Test func anErrorOfTheDiskPasses() throws {
        let scratch = try Scratch()
        let said = try run([scratch.url.path, "--limit", "200000"], until: .lines(120))
        #expect(said.refusals.count == 1)
        var stored: [Int64: JournalShareBatch] = [:]
        try scratch.journal().replay { stored[$0] = $1 }
        let nonces = said.batches.sorted { $0.key < $1.key }.map(\.value.nonce)
        // The refused group came again and was stored once: no nonce is missing and none is double.
        #expect(nonces == Array(1...UInt32(nonces.count)))
        for (sequence, entry) in said.batches {
            #expect(stored[sequence]?.shares.allSatisfy { $0.nonce == entry.nonce } == true)
        }
        #expect(said.batches.count > 100)
    }
}
