import Foundation

extension Hostile {
    static let connections: [Row] = [
        Row(
            "H30", "a flood of refused shares ends the connection",
            .with {
                $0.refusalBurst = 5
                $0.refusalsPerMinute = 0
            }, run: refusalFlood),
        Row("H31", "who never reads is dropped", run: neverReads),
        Row("H32", "connections of one address", .with { $0.maximumPerAddress = 3 }, run: perAddress),
        Row(
            "H32b", "connections in all, the last tenth for known miners", .with { $0.maximumConnections = 10 },
            run: full),
        Row("H32c", "a flood of logins ends the connection", run: loginFlood),
        Row("H34", "PROXY headers from others than the listed networks", run: untrustedProxy),
        Row("H34b", "PROXY headers from a listed network", .with { $0.maximumPerAddress = 2 }, run: trustedProxy),
        Row("H35", "other protocols on the port", run: otherProtocols),
        Row("H35b", "TLS, and what is not TLS on its port", run: tls),
    ]

    private static func refusalFlood(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let id = "5"
        let lines = try (0..<8).map { _ in try miner.find(.low).line(id, worker: miner.name) }
        try miner.connection.send(lines: lines)
        // What was read in one turn is answered, then the connection ends; a share that is good is among it.
        for _ in lines { try miner.connection.expect(Lines.refusal(id, 23, "low difficulty share")) }
        try miner.connection.expectEnd()
        let patient = try Miner(endpoint)
        for _ in 0..<5 { try patient.refused(try patient.find(.low), 23, "low difficulty share") }
        try patient.accepted(try patient.find())
    }

    private static func neverReads(_ endpoint: any Endpoint) throws {
        let silent = try Connection(port: endpoint.port, receiveBuffer: 4_096)
        let block = Array(String(repeating: Lines.ping(1) + "\n", count: 1_000).utf8)
        var sent = 0
        while try silent.send(bytes: block) {
            sent += block.count
            guard sent < 1 << 30 else { throw Mismatch("a gigabyte of requests was taken without an answer read") }
        }
        let other = try Connection(port: endpoint.port)
        try other.ask(Lines.ping(2), Lines.pong(2))
    }

    private static func perAddress(_ endpoint: any Endpoint) throws {
        var three = try (0..<3).map { _ in try Connection(port: endpoint.port, source: "127.0.0.5") }
        for connection in three { try connection.ask(Lines.ping(1), Lines.pong(1)) }
        try Connection(port: endpoint.port, source: "127.0.0.5").expectEnd()
        // Another address is not meant.
        try Connection(port: endpoint.port, source: "127.0.0.6").ask(Lines.ping(2), Lines.pong(2))
        three[0].endSending()
        try three[0].expectEnd()
        three.removeFirst()
        try Connection(port: endpoint.port, source: "127.0.0.5").ask(Lines.ping(3), Lines.pong(3))
    }

    private static func full(_ endpoint: any Endpoint) throws {
        // Who has mined here is known.
        let known = try Miner(endpoint, name: Accounts.first + ".w")
        try known.accepted(try known.find())
        var held = try (0..<8).map { _ in try Connection(port: endpoint.port) }
        for connection in held { try connection.ask(Lines.ping(1), Lines.pong(1)) }
        let stranger = try Connection(port: endpoint.port)
        try stranger.send(subscribe)
        _ = try Miner.subscribed(stranger, id: "2")
        try Connection(port: endpoint.port).expectEnd()
        try stranger.ask(Lines.authorize("3", Accounts.second + ".w"), Lines.refusal("3", 24, "pool is full"))
        try stranger.expectEnd()
        let guest = try Miner(endpoint, name: Accounts.first + ".v")
        try guest.accepted(try guest.find())
        // A resumed session comes back into the last tenth, too.
        held.append(guest.connection)
        known.connection.endSending()
        try known.connection.expectEnd()
        let resumed = try Miner(endpoint, token: known.token)
        try resumed.accepted(try resumed.find())
    }

    private static func loginFlood(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(lines: (0..<10).map { _ in Lines.authorize("1", Accounts.unknown) })
        for _ in 0..<10 { try connection.expect(Lines.refusal("1", 24, Accounts.unknownText)) }
        try connection.expectEnd()
    }

    private static func untrustedProxy(_ endpoint: any Endpoint) throws {
        let headers: [[UInt8]] = [
            Array("PROXY TCP4 192.0.2.1 192.0.2.2 1000 3333\r\n".utf8), Array("PROXY UNKNOWN\r\n".utf8),
            Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [0x20, 0, 0, 0],
        ]
        for header in headers {
            let connection = try Connection(port: endpoint.port)
            try connection.send(bytes: header + Array((Lines.ping(1) + "\n").utf8))
            try connection.expectEnd()
        }
        // Behind the first bytes it is a line like any other.
        let late = try Connection(port: endpoint.port)
        try late.ask(Lines.ping(1), Lines.pong(1))
        try late.ask("PROXY TCP4 192.0.2.1 192.0.2.2 1000 3333", Lines.parseError)
    }

    private static func trustedProxy(_ endpoint: any Endpoint) throws {
        let signature = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
        let good: [[UInt8]] = [
            [], Array("PROXY TCP4 192.0.2.1 192.0.2.2 1000 3333\r\n".utf8), Array("PROXY UNKNOWN what ever\r\n".utf8),
            Array("PROXY TCP6 2001:db8::1 2001:db8::2 1000 3333\r\n".utf8), signature + [0x20, 0, 0, 0],
            signature + [0x21, 0x11, 0, 12, 192, 0, 2, 9, 192, 0, 2, 2, 1, 1, 2, 2],
        ]
        for header in good {
            let connection = try Connection(port: endpoint.port, source: endpoint.proxySource)
            try connection.send(bytes: header + Array((Lines.ping(1) + "\n").utf8))
            try connection.expect(Lines.pong(1))
            let slow = try Connection(port: endpoint.port, source: endpoint.proxySource)
            for byte in header + Array((Lines.ping(1) + "\n").utf8) { try slow.send(bytes: [byte]) }
            try slow.expect(Lines.pong(1))
            slow.endSending()
            try slow.expectEnd()
            connection.endSending()
            try connection.expectEnd()
        }
        let bad: [[UInt8]] = [
            Array("PROXY TCP4 192.0.2.1 192.0.2.2 1000\r\n".utf8), Array("PROXY TCP4 192.0.2.300 1.1.1.1 1 2\r\n".utf8),
            Array(("PROXY UNKNOWN " + String(repeating: "x", count: 120) + "\r\n").utf8),
            signature + [0x31, 0x11, 0, 12] + [UInt8](repeating: 0, count: 12), signature + [0x21, 0x11, 0xff, 0xff],
        ]
        for header in bad {
            let connection = try Connection(port: endpoint.port, source: endpoint.proxySource)
            try connection.send(bytes: header + Array((Lines.ping(1) + "\n").utf8))
            try connection.expectEnd()
        }
        // The header's address is the one that connections are counted by.
        let counted = try (0..<2).map { _ in try Connection(port: endpoint.port, source: endpoint.proxySource) }
        for connection in counted {
            try connection.send(bytes: good[1])
            try connection.ask(Lines.ping(1), Lines.pong(1))
        }
        let third = try Connection(port: endpoint.port, source: endpoint.proxySource)
        try third.send(bytes: good[1])
        try third.expectEnd()
        let other = try Connection(port: endpoint.port, source: endpoint.proxySource)
        try other.send(bytes: Array("PROXY TCP4 192.0.2.7 192.0.2.2 1000 3333\r\n".utf8))
        try other.ask(Lines.ping(1), Lines.pong(1))
    }

    private static func otherProtocols(_ endpoint: any Endpoint) throws {
        let answer =
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 27\r\n\r\n"
            + "this port speaks stratum v1"
        for method in ["GET", "POST", "HEAD", "OPTIONS", "CONNECT"] {
            let connection = try Connection(port: endpoint.port)
            try connection.send(bytes: Array("\(method) / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            let got = try connection.rest()
            guard got == answer else { throw Mismatch("expected \(answer)\n     got \(got)") }
        }
        let hello: [UInt8] = [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3] + [UInt8](repeating: 7, count: 194)
        let others: [[UInt8]] = [
            hello, Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), [UInt8](repeating: 0x9d, count: 64), [0], Array("[1]\n".utf8),
            Array("hello\n".utf8), [0xef, 0xbb, 0xbf] + Array((Lines.ping(1) + "\n").utf8),
        ]
        for bytes in others {
            let connection = try Connection(port: endpoint.port)
            try connection.send(bytes: bytes)
            try connection.expectEnd()
        }
    }

    private static func tls(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint, port: endpoint.tlsPort, tls: true)
        let shares = try (0..<4).map { _ in try miner.find() }
        try miner.connection.send(lines: shares.map { $0.line("5", worker: miner.name) } + [Lines.ping(6)])
        for _ in shares { try miner.connection.expect(Lines.yes("5")) }
        try miner.connection.expect(Lines.pong(6))
        for text in [Lines.ping(1) + "\n", "GET / HTTP/1.1\r\n\r\n"] {
            let plain = try Connection(port: endpoint.tlsPort)
            try plain.send(bytes: Array(text.utf8))
            // An alert of TLS at most.
            let rest = try plain.rest()
            guard !rest.contains("{"), !rest.contains("HTTP"), rest.utf8.count < 16 else { throw Mismatch(rest) }
        }
        let idle = try Connection(port: endpoint.tlsPort)
        try miner.connection.ask(Lines.ping(7), Lines.pong(7))
        idle.endSending()
        try idle.expectEnd()
    }
}
