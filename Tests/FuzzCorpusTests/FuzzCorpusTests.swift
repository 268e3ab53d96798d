import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Replays the fuzzers' corpora, and random damage to them, without libFuzzer.
@Suite struct FuzzCorpusTests {
    private static func corpus(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = Conformance.repositoryRoot.appending(path: "Tests/Fuzz/Corpus/\(target.rawValue)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.lastPathComponent < $1.lastPathComponent }.map { file in
            (file.lastPathComponent, Array(try Data(contentsOf: file)))
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everySeedKeepsTheProperties(target: FuzzTarget) throws {
        let corpus = try Self.corpus(of: target)
        #expect(corpus.count >= 10)
        for (name, bytes) in corpus {
            #expect(throws: Never.self, "\(name)") { try target.check(bytes) }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyDamagedSeedKeepsTheProperties(target: FuzzTarget) throws {
        let corpus = try Self.corpus(of: target)
        for seed in 0..<UInt64(Scale.count(400, full: 20_000)) {
            var generator = SeededGenerator(seed: seed)
            var bytes = try #require(corpus.randomElement(using: &generator)).bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damage(&bytes, &generator)
            }
            #expect(throws: Never.self, "seed \(seed)") { try target.check(bytes) }
        }
    }

    private func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard let index = bytes.indices.randomElement(using: &generator) else {
            return
        }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.removeSubrange(index...)
        default: bytes.insert(contentsOf: generator.bytes(3), at: index)
        }
    }
}
