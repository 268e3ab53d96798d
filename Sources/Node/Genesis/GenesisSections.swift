internal import Bitcoin
internal import Curve
internal import Wire

/// Section `syndicate` of a genesis file: what has no default.
struct SyndicateSection {
    var network: Network?
    var name: RecordName?
    var bootstrapAddress: String?
}

extension SyndicateSection: ConfigurationSection {
    static var section: String { "syndicate" }
    static var subsections: [String] { ["member"] }
    static var purpose: String { "What has no default." }
    static var keys: [ConfigurationKey<SyndicateSection>] {
        [
            .init("network", \.network, .network, example: "", "The network."),
            .init("name", \.name, .recordName, example: "", "Sets syndicates apart and is shown to people."),
            .init(
                "bootstrap_address", \.bootstrapAddress, .address, example: "",
                "Where coinbases pay until the syndicate's custody key exists."),
        ]
    }
}

/// Section `syndicate.member` of a genesis file: a founding MSP.
struct MemberSection {
    var key: XOnlyKeyBytes?
    var payoutAddress: String?
}

extension MemberSection: ConfigurationSection {
    static var section: String { "syndicate.member" }
    static var isList: Bool { true }
    static var purpose: String { "A founding MSP; there are 1 to 100." }
    static var keys: [ConfigurationKey<MemberSection>] {
        [
            .init("key", \.key, .publicKey, example: "", "Its identity key."),
            .init("payout_address", \.payoutAddress, .address, example: "", "Where its payouts go."),
        ]
    }
}

/// Section `terms` of a genesis file: docs/protocol/genesis.md has the meaning and the default of every key.
struct TermsSection {
    var terms: GenesisTerms

    init() {
        terms = GenesisTerms(network: .mainnet)
    }

    init(_ terms: GenesisTerms) {
        self.terms = terms
    }
}

extension TermsSection: ConfigurationSection {
    static var section: String { "terms" }
    static var purpose: String { "The terms; docs/protocol/genesis.md explains them and has the defaults." }
    static var keys: [ConfigurationKey<TermsSection>] {
        let millionths = ConfigurationKind<UInt32>.integer(0...1_000_000)
        let rate = ConfigurationKind<UInt32>.integer(1_000...10_000_000)
        return [
            .init(
                "lowest_level", \.terms.lowestLevel, .integer(33...127), "The easiest share: difficulty 2^(level - 64)."
            ),
            .init("highest_level", \.terms.highestLevel, .integer(33...127), "The hardest share."),
            .init(
                "window_multiple", \.terms.windowMultiple, .integer(1...1_000), "The window in network difficulties."),
            .init(
                "regtest_level", \.terms.regtestLevel, .integer(0...127),
                "On regtest the difficulty that the window is a multiple of; elsewhere 0."),
            .init("closing_lag", \.terms.closingLag, .integer(1...100), "Blocks above a height when it closes."),
            .init("service_fee", \.terms.serviceFee, millionths, "Of the carrying MSP, in millionths."),
            .init(
                "minimum_output", \.terms.minimumOutput, .integer(546...1_000_000), "The smallest payout in satoshis."
            ),
            .init("lowest_fee_rate", \.terms.lowestFeeRate, rate, "In satoshis per 1000 virtual bytes."),
            .init("highest_fee_rate", \.terms.highestFeeRate, rate, "In satoshis per 1000 virtual bytes."),
            .init(
                "forwarding_blocks", \.terms.forwardingBlocks, .integer(0...100_000),
                "Blocks for which a new MSP forwards before it may vote."),
            .init("minimum_work", \.terms.minimumWork, millionths, "To be eligible, in millionths."),
            .init("seated_work", \.terms.seatedWork, millionths, "Work that is seated, in millionths."),
            .init(
                "seated_members", \.terms.seatedMembers, millionths,
                "Eligible members that are seated, in millionths."),
            .init(
                "settlement_blocks", \.terms.settlementBlocks, .integer(1...864),
                "Blocks of a window in which miners' work is summed up."),
        ]
    }
}

extension ConfigurationKind<RecordName> {
    fileprivate static var recordName: ConfigurationKind {
        ConfigurationKind(
            allowed: "1 to 32 of a-z, 0-9, - and _", parse: { $0.text.flatMap { RecordName($0) } },
            literal: { TOMLText.quote($0.text) })
    }
}

extension ConfigurationKind<XOnlyKeyBytes> {
    fileprivate static var publicKey: ConfigurationKind {
        ConfigurationKind(
            allowed: "64 hexadecimal digits of an x-only public key on secp256k1",
            parse: { value in
                guard let text = value.text, text.utf8.count == 64, let bytes = try? Hex.decode(text) else {
                    return nil
                }
                return (try? XOnlyKeyBytes(bytes)).flatMap { XOnlyPublicKey($0)?.bytes }
            }, literal: { TOMLText.quote(Hex.encode($0.bytes)) })
    }
}

extension ConfigurationKind<String> {
    /// Of which network an address must be is known once the network is.
    fileprivate static var address: ConfigurationKind { text("an address of the network", where: { !$0.isEmpty }) }
}
