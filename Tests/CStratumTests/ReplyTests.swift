import CShares
import CStratum
import Testing

/// Lines to the miner, byte by byte.
@Suite("CStratum replies")
struct ReplyTests {
    private let ping = Line(#"{"id":7,"method":"mining.ping","params":[]}"#)

    @Test(
        "quirks 11, 13, hostile 8, 9: the id comes back as it stood; id, result and error are always there",
        arguments: [
            "7", "null", #""auth""#, "-1.50e+3", "true", #""a\"},{\n""#, "4294967296", #""é""#, "\"\"",
        ])
    func ids(id: String) {
        let line = Line(#"{"id":\#(id),"method":"mining.ping","params":[]}"#)
        #expect(
            line.reply { rp_stratum_reply_bool(&$0, &$1, true) } == #"{"id":\#(id),"result":true,"error":null}"# + "\n")
    }

    @Test("a missing id is answered as null")
    func missingId() {
        let line = Line(#"{"method":"mining.ping"}"#)
        #expect(
            line.reply { rp_stratum_reply_bool(&$0, &$1, false) } == #"{"id":null,"result":false,"error":null}"# + "\n")
        #expect(line.reply { rp_stratum_reply_pong(&$0, &$1) } == #"{"id":null,"result":"pong","error":null}"# + "\n")
    }

    @Test(
        "quirk 14: every verdict is true or [code,\"text\",null]",
        arguments: [
            (RP_SHARE_ACCEPTED, #""result":true,"error":null}"#),
            (RP_SHARE_MALFORMED, #""result":null,"error":[20,"malformed request",null]}"#),
            (RP_SHARE_UNKNOWN_JOB, #""result":null,"error":[21,"job not found",null]}"#),
            (RP_SHARE_STALE, #""result":null,"error":[21,"stale share",null]}"#),
            (RP_SHARE_DUPLICATE, #""result":null,"error":[22,"duplicate share",null]}"#),
            (RP_SHARE_LOW_DIFFICULTY, #""result":null,"error":[23,"low difficulty share",null]}"#),
            (RP_SHARE_UNAUTHORIZED, #""result":null,"error":[24,"unauthorized worker",null]}"#),
            (RP_SHARE_NOT_SUBSCRIBED, #""result":null,"error":[25,"not subscribed",null]}"#),
            (RP_SHARE_BAD_EXTRANONCE2, #""result":null,"error":[20,"extranonce2 must be 8 bytes of hex",null]}"#),
            (RP_SHARE_BAD_NTIME, #""result":null,"error":[20,"ntime out of range",null]}"#),
            (RP_SHARE_BAD_NONCE, #""result":null,"error":[20,"nonce must be 4 bytes of hex",null]}"#),
            (RP_SHARE_BAD_VERSION, #""result":null,"error":[20,"version bits outside the mask",null]}"#),
            (RP_SHARE_UNAVAILABLE, #""result":null,"error":[20,"pool cannot store shares now",null]}"#),
        ] as [(rp_share_verdict, String)])
    func verdicts(verdict: rp_share_verdict, rest: String) {
        #expect(ping.reply { rp_stratum_reply_verdict(&$0, &$1, verdict) } == #"{"id":7,"# + rest + "\n")
    }

    @Test("hostile 4, 8, 11: errors that are no verdicts")
    func errors() {
        func error(_ error: rp_stratum_error) -> String? {
            ping.reply { rp_stratum_reply_error(&$0, &$1, error) }
        }
        #expect(error(RP_STRATUM_ERROR_PARSE) == #"{"id":7,"result":null,"error":[-32700,"parse error",null]}"# + "\n")
        #expect(error(RP_STRATUM_ERROR_INVALID_REQUEST)?.contains(#"[-32600,"invalid request",null]"#) == true)
        #expect(error(RP_STRATUM_ERROR_METHOD_NOT_FOUND)?.contains(#"[-32601,"method not found",null]"#) == true)
        #expect(error(RP_STRATUM_ERROR_INVALID_PARAMS)?.contains(#"[-32602,"invalid params",null]"#) == true)
        #expect(error(rp_stratum_error(rawValue: 99)) == error(RP_STRATUM_ERROR_PARSE))
    }

    @Test("quirk 31, hostile 9: the caller's text cannot end the string it stands in")
    func refusals() {
        let line = ping.reply { rp_stratum_reply_refusal(&$0, &$1, 24, "no \"account\"\\ \n\té") }
        #expect(line == #"{"id":7,"result":null,"error":[24,"no \"account\"\\ ????",null]}"# + "\n")
        let long = ping.reply { rp_stratum_reply_refusal(&$0, &$1, .min, String(repeating: "x", count: 500)) }
        let text = String(repeating: "x", count: 128)
        #expect(long == #"{"id":7,"result":null,"error":[-2147483648,"\#(text)",null]}"# + "\n")
    }

    @Test("quirk 10: subscribe gives the token, 4 bytes of extranonce1 and 8 bytes of extranonce2")
    func subscribe() {
        let token = [UInt8](0xf0...0xff)
        let extranonce1: [UInt8] = [0, 1, 0xab, 0xff]
        let hex = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
        #expect(
            ping.reply { rp_stratum_reply_subscribe(&$0, &$1, token, extranonce1) }
                == #"{"id":7,"result":[[["mining.set_difficulty","\#(hex)"],["mining.notify","\#(hex)"]],"#
                + #""0001abff",8],"error":null}"# + "\n")
    }

    @Test(
        "quirk 16: configure answers every extension, the mask with 8 digits",
        arguments: [
            (
                #"[["version-rolling"],{"version-rolling.mask":"ffffffff"}]"#, 0xe000,
                #"{"version-rolling":true,"version-rolling.mask":"0000e000"}"#
            ),
            (#"[["version-rolling"],{}]"#, 0, #"{"version-rolling":false}"#),
            (#"[["minimum-difficulty"],{"minimum-difficulty.value":8}]"#, 1, #"{"minimum-difficulty":true}"#),
            (#"[["minimum-difficulty"],{"minimum-difficulty.value":-8}]"#, 1, #"{"minimum-difficulty":false}"#),
            (
                #"[["x\"y","info","subscribe-extranonce","z"]]"#, 1,
                #"{"subscribe-extranonce":true,"info":true,"x\"y":false,"z":false}"#
            ),
            ("[[]]", 1, "{}"),
        ] as [(String, UInt32, String)])
    func configure(params: String, mask: UInt32, result: String) {
        let line = Line(method: "mining.configure", params: params)
        var asked = rp_stratum_configure()
        #expect(rp_stratum_configure_decode(&asked, &line.request, allLevels))
        #expect(
            line.reply { rp_stratum_reply_configure(&$0, &$1, &asked, mask) }
                == #"{"id":1,"result":\#(result),"error":null}"# + "\n")
    }

    @Test("quirks 9, 16, 23, 24, 25: what we send unasked")
    func notifications() {
        #expect(
            written { rp_stratum_write_difficulty(&$0, 74) }
                == #"{"id":null,"method":"mining.set_difficulty","params":[1024]}"# + "\n")
        #expect(
            written { rp_stratum_write_difficulty(&$0, 62) }
                == #"{"id":null,"method":"mining.set_difficulty","params":[0.25]}"# + "\n")
        #expect(written { rp_stratum_write_difficulty(&$0, 32) } == nil)
        #expect(
            written { rp_stratum_write_version_mask(&$0, 0x1fff_e000) }
                == #"{"id":null,"method":"mining.set_version_mask","params":["1fffe000"]}"# + "\n")
        #expect(
            written { rp_stratum_write_version_mask(&$0, 0x2000) }
                == #"{"id":null,"method":"mining.set_version_mask","params":["00002000"]}"# + "\n")
        #expect(
            written { rp_stratum_write_extranonce(&$0, [1, 2, 3, 255]) }
                == #"{"id":null,"method":"mining.set_extranonce","params":["010203ff",8]}"# + "\n")
        #expect(
            written { rp_stratum_write_reconnect(&$0) } == #"{"id":null,"method":"client.reconnect","params":[]}"#
                + "\n")
        #expect(
            written { rp_stratum_write_message(&$0, "say \"hi\"") }
                == #"{"id":null,"method":"client.show_message","params":["say \"hi\""]}"# + "\n")
        #expect(
            written { rp_stratum_write_get_version(&$0, 4_294_967_295) }
                == #"{"id":4294967295,"method":"client.get_version","params":[]}"# + "\n")
        #expect(written { rp_stratum_write_ping(&$0, 0) } == #"{"id":0,"method":"mining.ping","params":[]}"# + "\n")
    }

    @Test("hostile 31: in memory of any size a line is written whole or not at all, and never beyond it")
    func everySize() {
        let configure = Line(method: "mining.configure", params: #"[["version-rolling","x"]]"#)
        var asked = rp_stratum_configure()
        #expect(rp_stratum_configure_decode(&asked, &configure.request, allLevels))
        let token = [UInt8](repeating: 0xaa, count: 16)
        let writers: [(inout rp_stratum_output) -> Bool] = [
            { rp_stratum_reply_bool(&$0, &ping.request.id, true) },
            { rp_stratum_reply_verdict(&$0, &ping.request.id, RP_SHARE_STALE) },
            { rp_stratum_reply_subscribe(&$0, &ping.request.id, token, token) },
            { rp_stratum_reply_configure(&$0, &ping.request.id, &asked, 1) },
            { rp_stratum_reply_pong(&$0, &ping.request.id) }, { rp_stratum_write_difficulty(&$0, 33) },
            { rp_stratum_write_version_mask(&$0, 1) }, { rp_stratum_write_extranonce(&$0, token) },
            { rp_stratum_write_reconnect(&$0) }, { rp_stratum_write_message(&$0, "\"\"") },
            { rp_stratum_write_get_version(&$0, 1) },
        ]
        for write in writers {
            let whole = written(write)?.utf8.count ?? 0
            #expect(whole > 20)
            for capacity in 0...(whole + 10) {
                var memory = [UInt8](repeating: 0x55, count: capacity + 32)
                let (fits, length) = memory.withUnsafeMutableBufferPointer { buffer in
                    var output = rp_stratum_output(
                        bytes: buffer.baseAddress, capacity: capacity, length: min(3, capacity))
                    return (write(&output), output.length)
                }
                let used = min(3, capacity)
                #expect(fits == (capacity - used >= whole))
                #expect(length == (fits ? used + whole : used))
                #expect(memory.prefix(used).allSatisfy { $0 == 0x55 })
                #expect(memory.suffix(32).allSatisfy { $0 == 0x55 })
            }
        }
    }
}
