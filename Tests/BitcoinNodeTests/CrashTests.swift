import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

@Suite(.enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)), .serialized)
struct CrashTests {
    @Test(.timeLimit(.minutes(20))) func noAnsweredBlockIsLostToASigkill() async throws {
        let directory = try TemporaryFolder("node")
        var generator = SeededGenerator(seed: 0x5eed)
        var answered: [JSONValue] = []
        for round in 0..<Scale.count(6, full: 60) {
            let node = try NodeProcess(directory: directory)
            // What was answered is there; what was not may be.
            let height = Int(try #require(try await node.client.call("getblockcount").wholeNumber))
            #expect(height >= answered.count, "round \(round)")
            for (index, hash) in answered.enumerated() {
                #expect(try await node.client.call("getblockhash", "[\(index + 1)]") == hash, "round \(round)")
            }
            for unseen in answered.count..<max(height, answered.count) {
                answered.append(try await node.client.call("getblockhash", "[\(unseen + 1)]"))
            }
            let killing = Task { [delay = Int(generator.next() % 400)] in
                try await Task.sleep(for: .milliseconds(delay))
            }
            let client = node.client
            let mining = Task { () -> [JSONValue] in
                var mined: [JSONValue] = []
                while let answer = try? await client.call("generatetoaddress", "[1,\"\(Spending.address)\"]") {
                    mined += answer.elements ?? []
                }
                return mined
            }
            try await killing.value
            node.kill()
            answered += await mining.value
        }
        #expect(answered.count > 10)
    }

    @Test func aSecondProcessOnTheDirectoryIsRefused() throws {
        let directory = try TemporaryFolder("node")
        let first = try NodeProcess(directory: directory)
        let second = Process()
        let errors = Pipe()
        second.executableURL = first.process.executableURL
        second.arguments = first.process.arguments
        second.standardError = errors
        try second.run()
        second.waitUntilExit()
        #expect(second.terminationStatus == 69)
        let words = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        #expect(words == "\(directory.url.path) is in use by another node\n")
        first.kill()
    }
}
