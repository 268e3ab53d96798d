import StratumConversations
import Testing

/// Every conversation against the daemon itself, over its sockets. One daemon for each, one after the other.
@Suite("radpoold: rows", .serialized)
struct DaemonRowTests {
    @Test(arguments: Row.all)
    func row(_ row: Row) throws {
        let pool = try DaemonPool(row.rules)
        try row.run(pool)
        try pool.end()
    }
}
