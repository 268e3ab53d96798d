import Curve
import Node
import Testing

@Suite struct SystemRandomnessTests {
    @Test func everyKeyIsAnother() throws {
        var seed = try SecretBytes()
        try SystemRandomness.fill(&seed)
        let context = CurveContext(seed: seed)
        var keys: Set<XOnlyPublicKey> = []
        for _ in 0..<16 {
            var secret = try SecretBytes()
            try SystemRandomness.fill(&secret)
            keys.insert(try SecretKey(secret, context: context).publicKey)
        }
        #expect(keys.count == 16)
    }

    /// No byte stays what it was in eight fillings, which chance does once in 2^59 runs.
    @Test func everyByteIsFilled() throws {
        var isFilled = [Bool](repeating: false, count: 32)
        for _ in 0..<8 {
            var secret = try SecretBytes()
            try SystemRandomness.fill(&secret)
            secret.withBytes { bytes in
                for index in 0..<32 {
                    isFilled[index] = isFilled[index] || bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) != 0
                }
            }
        }
        #expect(isFilled.allSatisfy { $0 })
    }
}
