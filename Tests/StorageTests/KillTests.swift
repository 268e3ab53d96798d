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
        var groups: [UInt64: Entry] = [:]
        var firstJob: UInt64?
        var refusals: [String] = []
    }

    /// What tells the groups of all lives apart.
    private struct Entry: Hashable {
        let job: UInt64
        let nonce: UInt32
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

    /// How many shares of each group are stored.
    private func counts(_ scratch: Scratch) throws -> [Entry: Int] {
        var counts: [Entry: Int] = [:]
        try scratch.journal().replay { _, batch in
            for share in batch.shares {
                counts[Entry(job: share.work.jobSequence, nonce: share.nonce), default: 0] += 1
            }
        }
        return counts
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
                let number = try #require(UInt64(words[0]))
                let entry = Entry(job: try #require(UInt64(words[1])), nonce: try #require(UInt32(words[2])))
                #expect(said.groups.updateValue(entry, forKey: number) == nil)
            }
        }
        return said
    }

    @Test func whatWasSaidIsThereOnce() throws {
        let scratch = try Scratch()
        var generator = SeededGenerator(seed: 50)
        var said: [UInt64: Entry] = [:]
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
            jobs.formUnion(round.groups.values.map(\.job))
            rounds += round.groups.isEmpty ? 0 : 1
            for (number, entry) in round.groups {
                #expect(said.updateValue(entry, forKey: number) == nil, "kill \(kill)")
            }

            let stored = try counts(scratch)
            #expect(said.values.allSatisfy { stored[$0] == 20 }, "kill \(kill)")
            #expect(stored.values.allSatisfy { $0 == 20 }, "kill \(kill)")
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
        let stored = try counts(scratch)
        let nonces = said.groups.sorted { $0.key < $1.key }.map(\.value.nonce)
        // The refused group came again and was stored once: no nonce is missing and none is double.
        #expect(nonces == Array(1...UInt32(nonces.count)))
        #expect(said.groups.values.allSatisfy { stored[$0] == 20 })
        #expect(stored.count <= said.groups.count + 1)
        #expect(said.groups.count > 100)
    }

    /// The write of a group fails in the middle, and the next group goes elsewhere: the beginning of the first is
    /// overwritten, so that it cannot be taken for a group of the same number.
    @Test func whatFailedIsOverwritten() throws {
        let scratch = try Scratch()
        // Pages 0 to 47 are within the limit, of page 48 only a part; three pages more do not fit behind it.
        let said = try run([scratch.url.path, "--limit", "200000", "--pages", "50"], until: .lines(1_000))
        #expect(said.refusals.count == 1)
        let tail = try Data(contentsOf: scratch.url.appending(path: "journal.tail"))
        #expect(tail[(47 * 4_096)...].prefix(4) == Data("RPT1".utf8))
        #expect(tail[(48 * 4_096)...].prefix(4_096).allSatisfy { $0 == 0 })
        #expect(tail.prefix(4) == Data("RPT1".utf8))
        let last = try #require(said.groups.max { $0.key < $1.key })
        let stored = try counts(scratch)
        #expect(stored[last.value] == 400)
        #expect(stored.values.count { $0 == 20 } == said.groups.count - 1)
    }
}
