import Bitcoin
import BitcoinNode
import Foundation
import Node
import NodeAPI
import Shares
import Stratum
import Testing

private let alice = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
private let bob = "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659"

@Suite struct APIServerTests {
    private func ask(
        _ port: Int, _ method: String, _ path: String, headers: [(String, String)] = [], body: String = ""
    ) async throws -> HTTPExchange.Answer {
        let request = try #require(
            HTTPExchange(
                method, url: "http://127.0.0.1:\(port)\(path)", headers: headers, body: Array(body.utf8)))
        return try await request.perform(timeout: .seconds(900))
    }

    private func register(
        _ port: Int, _ body: String, type: String = "application/json", headers: [(String, String)] = []
    ) async throws -> (status: Int, text: String) {
        let answer = try await ask(
            port, "POST", "/api/v1/miners", headers: [("Content-Type", type)] + headers, body: body)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    private func error(_ text: String) -> String { "{\"error\":\"\(text)\"}\n" }

    // MARK: Registration

    @Test func registersByJSONAndByForm() async throws {
        try await PoolUnderTest().serve { port in
            let script = Script.payToTaproot(try XOnlyKeyBytes(Hex.decode(alice)))
            let address = try #require(Address(script: script, network: .regtest)).encoded
            let json = "{\"number\":0,\"key\":\"\(alice)\",\"name\":\"alice\",\"address\":\"\(address)\"}\n"
            var answer = try await register(port, "{\"key\":\"\(alice)\",\"name\":\"alice\"}")
            #expect(answer == (201, json))
            answer = try await register(port, "{\"key\":\"\(address)\"}")
            #expect(answer == (200, json))
            answer = try await register(
                port, "key=02\(bob)&name=bob&invite=", type: "application/x-www-form-urlencoded")
            #expect(answer.status == 201)
            let list = try await ask(port, "GET", "/api/v1/miners")
            #expect(list.status == 200)
            let text = String(decoding: list.body, as: UTF8.self)
            #expect(text.hasPrefix("{\"miners\":[" + json.dropLast() + ","))
            let second = try await ask(port, "GET", "/api/v1/miners?from=1&count=1")
            #expect(String(decoding: second.body, as: UTF8.self).contains("\"number\":1"))
            #expect(!String(decoding: second.body, as: UTF8.self).contains("\"number\":0"))
        }
    }

    @Test func refusesWhatIsNoRegistration() async throws {
        try await PoolUnderTest().serve { port in
            for (body, type, status) in [
                ("{\"key\":\"\(alice)\"}", "text/plain", 415), ("{\"key\":5}", "application/json", 400),
                ("{", "application/json", 400), ("", "application/json", 400), ("[]", "application/json", 400),
                ("name=x", "application/x-www-form-urlencoded", 400),
                ("{\"key\":\"\(alice)\",\"name\":\"A\"}", "application/json", 400),
                ("{\"key\":\"zz\"}", "application/json", 400),
                (String(repeating: "x", count: 5000), "application/json", 413),
            ] {
                let answer = try await register(port, body, type: type)
                #expect(answer.status == status, "\(body.prefix(40)) \(type): \(answer)")
                #expect(answer.text.hasPrefix("{\"error\":\""))
            }
            let list = try await ask(port, "GET", "/api/v1/miners")
            #expect(String(decoding: list.body, as: UTF8.self) == "{\"miners\":[]}\n")
            #expect(try await ask(port, "GET", "/api/v1/miners?count=1001").status == 400)
            #expect(try await ask(port, "GET", "/api/v1/miners?from=-1").status == 400)
        }
    }

    @Test func namesAndKeysInUseAreConflicts() async throws {
        try await PoolUnderTest().serve { port in
            _ = try await register(port, "{\"key\":\"\(alice)\",\"name\":\"alice\"}")
            var answer = try await register(port, "{\"key\":\"\(bob)\",\"name\":\"alice\"}")
            #expect(answer == (409, error("this name belongs to another key")))
            answer = try await register(port, "{\"key\":\"\(alice)\",\"name\":\"carol\"}")
            #expect(answer == (409, error("this key is registered already, under another name or none")))
        }
    }

    @Test func theRuleHoldsForVisitorsAndNotForTheOperator() async throws {
        let token = "0123456789abcdef"
        try await PoolUnderTest(policy: AccountPolicy(rule: .closed)).serve(token: token) { port in
            let body = "{\"key\":\"\(alice)\"}"
            #expect(try await register(port, body) == (403, error("this pool takes registered miners only")))
            for wrong in ["Bearer 0123456789abcdee", "Bearer ", "Bearer 0123456789abcdef0", "Basic \(token)"] {
                let answer = try await register(port, body, headers: [("Authorization", wrong)])
                #expect(answer == (401, error("this is not the operator's token")), "\(wrong)")
            }
            #expect(try await register(port, body, headers: [("Authorization", "Bearer \(token)")]).status == 201)
        }
    }

    @Test func withoutATokenNobodyIsTheOperator() async throws {
        try await PoolUnderTest().serve { port in
            let answer = try await register(port, "{\"key\":\"\(alice)\"}", headers: [("Authorization", "Bearer ")])
            #expect(answer.status == 401)
        }
    }

    @Test func pagesOfOtherSitesRegisterNobody() async throws {
        try await PoolUnderTest().serve { port in
            let body = "key=\(alice)"
            let form = "application/x-www-form-urlencoded"
            for headers in [
                [("Origin", "http://evil.example")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")],
                [("Sec-Fetch-Site", "same-site")],
            ] {
                let refused = try await register(port, body, type: form, headers: headers)
                #expect(refused.status == 403, "\(headers)")
            }
            let own = [("Origin", "http://127.0.0.1:\(port)"), ("Sec-Fetch-Site", "same-origin")]
            let taken = try await register(port, body, type: form, headers: own)
            #expect(taken.status == 201)
        }
    }

    @Test func registrationsAreLimited() async throws {
        try await PoolUnderTest().serve(token: "0123456789abcdef", perMinute: 3) { port in
            let body = "{\"key\":\"\(alice)\"}"
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await register(port, body).status) }
            #expect(statuses == [201, 200, 200])
            // Twenty seconds refill one: at most a few of these can pass on a machine that is very slow.
            for _ in 0..<20 { statuses.append(try await register(port, body).status) }
            #expect(statuses.contains(429))
            let token = [("Authorization", "Bearer 0123456789abcdef")]
            #expect(try await register(port, body, headers: token).status == 200)
        }
    }

    // MARK: Reading

    @Test func hostileNamesStayText() async throws {
        var snapshot = PoolUnderTest.emptySnapshot
        let name = "<script>\"\\\n</script>"
        var worker = WorkerSnapshot(account: 7, accountName: name, name: name, agent: name)
        worker.totals.acceptedShares = 5
        worker.totals.hashrate.oneMinute = 1_000_000_000_000_000_000_000
        snapshot.workers = [worker]
        try await PoolUnderTest(snapshot: snapshot).serve { port in
            let answer = try await ask(port, "GET", "/api/v1/status")
            #expect(answer.status == 200)
            struct Status: Decodable {
                struct Worker: Decodable {
                    let accountName: String
                    let agent: String
                }
                let workers: [Worker]
            }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let status = try decoder.decode(Status.self, from: Data(answer.body))
            #expect(status.workers.map(\.accountName) == [name])
            #expect(status.workers.map(\.agent) == [name])
            let metrics = String(decoding: try await ask(port, "GET", "/metrics").body, as: UTF8.self)
            let escaped = #"<script>\"\\\n</script>"#
            let labels = #"account="7",account_name="\#(escaped)",worker="\#(escaped)""#
            #expect(metrics.contains("radpool_worker_shares_total{\(labels)} 5\n"))
            #expect(metrics.contains("radpool_worker_hashrate{\(labels),window=\"1m\"} 1000000000000000000000\n"))
        }
    }

    @Test func metricsAreExact() async throws {
        var snapshot = PoolUnderTest.emptySnapshot
        snapshot.stratum.verdicts[Int(ShareVerdict.accepted.rawValue)] = 12
        snapshot.stratum.verdicts[Int(ShareVerdict.duplicate.rawValue)] = 3
        snapshot.stratum.reply.record(microseconds: 50)
        snapshot.stratum.reply.record(microseconds: 51)
        snapshot.stratum.reply.record(microseconds: 6_000_000)
        snapshot.refusesShares = "disk full"
        try await PoolUnderTest(snapshot: snapshot).serve { port in
            let answer = try await ask(port, "GET", "/metrics")
            let lines = Set(String(decoding: answer.body, as: UTF8.self).split(separator: "\n"))
            for line in [
                "radpool_accepting 0", "radpool_shares_total{verdict=\"accepted\"} 12",
                "radpool_shares_total{verdict=\"duplicate\"} 3",
                "radpool_submit_reply_seconds_bucket{le=\"0.00005\"} 1",
                "radpool_submit_reply_seconds_bucket{le=\"0.0001\"} 2",
                "radpool_submit_reply_seconds_bucket{le=\"5\"} 2", "radpool_submit_reply_seconds_bucket{le=\"+Inf\"} 3",
                "radpool_submit_reply_seconds_sum 6.000101", "radpool_submit_reply_seconds_count 3",
                "# TYPE radpool_submit_reply_seconds histogram",
            ] {
                #expect(lines.contains(Substring(line)), "\(line)")
            }
            // Every sample belongs to a metric that was declared before it.
            var declared: Set<Substring> = []
            for line in String(decoding: answer.body, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                if line.hasPrefix("# TYPE") { declared.insert(words[2]) }
                guard !line.hasPrefix("#") else { continue }
                let name = line.prefix { $0 != "{" && $0 != " " }
                let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && !declared.contains(name) }
                #expect(declared.contains(name.dropLast(base?.count ?? 0)), "\(line)")
            }
        }
    }

    @Test func manyReadersCostOneSnapshot() async throws {
        let pool = PoolUnderTest()
        try await pool.serve { port in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await ask(port, "GET", "/api/v1/status").status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(await pool.snapshotCount < 40)
        }
    }

    @Test func thePageTakesNothingFromOutside() async throws {
        try await PoolUnderTest().serve { port in
            for path in ["/", "/page.js", "/page.css"] {
                let answer = try await ask(port, "GET", path)
                #expect(answer.status == 200)
                let text = String(decoding: answer.body, as: UTF8.self)
                for word in ["http:", "https:", "//", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"]
                {
                    #expect(!text.contains(word), "\(word) in \(path)")
                }
            }
            let raw = try await RawAnswer.get(port: port, path: "/")
            #expect(raw.lowercased().contains("content-security-policy: default-src 'none'; script-src 'self';"))
            #expect(raw.lowercased().contains("x-content-type-options: nosniff"))
            #expect(!raw.lowercased().contains("access-control"))
            #expect(try await ask(port, "GET", "/nothing").status == 404)
            #expect(try await ask(port, "DELETE", "/api/v1/miners").status == 404)
        }
    }
}
