import Bitcoin
import TestSupport
import Testing
import Wire

/// Each bound of docs/protocol/wire.md, from the side of the bytes: kind and offset of the refusal.
@Suite struct RefusalTests {
    private func refuse(
        _ bytes: [UInt8], _ kind: WireError.Kind, at offset: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: WireError(kind, offset: offset), sourceLocation: sourceLocation) {
            try Record(decoding: bytes)
        }
    }

    private func replacing(_ bytes: [UInt8], at offset: Int, with new: [UInt8]) -> [UInt8] {
        Array(bytes[..<offset]) + new + Array(bytes[(offset + new.count)...])
    }

    @Test func typeAndVersion() throws {
        refuse([], .malformed(.truncated(needed: 1)), at: 0)
        refuse([0], .unknownType(0), at: 0)
        refuse([0x3f, 1], .unknownType(0x3f), at: 0)
        refuse([2], .malformed(.truncated(needed: 1)), at: 1)
        refuse([2, 0], .unknownVersion(0), at: 1)
        refuse([4, 2], .unknownVersion(2), at: 1)
        #expect(throws: WireError(.unexpectedType(.minerRegistration), offset: 0)) {
            try Genesis(decoding: [2, 1])
        }
    }

    @Test func minerRegistration() throws {
        let start: [UInt8] = [2, 1] + [UInt8](repeating: 0, count: 36)
        #expect(try MinerRegistration(decoding: start + [0]).name == nil)
        #expect(try MinerRegistration(decoding: start + [1, 1, 0x61]).name?.text == "a")
        refuse(start + [2], .invalid(.name), at: 38)
        refuse(start + [1, 0], .invalid(.name), at: 39)
        refuse(start + [1, 1, 0x41], .invalid(.name), at: 39)
        refuse(start + [1, 33] + [UInt8](repeating: 0x61, count: 33), .invalid(.name), at: 39)
        refuse(start + [1, 0xfd, 1, 0, 0x61], .malformed(.nonMinimalCompactSize), at: 39)
        refuse(start + [0, 0], .malformed(.trailingBytes(count: 1)), at: 39)
    }

    /// One job (offset 3), one work (12), one share (19).
    private func batch() throws -> [UInt8] {
        var generator = SeededGenerator(seed: 4)
        let bytes = try JournalShareBatch([Samples.share(&generator, job: 9, miner: 5)]).encoded()
        #expect(bytes.count == 2 + 1 + 8 + 1 + 6 + 1 + 25)
        return bytes
    }

    @Test func batchTables() throws {
        let bytes = try batch()
        refuse([4, 1, 0, 0, 0], .invalid(.shares), at: 4)
        refuse(replacing(bytes, at: 2, with: [0xff]), .malformed(.nonMinimalCompactSize), at: 2)
        refuse(replacing(bytes, at: 2, with: [0xf0]), .malformed(.countTooLarge(0xf0)), at: 2)
        refuse(replacing(bytes, at: 12, with: [1]), .invalid(.jobs), at: 12)
        refuse(replacing(bytes, at: 17, with: [32]), .invalid(.level), at: 17)
        refuse(replacing(bytes, at: 17, with: [128]), .invalid(.level), at: 17)
        refuse(replacing(bytes, at: 19, with: [1]), .invalid(.shares), at: 19)
        refuse(bytes + [0], .malformed(.trailingBytes(count: 1)), at: 44)
        // A count for which there is room, and an index of three bytes that takes some of it.
        let works = (0..<254).flatMap { [0, UInt8($0), 0, 0, 0, 64] as [UInt8] }
        let shares = (0..<253).flatMap { [UInt8($0)] + bytes[20...] }
        let start = [UInt8](bytes[..<11]) + [0xfd, 254, 0] + works + [0xfd, 254, 0]
        refuse(
            start + shares + [0xfd, 253, 0] + bytes[20..<42], .malformed(.truncated(needed: 24)),
            at: start.count + shares.count + 3)
    }

    @Test func batchOrder() throws {
        let bytes = try batch()
        let job = Array(bytes[3..<11])
        let work = Array(bytes[12..<18])
        let share = Array(bytes[19...])
        // The same job twice, and a job that no work uses.
        refuse([4, 1, 2] + job + job + [1] + work + [1] + share, .invalid(.jobs), at: 11)
        refuse([4, 1, 2] + job + [10] + job.dropFirst() + [1] + work + [1] + share, .invalid(.jobs), at: 2)
        // The same work twice, and a work that no share uses.
        refuse([4, 1, 1] + job + [2] + work + work + [1] + share, .invalid(.works), at: 18)
        let other: [UInt8] = work.dropLast() + [99]
        refuse([4, 1, 1] + job + [2] + work + other + [1] + share, .invalid(.works), at: 11)
        // The second work used before the first.
        let second: [UInt8] = [1] + share.dropFirst()
        refuse([4, 1, 1] + job + [2] + work + other + [2] + second + share, .invalid(.shares), at: 25)
        let shares = try JournalShareBatch(
            decoding: [4, 1, 1] + job + [2] + work + other + [2] + share + second
        ).shares
        #expect(shares.map(\.work.level) == [64, 99])
    }

    @Test func batchesAreBounded() throws {
        var generator = SeededGenerator(seed: 4)
        let share = try Samples.share(&generator, job: 9, miner: 5)
        #expect(throws: RecordFault(.shares)) { try JournalShareBatch([]) }
        #expect(throws: RecordFault(.shares)) {
            try JournalShareBatch([JournalShare](repeating: share, count: 65_537))
        }
        let body = [UInt8](try batch()[19...])
        let start = [UInt8](try batch()[..<18])
        let many = start + [0xfe, 1, 0, 1, 0] + (0..<65_537).flatMap { _ in body }
        refuse(many, .invalid(.shares), at: 18)
    }

    @Test func jobs() throws {
        var generator = SeededGenerator(seed: 8)
        let job = try Samples.job(&generator)
        let bytes = job.encoded()
        // Type, version, sequence, owner; then version, mask, previous block, nBits, two times and the branch.
        let header = 2 + 8 + 32 + 32 + 8 + 32
        refuse(replacing(bytes, at: header + 2, with: [1]), .invalid(.version), at: header)
        refuse(replacing(bytes, at: header + 40, with: [0, 0, 0, 0]), .invalid(.compactTarget), at: header + 40)
        let time: [UInt8] = [0, 0, 0, 0]
        refuse(replacing(bytes, at: header + 48, with: time), .invalid(.minimumTime), at: header + 44)
        let branch = header + 52
        let coinbase = branch + 1 + 32 * job.header.merkleBranch.hashes.count
        let longBranch = Array(bytes[..<branch]) + [33] + [UInt8](repeating: 0, count: 33 * 32) + bytes[coinbase...]
        refuse(longBranch, .invalid(.merkleBranch), at: branch)
        let tooMuch: [UInt8] = [0x01, 0x40, 0x07, 0x5a, 0xf0, 0x75, 0x07, 0]
        refuse(replacing(bytes, at: coinbase + 4, with: tooMuch), .invalid(.value), at: coinbase + 4)
        refuse(
            replacing(bytes, at: coinbase + 4, with: [UInt8](repeating: 0xff, count: 8)), .invalid(.value),
            at: coinbase + 4)
        let script = coinbase + 12
        let rest = Array(bytes[(script + 35)...])
        refuse(Array(bytes[..<script]) + [0] + rest, .invalid(.custodyScript), at: script)
        let long: [UInt8] = [0xfd, 0x91, 0x01] + [UInt8](repeating: 0x51, count: 401)
        refuse(Array(bytes[..<script]) + long + rest, .invalid(.custodyScript), at: script)
        let tag = script + 35
        refuse(
            Array(bytes[..<tag]) + [21] + [UInt8](repeating: 0, count: 21) + [0], .invalid(.tag), at: tag)
        refuse(Array(bytes[..<tag]) + [0, 2], .invalid(.witnessCommitment), at: tag + 1)
    }
}
