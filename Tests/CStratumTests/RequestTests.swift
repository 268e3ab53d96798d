import CShares
import CStratum
import Testing

/// Params of requests as typed values.
@Suite("CStratum requests")
struct RequestTests {
    private func submit(_ params: String) -> (rp_share_verdict, rp_stratum_submit) {
        let line = Line(method: "mining.submit", params: params)
        var submit = rp_stratum_submit()
        let verdict = rp_stratum_submit_decode(&submit, &line.request)
        return (verdict, submit)
    }

    @Test("quirk 36: a submit is read in either case of hex")
    func goodSubmit() {
        let (verdict, submit) = submit(
            #"["a.b","00000000000000a1","0011223344556677","6720F1A3","9f3B2c1D","1fFfe000","surplus"]"#)
        #expect(verdict == RP_SHARE_ACCEPTED)
        #expect(submit.job_id == 0xa1)
        #expect(
            withUnsafeBytes(of: submit.extranonce2) { Array($0) } == [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77])
        #expect(submit.ntime == 0x6720_f1a3)
        #expect(submit.nonce == 0x9f3b_2c1d)
        #expect(submit.has_version_bits)
        #expect(submit.version_bits == 0x1fff_e000)
        let escaped = self.submit(#"["a","\u0066fffffffffffffff","0011223344556677","6720f1a3","9f3b2c1\u0064"]"#)
        #expect(escaped.0 == RP_SHARE_ACCEPTED)
        #expect(escaped.1.job_id == .max)
        #expect(escaped.1.nonce == 0x9f3b_2c1d)
    }

    @Test("quirk 35: five params, an empty or a null sixth are no version bits", arguments: ["", #","""#, ",null"])
    func noVersionBits(sixth: String) {
        let (verdict, submit) = submit(#"["a","00000000000000a1","0011223344556677","6720f1a3","9f3b2c1d"\#(sixth)]"#)
        #expect(verdict == RP_SHARE_ACCEPTED)
        #expect(!submit.has_version_bits)
        #expect(submit.version_bits == 0)
    }

    /// One bad field in an otherwise good submit. Hostile rows 11, 19, 23, 24, 25, 26, 27.
    @Test(
        "hostile 11, 19, 23-27: every field has one width and one alphabet",
        arguments: [
            (0, "7", RP_SHARE_MALFORMED), (1, "161", RP_SHARE_MALFORMED), (4, "null", RP_SHARE_MALFORMED),
            (2, #"["0011223344556677"]"#, RP_SHARE_MALFORMED),
            (1, "\"\"", RP_SHARE_UNKNOWN_JOB), (1, #""a1""#, RP_SHARE_UNKNOWN_JOB),
            (1, #""-0000000000000a1""#, RP_SHARE_UNKNOWN_JOB), (1, #""0000000000000xyz""#, RP_SHARE_UNKNOWN_JOB),
            (1, #""00000000000000a100000000000000a100000000""#, RP_SHARE_UNKNOWN_JOB),
            (2, "\"\"", RP_SHARE_BAD_EXTRANONCE2), (2, #""00112233445566""#, RP_SHARE_BAD_EXTRANONCE2),
            (2, #""001122334455667""#, RP_SHARE_BAD_EXTRANONCE2),
            (2, #""00112233445566778""#, RP_SHARE_BAD_EXTRANONCE2),
            (2, #""001122334455667g""#, RP_SHARE_BAD_EXTRANONCE2),
            (2, #""0011223344556677ffffffff0100f2052a010000001976a914""#, RP_SHARE_BAD_EXTRANONCE2),
            (3, #""6720f1a""#, RP_SHARE_BAD_NTIME), (3, #""6720f1a30""#, RP_SHARE_BAD_NTIME),
            (3, #"" 720f1a3""#, RP_SHARE_BAD_NTIME),
            (4, #""0x9f3b2c""#, RP_SHARE_BAD_NONCE), (4, #""+9f3b2c1""#, RP_SHARE_BAD_NONCE),
            (4, #""9f3b2c1d1""#, RP_SHARE_BAD_NONCE), (4, #""9f3b2c1é""#, RP_SHARE_BAD_NONCE),
            (5, #""1fffe00""#, RP_SHARE_BAD_VERSION), (5, "536870912", RP_SHARE_BAD_VERSION),
            (5, #""zzzzzzzz""#, RP_SHARE_BAD_VERSION), (5, "{}", RP_SHARE_BAD_VERSION),
        ] as [(Int, String, rp_share_verdict)])
    func badField(index: Int, field: String, verdict: rp_share_verdict) {
        var params = [
            #""a""#, #""00000000000000a1""#, #""0011223344556677""#, #""6720f1a3""#, #""9f3b2c1d""#, #""00002000""#,
        ]
        #expect(submit("[\(params.joined(separator: ","))]").0 == RP_SHARE_ACCEPTED)
        params[index] = field
        #expect(submit("[\(params.joined(separator: ","))]").0 == verdict)
    }

    @Test(
        "hostile 11: params that are no array of five are malformed",
        arguments: ["{}", "null", "[]", #"["a","b"]"#, "7"])
    func malformed(params: String) {
        #expect(submit(params).0 == RP_SHARE_MALFORMED)
    }

    private func split(_ name: String) -> (rp_stratum_worker_status, String, String) {
        let line = Line(method: "mining.authorize", params: "[\(name)]")
        var scratch = [UInt8](repeating: 0, count: Int(RP_STRATUM_MAX_NAME))
        var name = line.params[0]
        return scratch.withUnsafeMutableBufferPointer { scratch in
            guard let base = scratch.baseAddress else { return (RP_STRATUM_WORKER_EMPTY, "", "") }
            var worker = rp_stratum_worker()
            let status = rp_stratum_worker_split(&worker, base, &name)
            let parts = [worker.account, worker.worker].map {
                String(decoding: UnsafeBufferPointer(start: $0.bytes, count: $0.length), as: UTF8.self)
            }
            return (status, parts[0], parts[1])
        }
    }

    @Test(
        "a name is split at its first dot",
        arguments: [
            ("alice", "alice", ""), ("alice.rig", "alice", "rig"), ("alice.rig.7", "alice", "rig.7"),
            ("alice.", "alice", ""), ("a", "a", ""), (#"al\u0069ce\u002erig"#, "alice", "rig"), ("../x", "", ""),
            ("' OR 1=1 --", "' OR 1=1 --", ""),
        ])
    func names(name: String, account: String, worker: String) {
        let (status, gotAccount, gotWorker) = split("\"\(name)\"")
        #expect(status == (account.isEmpty ? RP_STRATUM_WORKER_EMPTY : RP_STRATUM_WORKER_OK))
        #expect(gotAccount == account)
        #expect(gotWorker == worker)
    }

    @Test("hostile 15: names are 1 to 128 bytes of printable ASCII")
    func badNames() {
        #expect(split("\"\(String(repeating: "a", count: 128))\"").0 == RP_STRATUM_WORKER_OK)
        #expect(split("\"\(String(repeating: "a", count: 129))\"").0 == RP_STRATUM_WORKER_TOO_LONG)
        #expect(split("\"\(String(repeating: #"\u0061"#, count: 128))\"").0 == RP_STRATUM_WORKER_OK)
        #expect(split("\"\(String(repeating: #"\u0061"#, count: 129))\"").0 == RP_STRATUM_WORKER_TOO_LONG)
        for empty in ["\"\"", "7", "null", "[]", #"".rig""#] { #expect(split(empty).0 == RP_STRATUM_WORKER_EMPTY) }
        for bad in [#""a\u0000b""#, #""a\n""#, #""\u202egnp""#, #""é""#, "\"a\u{7f}\""] {
            #expect(split(bad).0 == RP_STRATUM_WORKER_BAD_BYTES, "\(bad)")
        }
    }

    @Test("quirk 18, hostile 10, 33: a subscribe's agent is cut and cleaned, its token is 32 hex digits or none")
    func subscribe() {
        func read(_ params: String) -> (agent: String, token: UInt8?) {
            let line = Line(method: "mining.subscribe", params: params)
            var subscribe = rp_stratum_subscribe()
            rp_stratum_subscribe_decode(&subscribe, &line.request)
            let agent = withUnsafeBytes(of: subscribe.agent) { Array($0.prefix(Int(subscribe.agent_length))) }
            return (String(decoding: agent, as: UTF8.self), subscribe.has_token ? subscribe.token.15 : nil)
        }
        #expect(read("[]") == ("", nil))
        #expect(read("{}") == ("", nil))
        #expect(read(#"["cgminer/4.11",null,"host:3333",null]"#) == ("cgminer/4.11", nil))
        #expect(read(#"["bos","00112233445566778899AABBCCDDEEFF"]"#) == ("bos", 0xff))
        #expect(read(#"["bos","00112233445566778899aabbccddeef"]"#) == ("bos", nil))
        #expect(read(#"["bos","g0112233445566778899aabbccddeeff"]"#) == ("bos", nil))
        #expect(read(#"["<b>\n\u0000é\"x"]"#).agent == "<b>????\"x")
        #expect(read("[\"\(String(repeating: "u", count: 5_000))\"]").agent == String(repeating: "u", count: 128))
    }

    private func configure(_ params: String) -> (Bool, rp_stratum_configure, Line) {
        let line = Line(method: "mining.configure", params: params)
        var configure = rp_stratum_configure()
        let good = rp_stratum_configure_decode(&configure, &line.request, allLevels)
        return (good, configure, line)
    }

    @Test("BIP310's extensions and their parameters")
    func extensions() {
        let (good, asked, line) = configure(
            #"[["version-rolling","minimum-difficulty","subscribe-extranonce","info","x-a","x-a"],"#
                + #"{"version-rolling.mask":"1FFFE000","version-rolling.min-bit-count":2,"#
                + #""minimum-difficulty.value":2049}]"#
        )
        #expect(good)
        #expect(asked.version_rolling && asked.minimum_difficulty && asked.subscribe_extranonce && asked.info)
        #expect(asked.version_mask == 0x1fff_e000)
        #expect(asked.has_minimum_level)
        #expect(asked.minimum_level == 64 + 12)
        #expect(asked.unknown_count == 1)
        #expect(line.raw(asked.unknown.0) == "x-a")
    }

    @Test(
        "a minimum difficulty is rounded up, exactly",
        arguments: [
            ("2048", 75), ("2048.0", 75), ("2048.0000000000000000000000000000000000000001", 76), ("0.5", 63),
            ("0.75", 64),
            (#""1e3""#, 74), ("1e-30", 33), ("1e400", 127), ("9223372036854775808", 127), ("0.25", 62), ("25e-2", 62),
        ] as [(String, UInt8)])
    func minimum(text: String, level: UInt8) {
        let asked = configure(#"[["minimum-difficulty"],{"minimum-difficulty.value":\#(text)}]"#).1
        #expect(asked.has_minimum_level)
        #expect(asked.minimum_level == level)
    }

    @Test("a configure without a mask may roll all bits; what is no configure is refused")
    func badConfigure() {
        #expect(configure(#"[["version-rolling"]]"#).1.version_mask == .max)
        #expect(configure(#"[["version-rolling"],null]"#).0)
        #expect(configure(#"[["version-rolling"],{"version-rolling.mask":"e000"}]"#).1.version_mask == 0xe000)
        #expect(configure("[[]]").0)
        for bad in [
            "[]", "{}", #"["version-rolling"]"#, "[[7]]", #"[["version-rolling"],{"version-rolling.mask":7}]"#,
            #"[["version-rolling"],{"version-rolling.mask":""}]"#,
            #"[["version-rolling"],{"version-rolling.mask":"1fffe0000"}]"#,
            #"[["version-rolling"],{"version-rolling.mask":"0x1f"}]"#,
        ] {
            #expect(!configure(bad).0, "\(bad)")
        }
        for bad in ["-1", "0", #""NaN""#, "null", "[]"] {
            #expect(!configure(#"[["minimum-difficulty"],{"minimum-difficulty.value":\#(bad)}]"#).1.has_minimum_level)
        }
        let many = (0..<100).map { "\"x\($0)\"" }.joined(separator: ",")
        #expect(configure("[[\(many)]]").1.unknown_count == UInt32(RP_STRATUM_MAX_EXTENSIONS))
        #expect(configure("[[\"\(String(repeating: "y", count: 65))\"]]").1.unknown_count == 0)
    }
}
