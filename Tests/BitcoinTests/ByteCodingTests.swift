import Bitcoin
import TestSupport
import Testing

@Suite struct ByteCodingTests {
    private let boundaries: [(UInt64, String)] = [
        (0, "00"), (0xfc, "fc"), (0xfd, "fdfd00"), (0xffff, "fdffff"), (0x1_0000, "fe00000100"),
        (0xffff_ffff, "feffffffff"), (0x1_0000_0000, "ff0000000001000000"), (UInt64(Int64.max), "ffffffffffffffff7f"),
    ]

    @Test func compactSizesRoundTripAtTheirBoundaries() throws {
        for (value, hex) in boundaries {
            var writer = ByteWriter()
            writer.append(compactSize: Int(value))
            #expect(Hex.encode(writer.bytes) == hex)
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readCompactSize() == value)
            try reader.finish()
        }
    }

    @Test(arguments: ["fd0000", "fdfc00", "fe00000000", "feffff0000", "ff0000000000000000", "ffffffffff00000000"])
    func refusesCompactSizesThatAreNotMinimal(hex: String) throws {
        var reader = ByteReader(try Hex.decode("aa" + hex))
        _ = try reader.readUInt8()
        #expect(throws: ParseError(.nonMinimalCompactSize, offset: 1)) { try reader.readCompactSize() }
    }

    @Test func refusesEveryTruncatedCompactSize() throws {
        for (_, hex) in boundaries {
            let bytes = try Hex.decode(hex)
            for count in 0..<bytes.count {
                var reader = ByteReader(Array(bytes[..<count]))
                #expect(throws: ParseError.self) { try reader.readCompactSize() }
            }
        }
    }

    @Test func refusesCountsThatTheInputCannotHold() throws {
        var reader = ByteReader(try Hex.decode("ffffffffffffffffff00"))
        #expect(throws: ParseError(.countTooLarge(.max), offset: 0)) { try reader.readCount(minimumSize: 1) }
        reader = ByteReader([2, 1, 2, 3])
        #expect(throws: ParseError(.countTooLarge(2), offset: 0)) { try reader.readCount(minimumSize: 2) }
        reader = ByteReader([2, 1, 2, 3, 4])
        #expect(try reader.readCount(minimumSize: 2) == 2)
    }

    @Test func readsIntegersLeastSignificantByteFirst() throws {
        var reader = ByteReader(Array(1...15))
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x0302)
        #expect(try reader.readUInt32() == 0x0706_0504)
        #expect(try reader.readUInt64() == 0x0f0e_0d0c_0b0a_0908)
        #expect(reader.offset == 15)
        #expect(reader.remaining == 0)
        #expect(throws: ParseError(.truncated(needed: 1), offset: 15)) { try reader.readUInt8() }
        #expect(throws: ParseError(.truncated(needed: 2), offset: 15)) { try reader.readUInt16() }
        #expect(throws: ParseError(.truncated(needed: -1), offset: 15)) { try reader.readBytes(-1) }
        try reader.finish()
    }

    @Test func integersRoundTrip() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<Scale.count(200, full: 20_000) {
            let value = generator.next()
            var writer = ByteWriter()
            writer.append(littleEndian: value)
            writer.append(littleEndian: UInt32(truncatingIfNeeded: value))
            writer.append(littleEndian: UInt16(truncatingIfNeeded: value))
            writer.append(littleEndian: Int64(bitPattern: value))
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readUInt64() == value)
            #expect(try reader.readUInt32() == UInt32(truncatingIfNeeded: value))
            #expect(try reader.readUInt16() == UInt16(truncatingIfNeeded: value))
            #expect(try reader.readUInt64() == value)
        }
    }

    @Test func namesWhatIsLeftOver() throws {
        var reader = ByteReader([1, 2, 3])
        _ = try reader.readUInt8()
        #expect(throws: ParseError(.trailingBytes(count: 2), offset: 1)) { try reader.finish() }
    }
}
