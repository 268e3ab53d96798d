import Bitcoin
import Curve
import TestSupport
import Testing

@Suite struct SecretKeyTests {
    @Test(arguments: [
        String(repeating: "0", count: 64), Keys.order, String(repeating: "f", count: 64),
    ])
    func refusesNumbersOutsideTheGroup(hex: String) throws {
        let bytes = try Hex.decode(hex)
        do {
            _ = try Keys.key(bytes)
            Issue.record("\(hex) is a key")
        } catch let error as SecretKeyError {
            #expect(error == .outOfRange)
        }
    }

    @Test func acceptsBothEndsOfTheRange() throws {
        let one = try Keys.key(hex: String(repeating: "0", count: 63) + "1")
        let last = try Keys.key(hex: String(Keys.order.dropLast()) + "0")
        #expect(one.publicKey == last.publicKey)
        #expect(
            Hex.encode(one.publicKey.bytes.bytes)
                == "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    }

    @Test func signaturesHoldForTheirMessageOnly() throws {
        for seed in 0..<UInt64(Scale.count(40, full: 2_000)) {
            var generator = SeededGenerator(seed: seed)
            let key = try Keys.key(generator.bytes(32))
            let message = generator.bytes(Int.random(in: 0...200, using: &generator))
            let signature = try key.sign(message, auxiliary: try Hash256(internalBytes: generator.bytes(32)))
            #expect(key.publicKey.isValidSignature(signature, for: message), "seed \(seed)")
            #expect(!key.publicKey.isValidSignature(signature, for: message + [0]), "seed \(seed)")
            var bytes = signature.bytes
            bytes[Int.random(in: 0..<64, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(!key.publicKey.isValidSignature(try SchnorrSignature(bytes), for: message), "seed \(seed)")
            let other = try Keys.key(generator.bytes(32))
            #expect(!other.publicKey.isValidSignature(signature, for: message), "seed \(seed)")
        }
    }

    @Test func auxiliaryRandomnessChangesTheSignature() throws {
        let key = try Keys.key([UInt8](repeating: 7, count: 32))
        let first = try key.sign([1, 2, 3], auxiliary: .zero)
        #expect(try first == key.sign([1, 2, 3], auxiliary: .zero))
        let other = try key.sign([1, 2, 3], auxiliary: SHA256.hash([UInt8]()))
        #expect(first != other)
        #expect(key.publicKey.isValidSignature(other, for: [1, 2, 3]))
    }

    @Test func secretAndPublicTweaksAgree() throws {
        for seed in 0..<UInt64(Scale.count(40, full: 2_000)) {
            var generator = SeededGenerator(seed: seed)
            let key = try Keys.key(generator.bytes(32))
            let tweak = try Hash256(internalBytes: generator.bytes(32))
            let tweaked = try key.adding(tweak: tweak)
            let sum = CurveArithmetic().addingTweak(tweak, to: key.publicKey.bytes)
            #expect(sum?.key == tweaked.publicKey.bytes, "seed \(seed)")
        }
    }

    @Test func refusesTweaksThatGiveNoKey() throws {
        let one = try Keys.key(hex: String(repeating: "0", count: 63) + "1")
        // The point of 1 has even y, so that adding n - 1 gives infinity.
        for hex in [Keys.order, String(Keys.order.dropLast()) + "0"] {
            let tweak = try Hash256(internalHex: hex)
            #expect(CurveArithmetic().addingTweak(tweak, to: one.publicKey.bytes) == nil)
            do {
                _ = try one.adding(tweak: tweak)
                Issue.record("\(hex) gives a key")
            } catch {
                #expect(error == .outOfRange)
            }
        }
    }

    @Test func aZeroTweakChangesNothing() throws {
        let key = try Keys.key([UInt8](repeating: 9, count: 32))
        #expect(try key.adding(tweak: .zero).publicKey == key.publicKey)
        let sum = CurveArithmetic().addingTweak(.zero, to: key.publicKey.bytes)
        #expect(sum?.key == key.publicKey.bytes)
        #expect(sum?.hasOddY == false)
    }

    @Test func keysAreCheckedAgainstTheCurve() throws {
        // 5 is no x coordinate of the curve; the field's prime is not below itself.
        let five = try XOnlyKeyBytes([UInt8](repeating: 0, count: 31) + [5])
        let prime = try XOnlyKeyBytes(
            try Hex.decode("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"))
        for bytes in [five, prime] {
            #expect(XOnlyPublicKey(bytes) == nil)
            #expect(CurveArithmetic().addingTweak(.zero, to: bytes) == nil)
        }
    }

    @Test func signaturesAre64Bytes() throws {
        #expect(throws: ParseError(.truncated(needed: 32), offset: 32)) {
            try SchnorrSignature([UInt8](repeating: 0, count: 63))
        }
        #expect(throws: ParseError(.trailingBytes(count: 1), offset: 64)) {
            try SchnorrSignature([UInt8](repeating: 0, count: 65))
        }
    }

    @Test func aKeyIsUsedByManyThreads() async throws {
        let keys = SharedKey(try Keys.key([UInt8](repeating: 3, count: 32)))
        let expected = try keys.key.sign([42], auxiliary: .zero)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<20).allSatisfy { _ in (try? keys.key.sign([42], auxiliary: .zero)) == expected } }
            }
            for await isSame in group {
                #expect(isSame)
            }
        }
    }

    private final class SharedKey: Sendable {
        let key: SecretKey

        init(_ key: consuming SecretKey) {
            self.key = key
        }
    }
}
