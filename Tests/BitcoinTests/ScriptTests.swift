import Bitcoin
import TestSupport
import Testing

@Suite struct ScriptTests {
    @Test func pushesAreMinimal() throws {
        #expect(Script().pushing([]).bytes == [0x00])
        #expect(Script().pushing([0]).bytes == [1, 0])
        #expect(Script().pushing([1]).bytes == [0x51])
        #expect(Script().pushing([16]).bytes == [0x60])
        #expect(Script().pushing([17]).bytes == [1, 17])
        #expect(Script().pushing([0x81]).bytes == [0x4f])
        #expect(Script().pushingVerbatim([1]).bytes == [1, 1])
        for (count, prefix) in [
            (75, [75]), (76, [0x4c, 76]), (255, [0x4c, 255]), (256, [0x4d, 0, 1]), (65_535, [0x4d, 255, 255]),
            (65_536, [0x4e, 0, 0, 1, 0]),
        ] as [(Int, [UInt8])] {
            let item = [UInt8](repeating: 7, count: count)
            let script = Script().pushing(item)
            #expect(script.bytes == prefix + item)
            #expect(try script.instructions().map(\.data) == [item])
        }
    }

    @Test func numbersRoundTripInTheirShortestForm() {
        let cases: [(Int64, [UInt8])] = [
            (0, []), (1, [1]), (-1, [0x81]), (127, [0x7f]), (128, [0x80, 0]), (-128, [0x80, 0x80]), (255, [0xff, 0]),
            (256, [0, 1]), (-255, [0xff, 0x80]), (32_767, [0xff, 0x7f]), (32_768, [0, 0x80, 0]),
            (0x7fff_ffff, [0xff, 0xff, 0xff, 0x7f]), (-0x7fff_ffff, [0xff, 0xff, 0xff, 0xff]),
        ]
        for (value, bytes) in cases {
            #expect(ScriptNumber.encode(value) == bytes)
            #expect(ScriptNumber.decode(bytes) == value)
        }
        #expect(ScriptNumber.encode(.min) == [0, 0, 0, 0, 0, 0, 0, 0x80, 0x80])
        for bytes: [UInt8] in [[0], [0x80], [1, 0], [1, 0x80], [0, 0, 0, 0, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            #expect(ScriptNumber.decode(bytes) == nil)
        }
        #expect(ScriptNumber.decode([0, 0, 0, 0, 1], maximumLength: 5) == 0x1_0000_0000)
        #expect(ScriptNumber.decode([UInt8](repeating: 0xff, count: 9), maximumLength: 99) == nil)
        for seed in 0..<UInt64(300) {
            var generator = SeededGenerator(seed: seed)
            let value = Int64(bitPattern: generator.next()) >> Int64(8 + generator.next() % 56)
            #expect(ScriptNumber.decode(ScriptNumber.encode(value), maximumLength: 8) == value, "seed \(seed)")
        }
    }

    @Test func instructionsNameOffsetsAndItems() throws {
        let script = Script([0x51, 0x02, 0xaa, 0xbb, 0x4f, 0x4c, 0x01, 0xcc, 0x00, 0xac])
        let instructions = try script.instructions()
        #expect(instructions.map(\.offset) == [0, 1, 4, 5, 8, 9])
        #expect(instructions.map(\.pushedItem) == [[1], [0xaa, 0xbb], [0x81], [0xcc], [], nil])
        #expect(instructions.last?.opcode == .checkSig)
    }

    @Test func refusesPushesPastTheEnd() {
        let cases: [([UInt8], ParseError)] = [
            ([0x51, 0x02, 0x01], ParseError(.truncated(needed: 2), offset: 2)),
            ([0x4c], ParseError(.truncated(needed: 1), offset: 1)),
            ([0x4c, 0x01], ParseError(.truncated(needed: 1), offset: 2)),
            ([0x4d, 0x01], ParseError(.truncated(needed: 2), offset: 1)),
            ([0x4e, 0xff, 0xff, 0xff, 0xff], ParseError(.truncated(needed: 0xffff_ffff), offset: 5)),
        ]
        for (bytes, error) in cases {
            #expect(throws: error) { try Script(bytes).instructions() }
        }
    }

    @Test func blockHeightsArePushedAsConsensusComparesThem() throws {
        let cases: [(UInt32, String)] = [
            (0, "00"), (1, "51"), (16, "60"), (17, "0111"), (127, "017f"), (128, "028000"), (32_768, "03008000"),
            (840_000, "0340d10c"), (8_388_607, "03ffff7f"), (8_388_608, "0400008000"),
            (.max, "05ffffffff00"),
        ]
        for (height, hex) in cases {
            let script = BlockHeight.push(height)
            #expect(Hex.encode(script.bytes) == hex)
            #expect(try BlockHeight.parse(scriptSig: script.pushing([1, 2, 3])) == height)
        }
    }

    @Test func refusesHeightsThatAreNotCanonical() throws {
        let cases: [(String, ParseError)] = [
            ("", ParseError(.truncated(needed: 1), offset: 0)),
            ("03aabb", ParseError(.truncated(needed: 3), offset: 1)),
            ("ac", ParseError(.notAPush, offset: 0)), ("0101", ParseError(.nonMinimalNumber, offset: 0)),
            ("4c0111", ParseError(.nonMinimalNumber, offset: 0)), ("021100", ParseError(.nonMinimalNumber, offset: 0)),
            ("4f", ParseError(.numberOutOfRange, offset: 0)),
            ("06010203040506", ParseError(.numberOutOfRange, offset: 0)),
            ("050000000001", ParseError(.numberOutOfRange, offset: 0)),
        ]
        for (hex, error) in cases {
            #expect(throws: error, "\(hex)") { try BlockHeight.parse(scriptSig: Script(try Hex.decode(hex))) }
        }
    }

    @Test func recognisesWitnessPrograms() throws {
        for version in UInt8(0)...17 {
            for count in [1, 2, 20, 32, 40, 41] {
                let program = WitnessProgram(version: version, program: [UInt8](repeating: 5, count: count))
                let isAllowed = version <= 16 && (2...40).contains(count) && (version > 0 || count == 20 || count == 32)
                #expect((program != nil) == isAllowed, "version \(version), \(count) bytes")
                if let program {
                    #expect(WitnessProgram(program.script) == program)
                    #expect(WitnessProgram(Script(program.script.bytes + [0])) == nil)
                    #expect(WitnessProgram(Script(program.script.bytes.dropLast())) == nil)
                }
            }
        }
        #expect(WitnessProgram(Script([0x4f, 0x02, 1, 1])) == nil)
        #expect(WitnessProgram(Script([0x51, 0x4c, 1, 1])) == nil)
        let witnessScript = Script([0x51])
        #expect(
            Hex.encode(witnessScript.witnessScriptHashOutput.bytes)
                == "00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260")
    }

    @Test func findsTheWitnessCommitment() throws {
        let root = SHA256.hash([1])
        let commitment = WitnessCommitment(witnessRoot: root)
        #expect(commitment.hash == SHA256.doubleHash(root.bytes + [UInt8](repeating: 0, count: 32)))
        #expect(Hex.encode(commitment.script.bytes.prefix(6)) == "6a24aa21a9ed")
        #expect(WitnessCommitment(outputScript: commitment.script) == commitment)
        #expect(WitnessCommitment(outputScript: Script(commitment.script.bytes + [1, 2])) == commitment)
        #expect(WitnessCommitment(outputScript: Script(commitment.script.bytes.dropLast())) == nil)
        #expect(WitnessCommitment(outputScript: Script([0x51] + commitment.script.bytes.dropFirst())) == nil)
        let other = WitnessCommitment(witnessRoot: root, reservedValue: [UInt8](repeating: 1, count: 32))
        let outputs = [other.script, Script([0x51]), commitment.script, Script()].map {
            TransactionOutput(satoshis: 0, script: $0)
        }
        #expect(WitnessCommitment(coinbase: Transaction(inputs: [], outputs: outputs)) == commitment)
        #expect(WitnessCommitment(coinbase: Transaction(inputs: [], outputs: [outputs[1]])) == nil)
    }
}
