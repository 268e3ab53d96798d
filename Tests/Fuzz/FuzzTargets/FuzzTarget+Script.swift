import Bitcoin

extension FuzzTarget {
    static func checkScript(_ bytes: [UInt8]) throws(PropertyViolation) {
        let script = Script(bytes)
        var reader = ScriptReader(script)
        var previous = -1
        do {
            while let instruction = try reader.next() {
                let isForward = instruction.offset > previous && reader.offset <= bytes.count
                try PropertyViolation.unless(isForward, "offsets do not advance")
                previous = instruction.offset
                try check(instruction, of: bytes, end: reader.offset)
            }
            try PropertyViolation.unless(reader.offset == bytes.count, "a script is read to its end")
        } catch let error as ParseError {
            try requireOffset(error, within: bytes)
        } catch let violation as PropertyViolation {
            throw violation
        } catch {
            throw PropertyViolation(description: "\(error)")
        }
        try checkHeight(script)
        if let program = WitnessProgram(script) {
            try PropertyViolation.unless(program.script == script, "witness program")
        }
        if let commitment = WitnessCommitment(outputScript: script) {
            try PropertyViolation.unless(bytes.starts(with: commitment.script.bytes), "witness commitment")
        }
        if let number = ScriptNumber.decode(bytes, maximumLength: 8) {
            try PropertyViolation.unless(ScriptNumber.encode(number) == bytes, "number \(number)")
        }
    }

    private static func check(
        _ instruction: ScriptInstruction, of bytes: [UInt8], end: Int
    ) throws(PropertyViolation) {
        guard let item = instruction.pushedItem else {
            return
        }
        for script in [Script().pushing(item), Script().pushingVerbatim(item)] {
            let again = try? script.instructions()
            try PropertyViolation.unless(again?.map(\.pushedItem) == [item], "a push is read back differently")
            let length = end - instruction.offset
            try PropertyViolation.unless(script.bytes.count <= max(length, item.count + 1), "a push is too long")
        }
        if let data = instruction.data {
            try PropertyViolation.unless(bytes[..<end].suffix(data.count).elementsEqual(data), "pushed bytes")
        }
    }

    private static func checkHeight(_ script: Script) throws(PropertyViolation) {
        do {
            let height = try BlockHeight.parse(scriptSig: script)
            try PropertyViolation.unless(
                script.bytes.starts(with: BlockHeight.push(height).bytes), "height \(height) is written differently")
        } catch let error as ParseError {
            try requireOffset(error, within: script.bytes)
        } catch {
            throw PropertyViolation(description: "\(error)")
        }
    }
}
