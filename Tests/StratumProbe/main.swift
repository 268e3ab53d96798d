import Foundation
import StratumConversations
import StratumServerHost

// Runs conversations by the names of their rows against the server in this process: 0 when all hold, 1 when one does
// not. Tests/Mutants uses it with servers that are wrong on purpose.
Connection.safetyNet = 8_000
var names = CommandLine.arguments.dropFirst()
if names.isEmpty { names = Row.all.map(\.name)[...] }
var failures: Int32 = 0
for row in Row.all where names.contains(row.name) {
    do {
        let pool = try ServerPool(row.rules)
        try row.run(pool)
        pool.end()
        print("holds", row)
    } catch {
        print("fails", row, "\n    ", error)
        exit(1)
    }
}
