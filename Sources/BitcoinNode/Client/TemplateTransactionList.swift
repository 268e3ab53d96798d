internal import Bitcoin

/// Reads the `transactions` of a template's answer.
struct TemplateTransactionList {
    /// The transactions and their sums.
    struct Found {
        var transactions: [TemplateTransaction] = []
        /// All weights, in weight units.
        var weight: Int64 = 0
        /// All costs of signature operations that are stated.
        var sigops: Int64 = 0
        /// All fees; nil where some transaction states none.
        var fees: Amount? = .zero
    }

    private struct Entry {
        var data: Range<Int>?
        var txid: Range<Int>?
        var hash: Range<Int>?
        var fee: Range<Int>?
        var weight: Range<Int>?
        var sigops: Range<Int>?
    }

    private let body: [UInt8]

    init(_ body: [UInt8]) {
        self.body = body
    }

    /// Reads the list that stands in a range of the body.
    func read(_ range: Range<Int>) throws(TemplateError) -> Found {
        var found = Found()
        do {
            var scanner = JSONScanner(body, at: range.lowerBound)
            try scanner.expect("[")
            while try scanner.nextElement(isFirst: found.transactions.isEmpty) {
                try add(try entry(&scanner), to: &found)
            }
        } catch let error as TemplateError {
            throw error
        } catch {
            throw .badTransaction(position: found.transactions.count)
        }
        return found
    }

    private func entry(_ scanner: inout JSONScanner) throws(JSONError) -> Entry {
        var entry = Entry()
        var isFirst = true
        try scanner.expect("{")
        while let name = try scanner.nextName(isFirst: isFirst) {
            isFirst = false
            let value = try scanner.skipValue()
            switch name {
            case "data": try Self.set(&entry.data, value)
            case "txid": try Self.set(&entry.txid, value)
            case "hash": try Self.set(&entry.hash, value)
            case "fee": try Self.set(&entry.fee, value)
            case "weight": try Self.set(&entry.weight, value)
            case "sigops": try Self.set(&entry.sigops, value)
            default: break
            }
        }
        return entry
    }

    private static func set(_ member: inout Range<Int>?, _ value: Range<Int>) throws(JSONError) {
        guard member == nil else { throw JSONError(offset: value.lowerBound) }
        member = value
    }

    private func add(_ entry: Entry, to found: inout Found) throws(TemplateError) {
        let position = found.transactions.count
        guard let raw = entry.data.flatMap({ bytes($0) }) else { throw .badTransaction(position: position) }
        var fee: Amount?
        if let range = entry.fee {
            fee = JSONScanner.integer(body, range).flatMap { Amount(satoshis: $0) }
            guard fee != nil else { throw .wrongStatement(position: position, member: "fee") }
        }
        guard let transaction = try? TemplateTransaction(raw: raw, fee: fee) else {
            throw .badTransaction(position: position)
        }
        guard states(entry.txid, transaction.txid) else { throw .wrongStatement(position: position, member: "txid") }
        guard states(entry.hash, transaction.wtxid) else { throw .wrongStatement(position: position, member: "hash") }
        if let range = entry.weight, JSONScanner.integer(body, range) != Int64(transaction.weight) {
            throw .wrongStatement(position: position, member: "weight")
        }
        if let range = entry.sigops {
            guard let sigops = JSONScanner.integer(body, range), (0...Int64(UInt32.max)).contains(sigops) else {
                throw .wrongStatement(position: position, member: "sigops")
            }
            found.sigops += sigops
        }
        found.weight += Int64(transaction.weight)
        if let sum = found.fees {
            // Fees beyond all coins there are: no such transactions exist.
            guard let fee else {
                found.fees = nil
                found.transactions.append(transaction)
                return
            }
            guard let more = sum.adding(fee) else { throw .excessiveCoinbaseValue }
            found.fees = more
        }
        found.transactions.append(transaction)
    }

    /// The bytes of the hexadecimal string that stands in a range.
    private func bytes(_ range: Range<Int>) -> [UInt8]? {
        content(range).flatMap { HexText.decode(body, $0) }
    }

    /// Whether the string in a range shows a hash; true where nothing is stated.
    private func states(_ range: Range<Int>?, _ hash: Hash256) -> Bool {
        guard let range else {
            return true
        }
        return content(range).map { HexText.shows(body, $0, hash) } ?? false
    }

    /// What stands between the quotation marks of the string in a range.
    private func content(_ range: Range<Int>) -> Range<Int>? {
        guard range.count >= 2, body[range.lowerBound] == UInt8(ascii: "\"") else {
            return nil
        }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}
