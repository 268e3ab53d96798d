import CStratum
import TestSupport
import Testing

/// PROXY protocol headers, versions 1 and 2.
@Suite("CStratum PROXY")
struct ProxyTests {
    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    private func parse(_ bytes: [UInt8]) -> (rp_stratum_proxy_status, rp_stratum_proxy) {
        var proxy = rp_stratum_proxy()
        return (rp_stratum_proxy_parse(&proxy, bytes, bytes.count), proxy)
    }

    private func address(_ tuple: Any, _ count: Int) -> [UInt8] {
        Mirror(reflecting: tuple).children.prefix(count).compactMap { $0.value as? UInt8 }
    }

    private func version2(_ command: UInt8, _ family: UInt8, _ payload: [UInt8]) -> [UInt8] {
        Self.signature + [command, family, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
    }

    @Test("version 1 names IPv4 and IPv6 addresses")
    func text() {
        let (status, four) = parse(Array("PROXY TCP4 192.168.0.1 255.255.255.255 56324 443\r\n{}".utf8))
        #expect(status == RP_STRATUM_PROXY_OK)
        #expect(four.family == RP_STRATUM_PROXY_IPV4)
        #expect(address(four.source, 5) == [192, 168, 0, 1, 0])
        #expect(address(four.destination, 4) == [255, 255, 255, 255])
        #expect(four.source_port == 56_324)
        #expect(four.destination_port == 443)
        #expect(four.length == 50)
        let (_, six) = parse(Array("PROXY TCP6 2001:DB8::7 ::1 65535 0\r\n".utf8))
        #expect(six.family == RP_STRATUM_PROXY_IPV6)
        #expect(address(six.source, 16) == [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7])
        #expect(six.source_port == 65_535)
    }

    @Test("UNKNOWN and LOCAL name nobody", arguments: ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 whatever\r\n"])
    func unknown(header: String) {
        let (status, proxy) = parse(Array(header.utf8))
        #expect(status == RP_STRATUM_PROXY_OK)
        #expect(proxy.family == RP_STRATUM_PROXY_NONE)
        #expect(Int(proxy.length) == header.utf8.count)
    }

    @Test(
        "hostile 34: malformed text",
        arguments: [
            "PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
            "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
            "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
            "PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", "PROXY \r\n", "PROXY UNKNOWNX\r\n",
            "PROXY TCP4\r\n", "PROXYTCP4", "PROXY UNKNOWN\rx", "POST / HTTP", "GET / HTTP", "{\"id\":1}",
            "PROXY TCP4 \0",
            "PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n",
        ])
    func malformed(header: String) {
        #expect(parse(Array(header.utf8)).0 == RP_STRATUM_PROXY_MALFORMED)
    }

    @Test("hostile 34: a text header ends within 107 bytes")
    func textBound() {
        func header(_ length: Int) -> [UInt8] {
            Array("PROXY UNKNOWN ".utf8) + [UInt8](repeating: 120, count: length - 16) + [13, 10]
        }
        #expect(parse(header(107)).0 == RP_STRATUM_PROXY_OK)
        #expect(parse(header(108)).0 == RP_STRATUM_PROXY_TOO_LONG)
        #expect(parse(Array(header(500).prefix(106))).0 == RP_STRATUM_PROXY_NEED_MORE)
        #expect(parse(Array(header(500).prefix(107))).0 == RP_STRATUM_PROXY_TOO_LONG)
    }

    @Test("version 2 names IPv4 and IPv6 addresses and skips its extensions")
    func binary() {
        let ports: [UInt8] = [0xdc, 0x04, 0x01, 0xbb]
        let (status, four) = parse(version2(0x21, 0x11, [1, 2, 3, 4, 5, 6, 7, 8] + ports + [4, 0, 1, 0]) + [123])
        #expect(status == RP_STRATUM_PROXY_OK)
        #expect(four.family == RP_STRATUM_PROXY_IPV4)
        #expect(address(four.source, 5) == [1, 2, 3, 4, 0])
        #expect(address(four.destination, 4) == [5, 6, 7, 8])
        #expect(four.source_port == 0xdc04)
        #expect(four.destination_port == 443)
        #expect(four.length == 32)
        let (_, six) = parse(version2(0x21, 0x21, Array(0..<32) + ports))
        #expect(six.family == RP_STRATUM_PROXY_IPV6)
        #expect(address(six.destination, 16) == Array(16..<32))
        #expect(six.length == 52)
    }

    @Test("version 2 without usable addresses: LOCAL of any family, unspecified, datagrams, Unix sockets")
    func binaryNobody() {
        for header in [
            version2(0x20, 0x00, []), version2(0x20, 0xff, [1]), version2(0x20, 0x11, []),
            version2(0x21, 0x00, [1, 2]),
            version2(0x21, 0x12, [UInt8](repeating: 1, count: 12)),
            version2(0x21, 0x31, [UInt8](repeating: 1, count: 216)),
        ] {
            let (status, proxy) = parse(header)
            #expect(status == RP_STRATUM_PROXY_OK)
            #expect(proxy.family == RP_STRATUM_PROXY_NONE)
            #expect(Int(proxy.length) == header.count)
        }
    }

    @Test("hostile 34: malformed and huge binary headers")
    func binaryBad() {
        for (command, family, count): (UInt8, UInt8, Int) in [
            (0x22, 0x11, 12), (0x11, 0x11, 12), (0x31, 0x11, 12), (0x21, 0x13, 12), (0x21, 0x41, 12), (0x21, 0x01, 0),
            (0x21, 0x11, 11), (0x21, 0x21, 35), (0x21, 0x31, 215),
        ] {
            let header = version2(command, family, [UInt8](repeating: 0, count: count))
            #expect(parse(header).0 == RP_STRATUM_PROXY_MALFORMED, "\(command) \(family) \(count)")
        }
        #expect(parse(version2(0x21, 0x11, [UInt8](repeating: 0, count: 520))).0 == RP_STRATUM_PROXY_OK)
        #expect(
            parse(Array(version2(0x21, 0x11, [UInt8](repeating: 0, count: 521)).prefix(16))).0
                == RP_STRATUM_PROXY_TOO_LONG)
    }

    @Test("every proper prefix of a header needs more")
    func prefixes() {
        let headers = [
            Array("PROXY TCP4 192.168.0.1 10.0.0.1 56324 443\r\n".utf8), Array("PROXY UNKNOWN\r\n".utf8),
            Array("PROXY TCP6 2001:db8::1 ::1 1 2\r\n".utf8), version2(0x20, 0, []),
            version2(0x21, 0x11, [UInt8](repeating: 9, count: 30)),
            version2(0x21, 0x21, [UInt8](repeating: 9, count: 36)),
        ]
        for header in headers {
            for length in 0..<header.count {
                #expect(parse(Array(header.prefix(length))).0 == RP_STRATUM_PROXY_NEED_MORE)
            }
            #expect(parse(header).0 == RP_STRATUM_PROXY_OK)
        }
    }
}
