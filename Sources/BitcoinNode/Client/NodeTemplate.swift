public import Bitcoin

/// A node's answer to `getblocktemplate`: its head is read at once, its transactions when they are asked for.
public struct NodeTemplate: Sendable {
    /// What a job without transactions needs.
    public let head: TemplateHead

    /// When the answer's last byte was there, in nanoseconds of CLOCK_MONOTONIC.
    public var receivedAt: UInt64 { answer.receivedAt }

    /// When the request was sent, on the same clock.
    var requestedAt: UInt64 { answer.requestedAt }

    private let answer: RPCAnswer
    private let network: Network

    /// The rules with a mark that this code keeps; a node marks what a miner must know (BIP9).
    private static let knownRules: Set<String> = ["!segwit", "!csv", "!taproot"]

    /// What a block may weigh (BIP141), and its signature operations may cost.
    private static let weightLimit = 4_000_000
    private static let sigopLimit: Int64 = 80_000

    /// Reads the head of an answer, its transactions passed over.
    ///
    /// - Throws: `NodeError.badTemplate`.
    init(_ answer: RPCAnswer, network: Network) throws(NodeError) {
        self.answer = answer
        self.network = network
        do {
            head = try Self.head(answer)
        } catch {
            throw .badTemplate(error)
        }
    }

    /// Reads the head from the body of an answer to the request of this id: what a connection's answer goes through.
    package init(body: [UInt8], id: UInt64, network: Network) throws(NodeError) {
        let answer = HTTPExchange.Answer(status: 200, body: body, requestedAt: 0, receivedAt: 0, isKept: true)
        try self.init(RPCAnswer(answer, id: id), network: network)
    }

    private static func head(_ answer: RPCAnswer) throws(TemplateError) -> TemplateHead {
        let time = try integer32("curtime", answer)
        let minimumTime = try integer32("mintime", answer)
        guard minimumTime <= time else { throw .timeBeforeMinimum }
        let height = try integer32("height", answer)
        // Height 0 is the genesis block's, and Bitcoin Core counts in 31 bits.
        guard (1...UInt32(Int32.max)).contains(height) else { throw .badMember("height") }
        guard let value = Amount(satoshis: try integer("coinbasevalue", answer)) else {
            throw .badMember("coinbasevalue")
        }
        // Written as a signed number by bitcoind; whole 32 bits in the header.
        let version = try integer("version", answer)
        guard (Int64(Int32.min)...Int64(UInt32.max)).contains(version) else { throw .badMember("version") }
        return TemplateHead(
            previousBlock: try hash("previousblockhash", answer), height: height,
            compactTarget: try target(answer), currentTime: time, minimumTime: minimumTime,
            version: UInt32(truncatingIfNeeded: version), coinbaseValue: value, longPollID: try longPollID(answer))
    }

    private static func target(_ answer: RPCAnswer) throws(TemplateError) -> CompactTarget {
        let bits = try text("bits", answer)
        guard bits.utf8.count == 8, let bytes = try? Hex.decode(bits) else { throw .badMember("bits") }
        let compact = CompactTarget(rawValue: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        guard let target = try? compact.target() else { throw .badMember("bits") }
        // BIP22 makes `target` optional.
        if answer["target"] != nil {
            guard try hash("target", answer) == target.value.hash else { throw .wrongTarget }
        }
        return compact
    }

    private static func longPollID(_ answer: RPCAnswer) throws(TemplateError) -> String? {
        guard answer["longpollid"] != nil else {
            return nil
        }
        let id = try text("longpollid", answer)
        guard id.utf8.count <= 256 else { throw .badMember("longpollid") }
        return id
    }

    // MARK: The whole template

    /// The template with its transactions, checked against itself: ids, weights, fees and the witness commitment are
    /// computed anew.
    ///
    /// - Throws: `NodeError.badTemplate`.
    public func blockTemplate() throws(NodeError) -> BlockTemplate {
        do {
            return try decoded()
        } catch {
            throw .badTemplate(error)
        }
    }

    private func decoded() throws(TemplateError) -> BlockTemplate {
        try checkRules()
        let list = TemplateTransactionList(answer.body)
        let found = try list.read(try range("transactions"))
        guard found.weight <= min(try limit("weightlimit", absent: Int64(Self.weightLimit)), Int64(Self.weightLimit))
        else { throw .tooHeavy }
        guard found.sigops <= min(try limit("sigoplimit", absent: Self.sigopLimit), Self.sigopLimit) else {
            throw .tooManySignatureOperations
        }
        if let fees = found.fees {
            guard let most = Amount.subsidy(height: head.height, network: network).adding(fees),
                head.coinbaseValue <= most
            else { throw .excessiveCoinbaseValue }
        }
        let commitment = try commitmentScript()
        let header = BlockHeader(
            version: head.version, previousBlock: head.previousBlock, merkleRoot: .zero, time: head.currentTime,
            bits: head.compactTarget, nonce: 0)
        do {
            return try BlockTemplate(
                header: header, height: head.height, minimumTime: head.minimumTime, coinbaseValue: head.coinbaseValue,
                transactions: found.transactions, defaultWitnessCommitment: commitment)
        } catch {
            throw .inconsistent(error)
        }
    }

    private func checkRules() throws(TemplateError) {
        if answer["vbrequired"] != nil {
            guard try Self.integer("vbrequired", answer) == 0 else { throw .requiredVersionBits }
        }
        guard let range = answer["rules"] else {
            return
        }
        guard let rules = (try? JSONScanner.value(answer.body, range))?.elements else { throw .badMember("rules") }
        for rule in rules {
            guard let name = rule.text else { throw .badMember("rules") }
            guard !name.hasPrefix("!") || Self.knownRules.contains(name) else { throw .unknownRule(name) }
        }
    }

    private func commitmentScript() throws(TemplateError) -> Script? {
        guard let range = answer["default_witness_commitment"] else {
            return nil
        }
        guard let text = try? JSONScanner.text(answer.body, range), let bytes = try? Hex.decode(text) else {
            throw .badMember("default_witness_commitment")
        }
        return Script(bytes)
    }

    private func limit(_ name: String, absent: Int64) throws(TemplateError) -> Int64 {
        answer[name] == nil ? absent : try Self.integer(name, answer)
    }

    private func range(_ name: String) throws(TemplateError) -> Range<Int> {
        guard let range = answer[name] else { throw .badMember(name) }
        return range
    }

    // MARK: Members

    private static func integer(_ name: String, _ answer: RPCAnswer) throws(TemplateError) -> Int64 {
        guard let range = answer[name], let value = JSONScanner.integer(answer.body, range) else {
            throw .badMember(name)
        }
        return value
    }

    private static func integer32(_ name: String, _ answer: RPCAnswer) throws(TemplateError) -> UInt32 {
        guard let value = UInt32(exactly: try integer(name, answer)) else { throw .badMember(name) }
        return value
    }

    private static func text(_ name: String, _ answer: RPCAnswer) throws(TemplateError) -> String {
        guard let range = answer[name], let text = try? JSONScanner.text(answer.body, range) else {
            throw .badMember(name)
        }
        return text
    }

    private static func hash(_ name: String, _ answer: RPCAnswer) throws(TemplateError) -> Hash256 {
        guard let hash = try? Hash256(displayHex: text(name, answer)) else { throw .badMember(name) }
        return hash
    }
}
