import Bitcoin
import Foundation
import GRDB
import StratumConversations
import Wire

/// The shares of a daemon's journal.
enum StoredShares {
    /// What tells the shares of one level apart: job, extranonce1 and 2, nonce.
    static func key(_ share: Share, extranonce1: String) -> String {
        "\(share.job.dropLast(2)) \(extranonce1)\(share.extranonce2) \(share.nonce)"
    }

    /// The keys of all shares that a journal's database holds, in its order; what is there twice comes twice.
    static func keys(_ journal: URL) throws -> [String] {
        let records = try DatabaseQueue(path: journal.path).read { database in
            try Data.fetchAll(database, sql: "SELECT record FROM journal ORDER BY sequence")
        }
        return try records.flatMap { record in
            try JournalShareBatch(decoding: Array(record)).shares.map { share in
                let job = String(share.work.jobSequence, radix: 16)
                let padded = String(repeating: "0", count: 14 - job.count) + job
                return "\(padded) \(Hex.encode(share.extranonce.bytes)) \(Job.hex8(share.nonce))"
            }
        }
    }
}
