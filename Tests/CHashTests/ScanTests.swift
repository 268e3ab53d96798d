import CHash
import TestSupport
import Testing

/// Scanning nonces over lanes finds what trying them one after the other finds.
@Suite struct ScanTests {
    /// Nonce and hash that a loop over double hashes finds, or nil.
    private func reference(
        _ header: [UInt8], _ target: [UInt8], _ first: UInt32, _ count: UInt64
    ) throws -> (UInt32, [UInt8])? {
        var engine = try Kernel.portable.engine()
        var header = header
        var hash = [UInt8](repeating: 0, count: 32)
        var nonce = UInt64(first)
        while nonce < UInt64(first) + count, nonce <= UInt64(UInt32.max) {
            for byte in 0..<4 {
                header[76 + byte] = UInt8(truncatingIfNeeded: nonce >> (8 * byte))
            }
            rp_hash_sha256d(&engine, &hash, header, 80)
            if !target.reversed().lexicographicallyPrecedes(hash.reversed()) {
                return (UInt32(nonce), hash)
            }
            nonce += 1
        }
        return nil
    }

    private func scan(
        _ kernel: Kernel, _ header: [UInt8], _ target: [UInt8], _ first: UInt32, _ count: UInt64
    ) throws -> (UInt32, [UInt8])? {
        var engine = try kernel.engine()
        var nonce: UInt32 = 0
        var hash = [UInt8](repeating: 0, count: 32)
        return rp_hash_scan_nonces(&engine, &nonce, &hash, header, target, first, count) ? (nonce, hash) : nil
    }

    @Test(arguments: Kernel.runnable)
    func findsTheFirstNonce(kernel: Kernel) throws {
        var generator = SeededGenerator(seed: 90)
        var found = 0
        for round in 0..<Scale.count(40, full: 400) {
            let header = generator.bytes(80)
            // About one hash in 2^zeros meets the target, whose lower bytes decide now and then.
            var target = generator.bytes(32)
            target[31] = UInt8([0, 3, 15, 63, 255][round % 5])
            let first = round % 4 == 0 ? UInt32.max - UInt32(round) : UInt32(truncatingIfNeeded: generator.next())
            let count = UInt64(Int.random(in: 0...70, using: &generator))
            let expected = try reference(header, target, first, count)
            let actual = try scan(kernel, header, target, first, count)
            #expect(actual?.0 == expected?.0, "round \(round)")
            #expect(actual?.1 == expected?.1, "round \(round)")
            found += expected == nil ? 0 : 1
        }
        #expect(found > 10 && found < Scale.count(40, full: 400))
    }

    @Test(arguments: Kernel.runnable)
    func aHashEqualToTheTargetMeetsItAndOneAboveDoesNot(kernel: Kernel) throws {
        var generator = SeededGenerator(seed: 91)
        for _ in 0..<Scale.count(10, full: 100) {
            let header = generator.bytes(80)
            let easy = [UInt8](repeating: 0xff, count: 32)
            let (nonce, hash) = try #require(try scan(kernel, header, easy, 5, 1))
            #expect(nonce == 5)
            #expect(try scan(kernel, header, hash, 5, 1)?.0 == 5)
            var below = hash
            var index = 0
            while below[index] == 0 {
                below[index] = 0xff
                index += 1
            }
            below[index] -= 1
            #expect(try scan(kernel, header, below, 5, 1) == nil)
        }
    }

    @Test func nothingIsFoundInNothing() throws {
        let easy = [UInt8](repeating: 0xff, count: 32)
        #expect(try scan(.portable, [UInt8](repeating: 0, count: 80), easy, 7, 0) == nil)
        #expect(try scan(.portable, [UInt8](repeating: 0, count: 80), easy, .max, 9)?.0 == .max)
    }
}
