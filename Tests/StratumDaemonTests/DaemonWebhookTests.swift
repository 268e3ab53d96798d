import Foundation
import StratumConversations
import Testing

/// The operator's service that is asked when a miner authorizes for the first time.
@Suite("radpoold: the webhook", .serialized)
struct DaemonWebhookTests {
    private static let refusal = Lines.refusal("2", 24, "this pool did not approve the account")

    /// A daemon that asks a service.
    private static func pool(_ service: WebhookService, timeout: String) throws -> DaemonPool {
        try DaemonPool(
            DaemonSettings().with { settings in
                let url = "http://127.0.0.1:\(service.port)/approve?pool=1"
                settings.accounts = ["webhook = \"\(url)\"", "webhook_timeout = \"\(timeout)\""]
            })
    }

    /// A connection that has subscribed.
    private static func subscribed(_ pool: DaemonPool) throws -> Connection {
        let connection = try Connection(port: pool.port)
        try connection.send(Lines.request("1", "mining.subscribe"))
        _ = try Miner.subscribed(connection, id: "1")
        return connection
    }

    @Test func a200LetsTheMinerInAndNothingElseDoes() throws {
        let service = try WebhookService(.status("200 OK"))
        service.start()
        defer { service.end() }
        let pool = try Self.pool(service, timeout: "20s")
        let miner = try Miner(pool, name: Accounts.first + ".rig")
        try miner.accepted(try miner.find())
        let request = try #require(service.questions.first)
        #expect(request.hasPrefix("POST /approve?pool=1 HTTP/1.1\r\n"))
        #expect(request.contains("\r\nContent-Type: application/json\r\n"))
        #expect(request.hasSuffix(#"{"key":"\#(Accounts.first)","name":null}"#))
        // Who has an account is not asked about again.
        _ = try Miner(pool, name: Accounts.first + ".other")
        #expect(service.questions.count == 1)

        let connection = try Self.subscribed(pool)
        let refusals = ["403 Forbidden", "500 Internal Server Error", "201 Created", "204 No Content", "302 Found"]
        for (index, status) in refusals.enumerated() {
            service.answer(.status(status))
            try connection.ask(Lines.authorize("2", Accounts.second), Self.refusal)
            #expect(service.questions.count == index + 2, "\(status)")
        }
        // It may try again, on the same connection.
        service.answer(.status("200 OK"))
        try connection.ask(Lines.authorize("3", Accounts.second), Lines.yes("3"))
        _ = try Miner.firstJob(connection)
        #expect(service.questions.count == refusals.count + 2)
        try pool.end()
    }

    @Test func whileItThinksOthersMineAndEachMinerIsOneQuestion() throws {
        let service = try WebhookService(.status("200 OK"))
        service.start()
        defer { service.end() }
        let pool = try Self.pool(service, timeout: "20s")
        let miner = try Miner(pool)
        service.answer(.held("200 OK"))
        let waiting = try (0..<2).map { _ in try Self.subscribed(pool) }
        for connection in waiting { try connection.send(Lines.authorize("2", Accounts.second)) }
        try service.waitForQuestions(2)
        try miner.accepted(try miner.find())
        _ = try Miner(pool, name: Accounts.first + ".other")
        for connection in waiting { #expect(try !connection.hasBytes()) }
        service.release()
        for connection in waiting {
            try connection.expect(Lines.yes("2"))
            _ = try Miner.firstJob(connection)
        }
        #expect(service.questions.count == 2)
        try pool.end()
    }

    @Test func aSilentOneAndOneThatIsDownRefuse() throws {
        let service = try WebhookService(.held("200 OK"))
        service.start()
        defer { service.end() }
        let pool = try Self.pool(service, timeout: "100ms")
        let connection = try Self.subscribed(pool)
        try connection.ask(Lines.authorize("2", Accounts.first), Self.refusal)
        #expect(service.questions.count == 1)
        // Its answer comes too late, and registers nobody.
        service.release()
        service.end()
        try connection.ask(Lines.authorize("2", Accounts.first), Self.refusal)
        #expect(service.questions.count == 1)
        try pool.end()
    }
}
