import StratumConversations
import StratumServerHost
import Testing

/// Every conversation against the server of CStratum in this process.
@Suite("CStratum server: rows")
struct RowTests {
    @Test(arguments: Row.all)
    func row(_ row: Row) throws {
        let pool = try ServerPool(row.rules)
        defer { pool.end() }
        try row.run(pool)
    }

    @Test func everyRowIsThere() {
        let expected = ["Q", "H"].flatMap { letter in
            (1...36).map { "\(letter)\($0 < 10 ? "0" : "")\($0)" }
        }
        let names = Row.all.map { String($0.name.prefix(3)) } + Row.unserved.map(\.name)
        #expect(Set(names) == Set(expected))
        #expect(Set(Row.all.map(\.name)).count == Row.all.count)
        #expect(Row.unserved.allSatisfy { row in !Row.all.contains { $0.name.hasPrefix(row.name) } })
    }
}
