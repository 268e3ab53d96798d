import CHash
import Testing

/// Published answers, for every kernel on its own, so that they do not rest on any other one being right.
@Suite struct KnownAnswerTests {
    /// FIPS 180-4 and NIST's example values.
    static let examples: [(message: String, digest: String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ]

    @Test(arguments: Kernel.singles)
    func publishedMessages(kernel: Kernel) throws {
        let engine = try kernel.engine()
        for example in Self.examples {
            #expect(engine.sha256(Array(example.message.utf8)) == hex(example.digest), "\(example.message)")
        }
    }

    @Test(arguments: Kernel.runnable)
    func publishedMessagesInBatches(kernel: Kernel) throws {
        let engine = try kernel.engine()
        for example in Self.examples {
            let message = Array(example.message.utf8)
            let count = kernel.lanes + 1
            let copies = Array(repeatElement(message, count: count).joined())
            let found = withUnsafePointer(to: engine) { engine in
                digests(count) { rp_hash_sha256_batch(engine, $0, copies, message.count, message.count, count) }
            }
            let expected = Array(repeatElement(hex(example.digest), count: count).joined())
            #expect(found == expected, "\(example.message)")
        }
    }

    @Test(arguments: Kernel.singles)
    func millionLetters(kernel: Kernel) throws {
        let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let expected = hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(try kernel.engine().sha256(message) == expected)
    }

    @Test(arguments: Kernel.singles)
    func genesisHeader(kernel: Kernel) throws {
        let header = hex(
            """
            01000000 0000000000000000000000000000000000000000000000000000000000000000
            3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a 29ab5f49 ffff001d 1dac2b7c
            """)
        let expected = hex("6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000")
        #expect(try kernel.engine().sha256d(header) == expected)
    }

    /// BIP340: SHA-256(SHA-256(tag) || SHA-256(tag) || message); the answer was computed with Python's hashlib.
    @Test(arguments: Kernel.singles)
    func taggedHash(kernel: Kernel) throws {
        let engine = try kernel.engine()
        let tag = Array("BIP0340/challenge".utf8)
        let expected = hex("770a5b7e7c304bbcc3ea107343ff951dd404312ef418db0c3b94e2ebfbb50087")
        #expect(engine.tagged(tag, Array("abc".utf8)) == expected)
        var stream = engine.taggedStream(tag)
        stream.update(Array("abc".utf8)[...])
        #expect(stream.final() == expected)
        let empty = librarySHA256([])
        #expect(engine.tagged([], []) == librarySHA256(empty + empty))
    }

    /// The words that libsecp256k1 holds for the tag of BIP340's challenge, after its one block.
    @Test(arguments: Kernel.singles)
    func challengeMidstate(kernel: Kernel) throws {
        let tagHash = hex("7bb52d7a9fef58323eb1bf7a407db382d2f3f2d81bb1224f49fe518f6d48d37c")
        let expected: [UInt32] = [
            0x9cec_ba11, 0x2392_5381, 0x1167_9112, 0xd162_7e0f, 0x97c8_7550, 0x003c_c765, 0x90f6_1164, 0x33e9_b66a,
        ]
        #expect(try kernel.engine().midstate(tagHash + tagHash) == expected)
    }

    @Test func scheduleOfThePaddingBlock() {
        var padding = [UInt32](repeating: 0, count: 16)
        padding[0] = 0x8000_0000
        padding[15] = 512
        var schedule = [UInt32](repeating: 0, count: 64)
        rp_hash_expand(&schedule, padding)
        let held = withUnsafeBytes(of: rp_hash_scheduled_pad64) { Array($0.bindMemory(to: UInt32.self)) }
        #expect(held == schedule)
    }
}
