import Foundation
import StratumConversations
import StratumServerHost

// Runs conversations by the names of their rows against the server in this process: exit code 0 when all hold, 1 when
// one does not. scripts/mutants uses it with servers that are wrong on purpose.

func fail(_ name: String, _ error: any Error) -> Never {
    print("fails", name)
    print(error)
    exit(1)
}

Connection.safetyNet = 8_000
for name in CommandLine.arguments.dropFirst() {
    do {
        if let row = Row.all.first(where: { $0.name == name }) {
            let pool = try ServerPool(row.rules)
            try row.run(pool)
            pool.end()
        } else if name == "H36" {
            try ExtranonceSpace.check()
        } else {
            throw Mismatch("no such row")
        }
        print("holds", name)
    } catch {
        fail(name, error)
    }
}
