import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

@Suite struct BlockJournalTests {
    private static let blocks: [[UInt8]] = [Array(repeating: 7, count: 9), Array(1...20), Array("RPBJ".utf8), []]

    /// A journal of `blocks` and the offsets at which its records end.
    private func journal(in directory: TemporaryFolder) throws -> (path: String, ends: [Int]) {
        let path = directory.url.appending(path: "blocks").path
        var journal = try BlockJournal(path: path)
        var ends = [16]
        for block in Self.blocks {
            try journal.append(block)
            ends.append(ends[ends.count - 1] + 16 + block.count)
        }
        return (path, ends)
    }

    private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    private func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

    @Test func whatWasAppendedComesBackInOrderAndOnce() throws {
        let directory = try TemporaryFolder("node")
        let (path, ends) = try journal(in: directory)
        #expect(try bytes(path).count == ends.last)
        var journal = try BlockJournal(path: path)
        #expect(journal.takeRecovered() == Self.blocks)
        #expect(journal.takeRecovered() == [])
        #expect(journal.cutOff == 0)
    }

    @Test func theFormatIsAsDocumented() throws {
        let directory = try TemporaryFolder("node")
        let path = directory.url.appending(path: "blocks").path
        var journal = try BlockJournal(path: path)
        try journal.append([0xab])
        // The checksum is of: offset 16, length 1, block.
        let hex = try bytes(path).map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        #expect(hex == "726164706f6f6c20626c6f636b732031" + "5250424a" + "01000000" + "740a83ee503478aa" + "ab")
    }

    @Test func anInterruptedAppendIsCutOffAtEveryByte() throws {
        let directory = try TemporaryFolder("node")
        let (path, ends) = try journal(in: directory)
        let whole = try bytes(path)
        for count in stride(from: 0, to: whole.count, by: Scale.count(3, full: 1)) {
            try write(Array(whole[..<count]), to: path)
            var journal = try BlockJournal(path: path)
            let kept = ends.dropFirst().count { $0 <= count }
            #expect(journal.takeRecovered() == Array(Self.blocks.prefix(kept)), "cut at \(count)")
            // What is appended after the cut is found again.
            try journal.append([1, 2])
            var again = try BlockJournal(path: path)
            #expect(again.takeRecovered() == Array(Self.blocks.prefix(kept)) + [[1, 2]], "cut at \(count)")
        }
    }

    @Test func anUnwrittenTailOfZerosIsCutOff() throws {
        let directory = try TemporaryFolder("node")
        let (path, ends) = try journal(in: directory)
        try write(try bytes(path) + [UInt8](repeating: 0, count: 300), to: path)
        var journal = try BlockJournal(path: path)
        #expect(journal.takeRecovered() == Self.blocks)
        #expect(journal.cutOff == 300)
        #expect(try bytes(path).count == ends.last)
    }

    @Test func aWrongByteBeforeTheLastRecordIsCorruption() throws {
        let directory = try TemporaryFolder("node")
        let (path, ends) = try journal(in: directory)
        let whole = try bytes(path)
        for offset in 0..<ends[ends.count - 2] {
            var wrong = whole
            wrong[offset] ^= 0x10
            try write(wrong, to: path)
            let record = ends.last { $0 <= offset }
            let expected: BlockJournalError = record.map { .corrupt(offset: $0) } ?? .notAJournal
            #expect(throws: expected, "byte \(offset)") { try BlockJournal(path: path) }
            #expect(try bytes(path) == wrong, "a corrupt journal is left as it is")
        }
    }

    @Test func anAppendThatFailsLeavesTheJournalAsItWasAndMayBeTriedAgain() throws {
        // In a process of its own, since the greatest size of files that stands for a full disk is the process's.
        let directory = try TemporaryFolder("node")
        let process = Process()
        let output = Pipe()
        process.executableURL = Bundle.main.bundleURL.appending(path: "regtest-node-process")
        process.arguments = ["--limited-journal", directory.url.appending(path: "blocks").path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(String(decoding: data, as: UTF8.self) == "refused, size 35\nrecovered 3 and 8000 bytes\n")
        #expect(process.terminationStatus == 0)
    }
}
