import CStratum
import TestSupport
import Testing

/// Lines out of a stream, and the guess at its protocol.
@Suite("CStratum framing")
struct FramingTests {
    /// The lines of a stream that arrives in `reads`, "!" for one that is too long.
    private func lines(_ reads: [[UInt8]], capacity: Int = Int(RP_STRATUM_MIN_BUFFER)) -> [String] {
        var buffer = [UInt8](repeating: 0, count: capacity)
        var found: [String] = []
        buffer.withUnsafeMutableBufferPointer { buffer in
            var framing = rp_stratum_framing()
            rp_stratum_framing_init(&framing)
            #expect(rp_stratum_framing_move(&framing, buffer.baseAddress, buffer.count))
            for read in reads {
                var rest = read[...]
                while !rest.isEmpty {
                    var room = 0
                    guard let space = rp_stratum_framing_space(&framing, &room) else {
                        Issue.record("no space after draining")
                        return
                    }
                    let part = rest.prefix(room)
                    for (index, byte) in part.enumerated() { space[index] = byte }
                    rp_stratum_framing_filled(&framing, part.count)
                    rest = rest.dropFirst(part.count)
                    drain(&framing, &found)
                }
            }
        }
        return found
    }

    private func drain(_ framing: inout rp_stratum_framing, _ found: inout [String]) {
        while true {
            var line = rp_stratum_slice()
            switch rp_stratum_framing_next(&framing, &line) {
            case RP_STRATUM_LINE_COMPLETE:
                found.append(
                    String(decoding: UnsafeBufferPointer(start: line.bytes, count: line.length), as: UTF8.self))
            case RP_STRATUM_LINE_TOO_LONG: found.append("!")
            default: return
            }
        }
    }

    private func lines(_ text: String) -> [String] {
        lines([Array(text.utf8)])
    }

    @Test("quirk 34: \\r is stripped, a line without its end is never evaluated")
    func ends() {
        #expect(lines("{}\r\n{\"a\":1}\n{\"b\"") == ["{}", "{\"a\":1}"])
        #expect(lines("{}") == [])
        #expect(lines("{}\r\r\n") == ["{}\r"])
    }

    @Test("quirk 19: blank lines are skipped, other lines come as they are")
    func blank() {
        #expect(lines("\n\r\n \t\r\n x \nhello\n") == [" x ", "hello"])
    }

    @Test("quirk 3: any number of lines in one read, in order")
    func pipelined() {
        let many = (0..<2_000).map { "{\"id\":\($0)}" }
        #expect(lines(many.joined(separator: "\n") + "\n") == many)
    }

    @Test("hostile 1: a line of 8192 bytes passes, a longer one is reported once and swallowed")
    func bound() {
        let full = String(repeating: "a", count: 8192)
        #expect(lines(full + "\nb\n") == [full, "b"])
        #expect(lines(full + "x\nb\n") == ["!", "b"])
        #expect(lines(full + "\r\nb\n") == ["!", "b"])
        #expect(lines(String(repeating: "y", count: 1_000_000)) == ["!"])
        #expect(lines(String(repeating: "y", count: 100_000) + "\nb\n" + full + "zz") == ["!", "b", "!"])
    }

    @Test("hostile 3: one byte at a time gives the same lines")
    func dripping() {
        let text = "{\"id\":1}\r\n\n{\"id\":2}\n" + String(repeating: "z", count: 8193) + "\n{\"id\":3}\n{"
        #expect(lines(text.utf8.map { [$0] }) == ["{\"id\":1}", "{\"id\":2}", "!", "{\"id\":3}"])
    }

    @Test("lines do not depend on how the stream is cut, nor on the size of the buffer")
    func cuts() {
        for seed in 0..<UInt64(Scale.count(60, full: 3_000)) {
            var generator = SeededGenerator(seed: seed)
            var stream: [UInt8] = []
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                let length = [0, 1, 2, 100, 8191, 8192, 8193, 20_000].randomElement(using: &generator) ?? 0
                stream += [UInt8](repeating: UInt8.random(in: 97...122, using: &generator), count: length)
                stream += [[10], [13, 10], [32, 10]].randomElement(using: &generator) ?? []
            }
            var reads: [[UInt8]] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...[1, 40, 9_000].randomElement(using: &generator)!, using: &generator)
                reads.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let capacity = Int(RP_STRATUM_MIN_BUFFER) + Int.random(in: 0...30_000, using: &generator)
            #expect(lines([stream], capacity: 65_536) == lines(reads, capacity: capacity), "seed \(seed)")
        }
    }

    @Test("a stream without a buffer has no space and no lines; its rest moves only where it fits")
    func moving() {
        var framing = rp_stratum_framing()
        rp_stratum_framing_init(&framing)
        var room = 1
        var line = rp_stratum_slice()
        #expect(rp_stratum_framing_space(&framing, &room) == nil)
        #expect(room == 0)
        #expect(rp_stratum_framing_next(&framing, &line) == RP_STRATUM_LINE_NONE)
        var buffer = [UInt8](repeating: 0, count: 64)
        var small = [UInt8](repeating: 0, count: 4)
        buffer.withUnsafeMutableBufferPointer { buffer in
            small.withUnsafeMutableBufferPointer { small in
                #expect(rp_stratum_framing_move(&framing, buffer.baseAddress, buffer.count))
                for (index, byte) in "a\n{\"id".utf8.enumerated() { buffer[index] = byte }
                rp_stratum_framing_filled(&framing, 6)
                #expect(rp_stratum_framing_next(&framing, &line) == RP_STRATUM_LINE_COMPLETE)
                #expect(rp_stratum_framing_next(&framing, &line) == RP_STRATUM_LINE_NONE)
                #expect(rp_stratum_framing_unread(&framing) == 4)
                #expect(!rp_stratum_framing_move(&framing, small.baseAddress, 3))
                #expect(!rp_stratum_framing_move(&framing, nil, 0))
                #expect(rp_stratum_framing_move(&framing, small.baseAddress, 4))
                #expect(Array(small) == Array("{\"id".utf8))
                #expect(rp_stratum_framing_move(&framing, buffer.baseAddress, buffer.count))
                buffer[4] = 10
                rp_stratum_framing_filled(&framing, 1)
                #expect(rp_stratum_framing_next(&framing, &line) == RP_STRATUM_LINE_COMPLETE)
                #expect(line.length == 4)
                #expect(rp_stratum_framing_move(&framing, nil, 0))
            }
        }
    }

    @Test(
        "hostile 35: the first bytes name the protocol, and a prefix of several waits",
        arguments: [
            ("{\"id\"", RP_STRATUM_PROTOCOL_STRATUM), (" {", RP_STRATUM_PROTOCOL_STRATUM),
            ("\n", RP_STRATUM_PROTOCOL_STRATUM), ("\r\n{", RP_STRATUM_PROTOCOL_STRATUM),
            ("\u{16}\u{3}\u{1}", RP_STRATUM_PROTOCOL_TLS), ("PROXY TCP4", RP_STRATUM_PROTOCOL_PROXY),
            ("\r\n\r\n\0\r\nQUIT\n", RP_STRATUM_PROTOCOL_PROXY), ("\r\n\r\n\0\r\nQUIT!", RP_STRATUM_PROTOCOL_STRATUM),
            ("GET / HTTP/1.1", RP_STRATUM_PROTOCOL_HTTP), ("POST ", RP_STRATUM_PROTOCOL_HTTP),
            ("PRI * HTTP/2.0", RP_STRATUM_PROTOCOL_HTTP), ("SSH-2.0-x", RP_STRATUM_PROTOCOL_SSH),
            ("", RP_STRATUM_PROTOCOL_NEED_MORE), ("P", RP_STRATUM_PROTOCOL_NEED_MORE),
            ("PRO", RP_STRATUM_PROTOCOL_NEED_MORE), ("\r\n\r", RP_STRATUM_PROTOCOL_NEED_MORE),
            ("GETX", RP_STRATUM_PROTOCOL_UNKNOWN), ("hello", RP_STRATUM_PROTOCOL_UNKNOWN),
            ("\u{1}\u{2}", RP_STRATUM_PROTOCOL_UNKNOWN), ("[", RP_STRATUM_PROTOCOL_UNKNOWN),
        ] as [(String, rp_stratum_protocol)])
    func sniffing(text: String, expected: rp_stratum_protocol) {
        let bytes = Array(text.utf8)
        #expect(rp_stratum_sniff(bytes, bytes.count) == expected)
    }
}
