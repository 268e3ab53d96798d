import Bitcoin
import TestSupport
import Testing
import Wire

/// The frames of a link, and what its ends sign.
@Suite struct LinkTests {
    private func hello(_ seed: UInt64) throws -> LinkHello {
        var generator = SeededGenerator(seed: seed)
        return LinkHello(
            syndicate: Samples.hash(&generator), key: try XOnlyKeyBytes(generator.bytes(32)), boot: generator.next(),
            nonce: Samples.hash(&generator), epoch: Samples.hash(&generator))
    }

    @Test func helloByteByByte() throws {
        let hello = try hello(1)
        var expected: [UInt8] = [0x50, 1]
        expected += hello.syndicate.bytes + hello.key.bytes
        expected += (0..<8).map { UInt8(truncatingIfNeeded: hello.boot >> (8 * $0)) }
        expected += hello.nonce.bytes + hello.epoch.bytes
        #expect(LinkFrame.hello(hello).encoded() == expected)
        #expect(expected.count == LinkFrame.longest)
        #expect(try LinkFrame(decoding: expected) == .hello(hello))
    }

    @Test func theOthersByteByByte() throws {
        let signature = (0..<64).map { UInt8($0) }
        let frames: [(LinkFrame, [UInt8])] = [
            (.proof(signature), [0x51, 1] + signature),
            (.ping(0x0102_0304_0506_0708), [0x52, 1, 8, 7, 6, 5, 4, 3, 2, 1]),
            (.pong(1), [0x53, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
            (.goodbye(.betterLink), [0x54, 1, 4]),
        ]
        for (frame, bytes) in frames {
            #expect(frame.encoded() == bytes)
            #expect(try LinkFrame(decoding: bytes) == frame)
        }
        for end in LinkEnd.allCases {
            #expect(try LinkFrame(decoding: LinkFrame.goodbye(end).encoded()) == .goodbye(end))
        }
    }

    @Test func whatIsNoFrameIsRefused() throws {
        func refuse(_ bytes: [UInt8], _ kind: WireError.Kind, at offset: Int) {
            #expect(throws: WireError(kind, offset: offset)) { try LinkFrame(decoding: bytes) }
        }
        refuse([], .malformed(.truncated(needed: 1)), at: 0)
        refuse([0x4f, 1], .unknownType(0x4f), at: 0)
        refuse([0x55, 1], .unknownType(0x55), at: 0)
        refuse([0x52, 2], .unknownVersion(2), at: 1)
        refuse([0x54, 1, 0], .invalid(.reason), at: 2)
        refuse([0x54, 1, 8], .invalid(.reason), at: 2)
        refuse([0x54, 1, 7, 0], .malformed(.trailingBytes(count: 1)), at: 3)
        for frame in [LinkFrame.hello(try hello(2)), .proof([UInt8](repeating: 1, count: 64)), .ping(3)] {
            let bytes = frame.encoded()
            for count in bytes.indices {
                #expect(throws: WireError.self) { try LinkFrame(decoding: Array(bytes[..<count])) }
            }
            #expect(throws: WireError.self) { try LinkFrame(decoding: bytes + [0]) }
        }
    }

    // MARK: What is signed

    @Test func theStatementIsAsThePageSays() throws {
        let (first, second) = (try hello(3), try hello(4))
        let pins = [SHA256.hash([1]), SHA256.hash([2])]
        let statement = LinkStatement(
            dialler: .init(hello: first, pin: pins[0]), acceptor: .init(hello: second, pin: pins[1]))
        for side in LinkStatement.Side.allCases {
            var bytes = first.syndicate.bytes + [side.rawValue]
            for (hello, pin) in [(first, pins[0]), (second, pins[1])] {
                bytes += hello.key.bytes + pin.bytes
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: hello.boot >> (8 * $0)) }
                bytes += hello.nonce.bytes + hello.epoch.bytes
            }
            #expect(statement.message(of: side) == TaggedHash("radpool/link/v1").hash(bytes))
        }
    }

    /// No field may be another without the message being another: each is what some attack would change.
    @Test func everyFieldIsSigned() throws {
        func message(_ change: (inout [Hash256], inout [UInt64]) -> Void) throws -> [Hash256] {
            var hashes = (0..<9).map { SHA256.hash([$0]) }
            var boots: [UInt64] = [7, 8]
            change(&hashes, &boots)
            let ends = try [0, 1].map { end in
                LinkStatement.End(
                    hello: LinkHello(
                        syndicate: hashes[8], key: try XOnlyKeyBytes(hashes[4 * end].bytes), boot: boots[end],
                        nonce: hashes[4 * end + 1], epoch: hashes[4 * end + 2]),
                    pin: hashes[4 * end + 3])
            }
            let statement = LinkStatement(dialler: ends[0], acceptor: ends[1])
            return LinkStatement.Side.allCases.map { statement.message(of: $0) }
        }
        var found = Set(try message { _, _ in })
        for index in 0..<9 { found.formUnion(try message { hashes, _ in hashes[index] = .zero }) }
        for index in 0..<2 { found.formUnion(try message { _, boots in boots[index] += 1 }) }
        #expect(found.count == 2 * 12)
    }
}
