import Bitcoin
import Foundation
import TestSupport
import Testing

/// Bitcoin Core's tx_valid.json and tx_invalid.json: every transaction that Core can read is read and written back.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct TransactionVectorTests {
    private static func rows(_ file: String) throws -> [[UInt8]] {
        let rows = try #require(try Conformance.json("bitcoin/\(file)") as? [[Any]])
        return try rows.compactMap { row in
            guard row.count == 3, let hex = row[1] as? String else {
                return nil
            }
            return try Hex.decode(hex)
        }
    }

    @Test(arguments: [("tx_valid.json", 120, 120), ("tx_invalid.json", 92, 92)])
    func everyTransactionRoundTrips(file: String, rows: Int, parsable: Int) throws {
        let transactions = try Self.rows(file)
        #expect(transactions.count == rows)
        var count = 0
        for bytes in transactions {
            // Bitcoin Core's DecodeTx: with witness first, then the form before BIP144.
            guard let transaction = (try? Transaction(decoding: bytes)) ?? (try? Transaction(decodingLegacy: bytes))
            else {
                continue
            }
            count += 1
            #expect(transaction.encoded() == bytes)
            #expect(transaction.totalSize == bytes.count)
        }
        #expect(count == parsable)
    }
}
