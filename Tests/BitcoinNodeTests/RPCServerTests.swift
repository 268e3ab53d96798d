import Bitcoin
import Foundation
import TestSupport
import Testing

@testable import BitcoinNode

@Suite(.enabled(if: Kernel.isExpected, Comment(rawValue: Kernel.absence)))
struct RPCServerTests {
    private static let rules = "{\"rules\":[\"segwit\"]}"

    @Test func aPoolsRoundGoesThrough() async throws {
        let served = try await ServedNode()
        let client = served.client
        #expect(try await client.call("getblockchaininfo")["chain"] == .string("regtest"))
        let mined = try await client.call("generatetoaddress", "[120,\"\(Spending.address)\"]")
        #expect(mined.elements?.count == 120)
        #expect(try await client.call("getblockcount") == .integer(120))
        #expect(try await client.call("getbestblockhash") == mined.elements?.last)
        #expect(try await client.call("getblockhash", "[120]") == mined.elements?.last)

        // Spend height 1's coinbase.
        let firstHash = try #require(try await client.call("getblockhash", "[1]").text)
        let first = try Block(
            decoding: Hex.decode(try #require(try await client.call("getblock", "[\"\(firstHash)\",0]").text)))
        let spend = Spending.transaction([first.reward], value: 4_999_990_000)
        let hex = Hex.encode(spend.encoded())
        let tested = try await client.call("testmempoolaccept", "[[\"\(hex)\"]]")
        #expect(tested.elements?[0]["allowed"] == .bool(true))
        #expect(tested.elements?[0]["fees"]?["base"] == .number("0.00010000"))
        #expect(try await client.call("sendrawtransaction", "[\"\(hex)\"]") == .string(spend.txid.displayHex))
        #expect(try await client.call("sendrawtransaction", "[\"\(hex)\"]") == .string(spend.txid.displayHex))
        #expect(try await client.call("getrawmempool").elements == [.string(spend.txid.displayHex)])
        #expect(try await client.call("getmempoolinfo")["size"] == .integer(1))
        #expect(try await client.call("getrawtransaction", "[\"\(spend.txid)\"]") == .string(hex))

        // The template as a pool takes it.
        let answer = try await client.call("getblocktemplate", "[\(Self.rules)]")
        let block = try Self.solve(answer)
        #expect(block.transactions.count == 2)
        let raw = Hex.encode(block.encoded())
        #expect(try await client.call("submitblock", "[\"\(raw)\"]") == .null)
        #expect(try await client.call("submitblock", "[\"\(raw)\"]") == .string("duplicate"))
        #expect(try await client.call("getblockcount") == .integer(121))
        let output = try await client.call("gettxout", "[\"\(spend.txid)\",0]")
        #expect(output["value"] == .number("49.99990000"))
        #expect(output["confirmations"] == .integer(1))
        #expect(try await client.call("gettxout", "[\"\(first.transactions[0].txid)\",0]") == .null)
        let shown = try await client.call("getblock", "[\"\(block.header.hash)\"]")
        #expect(shown["tx"]?.elements?.last == .string(spend.txid.displayHex))
        #expect(shown["confirmations"] == .integer(1))
        let header = try await client.call("getblockheader", "[\"\(block.header.hash)\",false]")
        #expect(header == .string(Hex.encode(block.header.encoded())))
        await served.stop()
    }

    /// Checks a template as the pool does, and makes a block of it.
    private static func solve(_ answer: JSONValue) throws -> Block {
        let transactions = try #require(answer["transactions"]?.elements).map { element in
            let data = try #require(element["data"]?.text)
            let fee = try #require(element["fee"]?.wholeNumber)
            return try TemplateTransaction(raw: Hex.decode(data), fee: Amount(satoshis: fee))
        }
        func number(_ name: String) throws -> Int64 { try #require(answer[name]?.wholeNumber) }
        func text(_ name: String) throws -> String { try #require(answer[name]?.text) }
        let bits = try #require(UInt32(text("bits"), radix: 16))
        let value = try #require(try Amount(satoshis: number("coinbasevalue")))
        let template = try BlockTemplate(
            header: BlockHeader(
                version: UInt32(number("version")), previousBlock: Hash256(displayHex: text("previousblockhash")),
                merkleRoot: .zero, time: UInt32(number("curtime")), bits: CompactTarget(rawValue: bits), nonce: 0),
            height: UInt32(number("height")), minimumTime: UInt32(number("mintime")), coinbaseValue: value,
            transactions: transactions,
            defaultWitnessCommitment: Script(Hex.decode(text("default_witness_commitment"))))
        let layout = try CoinbaseLayout(
            height: template.height, tag: Array("test".utf8), custodyScript: Spending.script,
            value: template.coinbaseValue, witnessCommitment: template.witnessCommitment)
        let extranonce = try #require(
            Extranonce(extranonce1: Array(repeating: 1, count: 4), extranonce2: Array(repeating: 2, count: 8)))
        let coinbase = layout.transaction(owner: .zero, extranonce: extranonce)
        var nonce: UInt32 = 0
        while true {
            let header = template.header(
                coinbase: coinbase.txid, version: template.header.version, time: template.header.time, nonce: nonce)
            if header.meetsOwnTarget {
                return try Block(decoding: template.encodedBlock(header: header, coinbase: coinbase))
            }
            nonce += 1
        }
    }

    @Test func errorsHaveBitcoindsCodesAndWords() async throws {
        let served = try await ServedNode()
        let client = served.client
        let zero = String(repeating: "0", count: 64)
        let cases: [(String, String, RPCError)] = [
            ("nosuchmethod", "[]", RPCError(code: -32601, message: "Method not found")),
            ("getblockhash", "[5]", RPCError(code: -8, message: "Block height out of range")),
            ("getblock", "[\"\(zero)\"]", RPCError(code: -5, message: "Block not found")),
            (
                "getblockheader", "[\"12\"]",
                RPCError(code: -8, message: "blockhash must be of length 64 (not 2, for '12')")
            ),
            ("submitblock", "[\"00\"]", RPCError(code: -22, message: "Block decode failed")),
            (
                "sendrawtransaction", "[\"00\"]",
                RPCError(code: -22, message: "TX decode failed. Make sure the tx has at least one input.")
            ),
            (
                "getblocktemplate", "[]",
                RPCError(
                    code: -8,
                    message: "getblocktemplate must be called with the segwit rule set "
                        + "(call with {\"rules\": [\"segwit\"]})")
            ),
            ("generatetoaddress", "[1,\"x\"]", RPCError(code: -5, message: "Error: Invalid address")),
            (
                "getblockhash", "[\"x\"]",
                RPCError(code: -3, message: "JSON value of type string for position 1 (height) is not of type number")
            ),
        ]
        for (method, parameters, error) in cases {
            #expect(try await client.failure(method, parameters) == error)
        }
        let missing = Spending.transaction([OutPoint(txid: .zero, index: 0)], value: 1).encoded()
        #expect(
            try await client.failure("sendrawtransaction", "[\"\(Hex.encode(missing))\"]")
                == RPCError(code: -25, message: "bad-txns-inputs-missingorspent"))
        let estimate = try await client.call("estimatesmartfee", "[6]")
        #expect(estimate["errors"] == .array([.string("Insufficient data or no feerate found")]))
        await served.stop()
    }

    @Test func theHTTPSideIsBitcoinds() async throws {
        let served = try await ServedNode()
        func exchange(_ request: String) async throws -> String {
            try await RawHTTP.exchange(request, port: served.client.port)
        }
        let call = "{\"method\":\"getblockcount\"}"
        for secret in ["user:passwore", "user", "user:password2", ""] {
            #expect(
                try await exchange(RawHTTP.request(call, authorization: secret))
                    == "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\n"
                    + "WWW-Authenticate: Basic realm=\"jsonrpc\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        #expect(
            try await exchange(RawHTTP.request(call, authorization: "user:password"))
                == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n"
                + "Connection: close\r\n\r\n{\"result\":0,\"error\":null,\"id\":null}\n")
        let get = try await exchange(RawHTTP.request("", authorization: "user:password", method: "GET"))
        #expect(get.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
        let wrong = try await served.client.post("{")
        #expect(wrong.0 == 500)
        #expect(wrong.1 == "{\"result\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error\"},\"id\":null}\n")
        let nameless = try await served.client.post("{\"id\":\"a\"}")
        #expect(nameless.0 == 400)
        #expect(
            nameless.1 == "{\"result\":null,\"error\":{\"code\":-32600,\"message\":\"Missing method\"},\"id\":\"a\"}\n")
        let batch = try await served.client.post(
            "[{\"method\":\"getblockcount\",\"id\":1},{\"method\":\"x\",\"id\":2},3]")
        #expect(batch.0 == 200)
        #expect(
            batch.1 == "[{\"result\":0,\"error\":null,\"id\":1},"
                + "{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"Method not found\"},\"id\":2},"
                + "{\"result\":null,\"error\":{\"code\":-32600,\"message\":\"Invalid Request object\"},\"id\":null}]\n")
        await served.stop()
    }

    @Test(.timeLimit(.minutes(20))) func aLongPollWakesOnANewBlock() async throws {
        let served = try await ServedNode()
        let client = served.client
        let first = try await client.call("getblocktemplate", "[\(Self.rules)]")
        let id = try #require(first["longpollid"]?.text)
        async let second = client.call("getblocktemplate", "[{\"rules\":[\"segwit\"],\"longpollid\":\"\(id)\"}]")
        try await Task.sleep(for: .milliseconds(300))
        let hashes = try await client.call("generatetoaddress", "[1,\"\(Spending.address)\"]")
        let template = try await second
        #expect(template["previousblockhash"] == hashes.elements?[0])
        #expect(template["height"] == .integer(2))
        // A poll for a tip that is gone is answered at once.
        let third = try await client.call("getblocktemplate", "[{\"rules\":[\"segwit\"],\"longpollid\":\"\(id)\"}]")
        #expect(third["longpollid"] == template["longpollid"])
        await served.stop()
    }

    @Test(.timeLimit(.minutes(20))) func aLongPollSeesNewTransactionsAfterItsTime() async throws {
        let served = try await ServedNode(
            longPollTimes: .init(first: .milliseconds(200), further: .milliseconds(50)))
        let client = served.client
        _ = try await client.call("generatetoaddress", "[101,\"\(Spending.address)\"]")
        let hash = try #require(try await client.call("getblockhash", "[1]").text)
        let first = try Block(
            decoding: Hex.decode(try #require(try await client.call("getblock", "[\"\(hash)\",0]").text)))
        let id = try #require(try await client.call("getblocktemplate", "[\(Self.rules)]")["longpollid"]?.text)
        async let second = client.call("getblocktemplate", "[{\"rules\":[\"segwit\"],\"longpollid\":\"\(id)\"}]")
        try await Task.sleep(for: .milliseconds(400))
        let spend = Spending.transaction([first.reward], value: 4_999_990_000)
        _ = try await client.call("sendrawtransaction", "[\"\(Hex.encode(spend.encoded()))\"]")
        #expect(try await second["transactions"]?.elements?.count == 1)
        await served.stop()
    }

    @Test(.timeLimit(.minutes(20))) func stoppingTheNodeEndsItsLongPolls() async throws {
        let served = try await ServedNode()
        let id = try #require(try await served.client.call("getblocktemplate", "[\(Self.rules)]")["longpollid"]?.text)
        let client = served.client
        async let poll = client.failure("getblocktemplate", "[{\"rules\":[\"segwit\"],\"longpollid\":\"\(id)\"}]")
        try await Task.sleep(for: .milliseconds(300))
        await served.node.stop()
        #expect(try await poll == RPCError(code: -9, message: "Shutting down"))
        await served.stop()
    }

    @Test func aCookieFileLetsItsReadersInAndGoesWithTheServer() async throws {
        let directory = try TemporaryFolder("node")
        let node = try RegtestNode(library: Kernel.library(), directory: directory.url)
        let cookie = directory.url.appending(path: ".cookie")
        let server = try await RPCServer(node: node, port: 0, credentials: .cookie(file: cookie))
        let mode = try FileManager.default.attributesOfItem(atPath: cookie.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let client = PlainCaller(port: server.port, authorization: try String(contentsOf: cookie, encoding: .utf8))
        #expect(try await client.call("getblockcount") == .integer(0))
        await server.stop()
        #expect(!FileManager.default.fileExists(atPath: cookie.path))
    }
}
