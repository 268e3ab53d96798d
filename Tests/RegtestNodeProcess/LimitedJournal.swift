import BitcoinNode
import Foundation

/// Appends to a journal that may not grow, and again when it may; prints what came of it.
func appendToLimitedJournal(_ path: String) throws {
    var journal = try BlockJournal(path: path)
    try journal.append([1, 2, 3])
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    var small = rlimit(rlim_cur: 4096, rlim_max: limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
    let block = [UInt8](repeating: 9, count: 8000)
    do {
        try journal.append(block)
        print("not refused")
    } catch {
        print("refused, size \(try Data(contentsOf: URL(filePath: path)).count)")
    }
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    try journal.append(block)
    var again = try BlockJournal(path: path)
    let sizes = again.takeRecovered().map { String($0.count) }
    print("recovered \(sizes.joined(separator: " and ")) bytes")
}
