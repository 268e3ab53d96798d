/// Finds its way through JSON text without decoding what nobody asks for.
///
/// A template is megabytes of hexadecimal text; a job needs eight small members around it. What is passed over is only
/// followed as far as its strings and brackets go. What is read is read as strictly as by `JSONParser`.
struct JSONScanner {
    let bytes: [UInt8]
    /// The next byte to look at.
    private(set) var offset: Int

    /// How deep lists and objects may nest, as in `JSONParser`.
    private static let deepest = 64

    /// Starts at a byte.
    init(_ bytes: [UInt8], at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    private var failure: JSONError { JSONError(offset: offset) }

    /// The next byte that is no space, not consumed; nil at the end.
    mutating func peek() -> UInt8? {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0a, 0x0d: offset += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Passes the given byte, and spaces before it.
    mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
        guard peek() == UInt8(ascii: character) else { throw failure }
        offset += 1
    }

    /// Checks that nothing follows but space.
    mutating func finish() throws(JSONError) {
        guard peek() == nil else { throw failure }
    }

    /// Steps to the next member of an object whose opening brace has been passed, and over its colon: the member's
    /// name, and the value is next. Nil when the object ends, its brace passed.
    ///
    /// - Parameter isFirst: whether no member of the object was read yet.
    mutating func nextName(isFirst: Bool) throws(JSONError) -> String? {
        guard try startsNext(isFirst: isFirst, end: UInt8(ascii: "}")) else {
            return nil
        }
        guard peek() == UInt8(ascii: "\"") else { throw failure }
        let start = offset
        try skipString()
        let name = try Self.text(bytes, start..<offset)
        try expect(":")
        return name
    }

    /// Steps to the next element of a list whose opening bracket has been passed; false when the list ends.
    mutating func nextElement(isFirst: Bool) throws(JSONError) -> Bool {
        try startsNext(isFirst: isFirst, end: UInt8(ascii: "]"))
    }

    private mutating func startsNext(isFirst: Bool, end: UInt8) throws(JSONError) -> Bool {
        if peek() == end {
            offset += 1
            return false
        }
        if !isFirst {
            try expect(",")
            guard peek() != end else { throw failure }
        }
        return true
    }

    /// Passes one value of any kind; where it stands.
    mutating func skipValue() throws(JSONError) -> Range<Int> {
        guard let first = peek() else { throw failure }
        let start = offset
        switch first {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipBrackets()
        default:
            while offset < bytes.count, Self.isScalar(bytes[offset]) { offset += 1 }
            guard offset > start else { throw failure }
        }
        return start..<offset
    }

    /// Letters, digits, signs and the point: what numbers and the three words consist of.
    private static func isScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func skipBrackets() throws(JSONError) {
        // Locals, so that the loop over megabytes keeps them in registers.
        let bytes = bytes
        var at = offset
        // One bit a level, the innermost lowest: 1 for an object.
        var kinds: UInt64 = 0
        var depth = 0
        repeat {
            guard at < bytes.count else { throw JSONError(offset: at) }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                guard let end = Self.endOfString(bytes, at) else { throw JSONError(offset: bytes.count) }
                at = end
                continue
            case let byte where byte | 0x20 == UInt8(ascii: "{"):
                guard depth < Self.deepest else { throw JSONError(offset: at) }
                kinds = kinds << 1 | UInt64(byte >> 5 & 1)
                depth += 1
            case let byte where byte | 0x20 == UInt8(ascii: "}"):
                guard kinds & 1 == UInt64(byte >> 5 & 1) else { throw JSONError(offset: at) }
                kinds >>= 1
                depth -= 1
            default: break
            }
            at += 1
        } while depth > 0
        offset = at
    }

    /// Passes a string, whose opening quotation mark is next.
    private mutating func skipString() throws(JSONError) {
        guard let end = Self.endOfString(bytes, offset) else { throw JSONError(offset: bytes.count) }
        offset = end
    }

    /// Where the string that opens at `open` has ended, its closing quotation mark passed; nil if it does not.
    @inline(__always)
    private static func endOfString(_ bytes: [UInt8], _ open: Int) -> Int? {
        // Names and small values end within some bytes, before a call of the search would have begun.
        var at = open + 1
        let near = min(at + 8, bytes.count)
        while at < near, bytes[at] != UInt8(ascii: "\"") { at += 1 }
        while let quote = bytes.firstIndex(of: UInt8(ascii: "\""), from: at) {
            // A quotation mark ends the string unless an odd number of backslashes stands before it.
            var first = quote
            while first > open + 1, bytes[first - 1] == UInt8(ascii: "\\") { first -= 1 }
            if (quote - first).isMultiple(of: 2) {
                return quote + 1
            }
            at = quote + 1
        }
        return nil
    }

    // MARK: Values

    /// The text of the string that stands in a range, quotation marks included.
    static func text(_ bytes: [UInt8], _ range: Range<Int>) throws(JSONError) -> String {
        let content = range.dropFirst().dropLast()
        guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            throw JSONError(offset: range.lowerBound)
        }
        guard bytes[content].allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\\") }) else {
            // Escapes are rare in what nodes answer; the strict parser knows them, and what may not stand in a string.
            guard let text = try value(bytes, range).text else { throw JSONError(offset: range.lowerBound) }
            return text
        }
        guard let text = String(validating: bytes[content], as: UTF8.self) else {
            throw JSONError(offset: range.lowerBound)
        }
        return text
    }

    /// The whole number that stands in a range; nil for anything else, and beyond 64 bits.
    static func integer(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        var digits = bytes[range]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
                return nil
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else {
                return nil
            }
            value = sum
        }
        // Counted downwards, because the least number has no positive counterpart.
        guard isNegative || value != .min else {
            return nil
        }
        return isNegative ? value : -value
    }

    /// The value that stands in a range, read by the strict parser.
    static func value(_ bytes: [UInt8], _ range: Range<Int>) throws(JSONError) -> JSONValue {
        do {
            return try JSONParser.parse(Array(bytes[range]))
        } catch {
            throw JSONError(offset: range.lowerBound + error.offset)
        }
    }
}
