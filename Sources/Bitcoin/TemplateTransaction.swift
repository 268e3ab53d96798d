/// A transaction of a block template, with its ids computed once.
public struct TemplateTransaction: Hashable, Sendable {
    /// The serialisation with witnesses.
    public let raw: [UInt8]

    /// The transaction's id.
    public let txid: Hash256

    /// The transaction's witness id.
    public let wtxid: Hash256

    /// The weight (BIP141) in weight units.
    public let weight: Int

    /// The fee; nil where the source does not say.
    public let fee: Amount?

    /// Takes a transaction as a template brings it and computes its ids.
    public init(raw: [UInt8], fee: Amount?) throws(ParseError) {
        let outline = try TransactionOutline(raw)
        self.raw = raw
        self.fee = fee
        txid = outline.txid
        wtxid = outline.hasWitness ? SHA256.doubleHash(raw) : txid
        weight = outline.weight
    }
}
