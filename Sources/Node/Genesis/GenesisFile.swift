internal import Bitcoin
internal import Foundation
public import Wire

/// The genesis of a syndicate as a file: TOML for people, or the record itself.
public enum GenesisFile {
    /// Reads a file in either form.
    public static func read(path: String) throws(ConfigurationError) -> Genesis {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(file: path, line: nil, key: nil, "cannot be read")
        }
        // A record begins with its type, a control character that no TOML has.
        guard data.first == RecordType.genesis.rawValue else {
            guard let text = String(data: data, encoding: .utf8) else {
                throw ConfigurationError(file: path, line: nil, key: nil, "neither UTF-8 text nor a genesis record")
            }
            return try parse(text, file: path)
        }
        do {
            return try Genesis(decoding: Array(data))
        } catch {
            throw ConfigurationError(
                file: path, line: nil, key: nil, "not a genesis record: byte \(error.offset): \(error.kind)")
        }
    }

    /// The genesis in TOML, with every term, also where it has its default.
    public static func text(_ genesis: Genesis) -> String {
        var writer = SampleWriter()
        writer.write(comment: "The genesis of a Radpool syndicate (docs/protocol/genesis.md).")
        writer.write(
            comment: "Its hash names the syndicate: whoever changes a value here founds another. "
                + "Syndicate id: \(Hex.encode(genesis.syndicateID.bytes))")
        let syndicate = SyndicateSection(
            network: genesis.network, name: genesis.name,
            bootstrapAddress: Address(script: genesis.bootstrapScript, network: genesis.network)?.encoded)
        writer.write(explicit: syndicate)
        for member in genesis.members {
            let address = Address(script: member.payoutScript, network: genesis.network)?.encoded
            writer.write(explicit: MemberSection(key: member.key, payoutAddress: address))
        }
        writer.write(explicit: TermsSection(genesis.terms))
        return writer.text
    }

    static func parse(_ text: String, file: String) throws(ConfigurationError) -> Genesis {
        var reader = try ConfigurationReader(file: file, text: text, environment: [:])
        var syndicate = SyndicateSection()
        try reader.read(&syndicate)
        let network = try required(syndicate.network, "syndicate.network", reader)
        let name = try required(syndicate.name, "syndicate.name", reader)
        let bootstrap = try script(syndicate.bootstrapAddress, network, "syndicate.bootstrap_address", reader)
        var members: [Genesis.Member] = []
        for (index, section) in try reader.readList(MemberSection.self, most: 100).enumerated() {
            let path = "syndicate.member#\(index)"
            let key = try required(section.key, "\(path).key", reader)
            if members.contains(where: { $0.key == key }) {
                throw reader.error("\(path).key", "another member has this key")
            }
            let payout = try script(section.payoutAddress, network, "\(path).payout_address", reader)
            members.append(Genesis.Member(key: key, payoutScript: payout))
        }
        guard !members.isEmpty else { throw reader.error("syndicate", "needs a [[syndicate.member]]") }
        members.sort { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        var section = TermsSection(GenesisTerms(network: network))
        try reader.read(&section)
        try reader.finish()
        do {
            return try Genesis(
                network: network, name: name, members: members, bootstrapScript: bootstrap, terms: section.terms)
        } catch {
            throw refusal(of: error.field, reader)
        }
    }

    // MARK: Parts

    private static func required<Value>(
        _ value: Value?, _ path: String, _ reader: ConfigurationReader
    ) throws(ConfigurationError) -> Value {
        guard let value else { throw reader.error(path, "is missing") }
        return value
    }

    private static func script(
        _ text: String?, _ network: Network, _ path: String, _ reader: ConfigurationReader
    ) throws(ConfigurationError) -> Script {
        let text = try required(text, path, reader)
        guard let address = try? Address(decoding: text, network: network) else {
            throw reader.error(
                path, "must be an address of \(network.configurationName), not \(TOMLText.quote(text))")
        }
        return address.script
    }

    /// What keys say together; each alone was within its range.
    private static func refusal(of field: RecordField, _ reader: ConfigurationReader) -> ConfigurationError {
        switch field {
        case .level: reader.error("terms.lowest_level", "must not be above highest_level")
        case .feeRate: reader.error("terms.lowest_fee_rate", "must not be above highest_fee_rate")
        case .regtestLevel: reader.error("terms.regtest_level", "must be 33 to 127 on regtest and 0 elsewhere")
        default: reader.error("syndicate", "breaks the bounds of docs/protocol/wire.md: \(field)")
        }
    }
}
