import Bitcoin

/// One parser under fuzzing: what must hold for every input, run by libFuzzer and by the replay of the corpora alike.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// `Transaction`, both forms.
    case transaction
    /// `Block` and `BlockHeader`.
    case block
    /// `Script`'s instructions, numbers, heights and standard forms.
    case script
    /// `Address` and `WalletImportFormat` on every network.
    case address
    /// `Record`, every type.
    case wire

    /// Checks the parser's properties for one input.
    public func check(_ bytes: [UInt8]) throws(PropertyViolation) {
        switch self {
        case .transaction: try Self.checkTransaction(bytes)
        case .block: try Self.checkBlock(bytes)
        case .script: try Self.checkScript(bytes)
        case .address: try Self.checkAddress(bytes)
        case .wire: try Self.checkWire(bytes)
        }
    }

    /// The same for libFuzzer: stops the process at a violation.
    public func checkOrStop(_ bytes: [UInt8]) {
        do {
            try check(bytes)
        } catch {
            fatalError("\(self): \(error)")
        }
    }

    static func requireOffset(_ error: ParseError, within bytes: [UInt8]) throws(PropertyViolation) {
        try PropertyViolation.unless(
            (0...bytes.count).contains(error.offset), "\(error) lies outside \(bytes.count) bytes")
    }
}
