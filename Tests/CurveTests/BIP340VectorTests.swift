import Bitcoin
import Curve
import Foundation
import TestSupport
import Testing

/// BIP340's test vectors.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct BIP340VectorTests {
    @Test func all19RowsAgree() throws {
        let text = String(decoding: try Conformance.data("bip340/bip340.csv"), as: UTF8.self)
        let rows = text.split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(rows.count == 19)
        var signed = 0
        var good = 0
        for row in rows {
            try #require(row.count >= 7)
            let key = try XOnlyKeyBytes(try Hex.decode(row[2]))
            let message = try Hex.decode(row[4])
            let signature = try SchnorrSignature(try Hex.decode(row[5]))
            if !row[1].isEmpty {
                signed += 1
                let secret = try Keys.key(hex: row[1])
                #expect(secret.publicKey.bytes == key, "row \(row[0])")
                let made = try secret.sign(message, auxiliary: try Hash256(internalHex: row[3]))
                #expect(made == signature, "row \(row[0])")
            }
            let isGood = XOnlyPublicKey(key)?.isValidSignature(signature, for: message) ?? false
            #expect(isGood == (row[6] == "TRUE"), "row \(row[0])")
            good += isGood ? 1 : 0
        }
        #expect(signed == 8)
        #expect(good == 9)
    }
}
