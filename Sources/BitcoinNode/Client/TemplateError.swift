public import Bitcoin

/// Why the answer of `getblocktemplate` is not used.
public enum TemplateError: Error, Hashable, Sendable {
    /// A member is missing, or its value is not one it may have.
    case badMember(String)
    /// The node demands a rule that this code does not know (BIP9).
    case unknownRule(String)
    /// The node demands version bits (`vbrequired`), which no node does.
    case requiredVersionBits
    /// `target` is not the target of `bits`.
    case wrongTarget
    /// `curtime` is before `mintime`.
    case timeBeforeMinimum
    /// The coinbase value is above the subsidy and all fees.
    case excessiveCoinbaseValue
    /// The transaction at this position, counted from 0 without the coinbase, does not parse.
    case badTransaction(position: Int)
    /// The id or weight that the node states for a transaction is not its own.
    case wrongStatement(position: Int, member: String)
    /// The transactions weigh more than a block may.
    case tooHeavy
    /// The transactions have more signature operations than a block may.
    case tooManySignatureOperations
    /// The template contradicts itself.
    case inconsistent(BlockTemplateError)
}

extension TemplateError: CustomStringConvertible {
    /// What is wrong, in a few words.
    public var description: String {
        switch self {
        case .badMember(let name): "\(name) is missing or wrong"
        case .unknownRule(let rule): "it demands the unknown rule \(rule)"
        case .requiredVersionBits: "it demands version bits"
        case .wrongTarget: "target and bits differ"
        case .timeBeforeMinimum: "curtime is before mintime"
        case .excessiveCoinbaseValue: "coinbasevalue is above subsidy and fees"
        case .badTransaction(let position): "transaction \(position) does not parse"
        case .wrongStatement(let position, let member): "transaction \(position) has another \(member) than stated"
        case .tooHeavy: "the transactions weigh too much"
        case .tooManySignatureOperations: "too many signature operations"
        case .inconsistent(.wrongWitnessCommitment): "the witness commitment is wrong"
        case .inconsistent(.missingWitnessCommitment): "the witness commitment is missing"
        case .inconsistent(.repeatedTransaction): "a transaction is repeated"
        }
    }
}
