import Bitcoin
import TestSupport
import Testing

@Suite struct HashTests {
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func answersFIPS180Vectors() {
        #expect(SHA256.hash(Array("abc".utf8)).internalHex == abc)
        #expect(
            SHA256.hash([]).internalHex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(
            SHA256.hash(Array(long.utf8)).internalHex
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func hashesCollectionsWithoutContiguousStorageAlike() {
        let bytes = Array("abc".utf8)
        #expect(SHA256.hash(bytes.reversed().reversed() as ReversedCollection) == SHA256.hash(bytes))
        #expect(SHA256.hash(([0] + bytes)[1...]).internalHex == abc)
        let tagged = TaggedHash("tag")
        #expect(tagged.hash(bytes.reversed() as ReversedCollection) == tagged.hash(Array("cba".utf8)))
    }

    @Test func doubleHashIsTheHashOfTheHash() {
        var generator = SeededGenerator(seed: 1)
        for length in 0..<200 {
            let bytes = generator.bytes(length)
            #expect(SHA256.doubleHash(bytes) == SHA256.hash(SHA256.hash(bytes).bytes), "length \(length)")
        }
    }

    @Test func taggedHashFollowsItsDefinitionAndCanBeReused() {
        var generator = SeededGenerator(seed: 2)
        let tag = SHA256.hash(Array("radpool/test".utf8)).bytes
        let function = TaggedHash("radpool/test")
        for length in 0..<150 {
            let message = generator.bytes(length)
            #expect(function.hash(message) == SHA256.hash(tag + tag + message), "length \(length)")
        }
    }

    @Test func displayOrderReversesTheBytes() throws {
        let genesis = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
        let hash = try Hash256(displayHex: genesis)
        #expect(hash.displayHex == genesis)
        #expect(hash.description == genesis)
        #expect(hash.bytes.first == 0x6f)
        #expect(hash.bytes.last == 0x00)
        #expect(try Hash256(displayHex: genesis.uppercased()) == hash)
        #expect(try Hash256(internalHex: hash.internalHex) == hash)
        #expect(try Hash256(internalBytes: hash.bytes) == hash)
    }

    @Test func refusesHashesOfOtherLengths() {
        for count in [0, 31] {
            #expect(throws: ParseError(.truncated(needed: 32), offset: 0)) {
                try Hash256(internalBytes: [UInt8](repeating: 0, count: count))
            }
        }
        #expect(throws: ParseError(.trailingBytes(count: 1), offset: 32)) {
            try Hash256(internalBytes: [UInt8](repeating: 0, count: 33))
        }
        #expect(throws: HexError.wrongLength(expected: 64, found: 62)) {
            try Hash256(displayHex: String(repeating: "0", count: 62))
        }
        #expect(throws: HexError.invalidCharacter(offset: 63)) {
            try Hash256(displayHex: String(repeating: "0", count: 63) + "g")
        }
    }

    @Test func hexIsStrictAndNamesTheOffset() throws {
        #expect(try Hex.decode("00fFaB") == [0, 0xff, 0xab])
        #expect(Hex.encode([0, 0xff, 0xab]) == "00ffab")
        #expect(try Hex.decode("") == [])
        #expect(throws: HexError.oddLength(3)) { try Hex.decode("123") }
        for (text, offset) in [
            ("0x12", 1), (" 1", 0), ("1 ", 1), ("12\n", 2), ("1é", 1), ("/0", 0), (":0", 0), ("@0", 0),
        ] {
            #expect(throws: HexError.invalidCharacter(offset: offset), "\(text)") { try Hex.decode(text) }
        }
    }
}
