import Bitcoin
import CCurve
import CMemoryScan
import Curve
import TestSupport
import Testing

/// Secrets are in one place while they live, and in none after.
@Suite(.serialized) struct WipingTests {
    private static let mask: UInt8 = 0xa5

    /// A secret that stands nowhere in memory but masked.
    private static func masked(_ seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return generator.bytes(32)
    }

    private static func unmask(_ masked: [UInt8]) throws -> SecretBytes {
        var secret = try SecretBytes()
        secret.withMutableBytes { span in
            for index in 0..<32 {
                span.storeBytes(of: masked[index] ^ mask, toByteOffset: index, as: UInt8.self)
            }
        }
        return secret
    }

    /// Uses a key in every way, and counts the places of its secret while it lives.
    private static func useKey(_ masked: [UInt8]) throws -> Int32 {
        let key = try SecretKey(try unmask(masked), context: Keys.context)
        _ = try key.sign([1, 2, 3], auxiliary: .zero)
        _ = try key.keyPathKey(merkleRoot: nil)
        _ = try key.copySecret()
        return rp_memory_scan(masked, mask)
    }

    @Test func theScanFindsASecret() throws {
        let masked = Self.masked(1)
        let secret = try Self.unmask(masked)
        #expect(rp_memory_scan(masked, Self.mask) == 1)
        let backwards = try Self.unmask(Array(masked.reversed()))
        #expect(rp_memory_scan(masked, Self.mask) == 2)
        secret.withBytes { #expect($0.byteCount == 32) }
        backwards.withBytes { #expect($0.byteCount == 32) }
    }

    @Test func aLivingKeyIsInOnePlaceAndADeadOneInNone() throws {
        for seed in 10..<UInt64(Scale.count(13, full: 40)) {
            let masked = Self.masked(seed)
            #expect(try Self.useKey(masked) == 1, "seed \(seed)")
            #expect(rp_memory_scan(masked, Self.mask) == 0, "seed \(seed)")
        }
    }

    @Test func refusedSecretsAreWiped() throws {
        let order = try Hex.decode(Keys.order)
        let masked = order.map { $0 ^ Self.mask }
        // The order itself stands in constants, so the refused number is one above it.
        let above = Array(masked.dropLast()) + [0x42 ^ Self.mask]
        do {
            _ = try SecretKey(try Self.unmask(above), context: Keys.context)
            Issue.record("a number above the order is a key")
        } catch let error as SecretKeyError {
            #expect(error == .outOfRange)
        }
        #expect(rp_memory_scan(above, Self.mask) == 0)
    }

    @Test func thePageIsLockedAndWipedInPlace() throws {
        let page = try #require(rp_curve_key_open())
        // Debian's default limit of 8 MiB locks two thousand keys.
        #expect(rp_curve_key_is_locked(page))
        let buffer = rp_curve_key_buffer32(page)
        for index in 0..<32 {
            buffer[index] = UInt8(index + 1)
        }
        let curve = try #require(rp_curve_open(nil))
        defer { rp_curve_close(curve) }
        #expect(rp_curve_key_load(curve, page))
        #expect((0..<32).allSatisfy { buffer[$0] == 0 })
        // The page begins with the key pair; wiped in place, it is gone before the page is.
        let memory = UnsafeRawBufferPointer(start: UnsafeRawPointer(page), count: 96)
        #expect(memory.contains { $0 != 0 })
        buffer[0] = 1
        rp_curve_key_wipe(page)
        #expect(memory.allSatisfy { $0 == 0 })
        #expect(buffer[0] == 0)
        rp_curve_key_close(page)
    }

    @Test func nothingIsSignedWithoutAKey() throws {
        let curve = try #require(rp_curve_open(nil))
        let page = try #require(rp_curve_key_open())
        let other = try #require(rp_curve_key_open())
        defer {
            rp_curve_key_close(page)
            rp_curve_key_close(other)
            rp_curve_close(curve)
        }
        var out = [UInt8](repeating: 1, count: 64)
        #expect(!rp_curve_key_sign(curve, &out, [1], 1, page, [UInt8](repeating: 0, count: 32)))
        #expect(out == [UInt8](repeating: 0, count: 64))
        #expect(!rp_curve_key_public(curve, &out, page))
        #expect(!rp_curve_key_copy_secret(curve, other, page))
        #expect(!rp_curve_key_add_tweak(curve, other, page, [UInt8](repeating: 0, count: 32)))
    }
}
