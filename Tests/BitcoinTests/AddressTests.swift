import Bitcoin
import TestSupport
import Testing

@Suite struct AddressTests {
    @Test func sameBytesGiveEachNetworksText() throws {
        let script = Script.payToPublicKeyHash([UInt8](repeating: 0, count: 20))
        #expect(Address(script: script, network: .mainnet)?.encoded == "1111111111111111111114oLvT2")
        for network in Network.allCases {
            let text = try #require(Address(script: script, network: network)).encoded
            #expect(try Address(decoding: text, network: network).script == script)
        }
    }

    // BIP173 and BIP350: the same programs are written with their version's checksum and refused with the other's.
    @Test func refusesTheOtherVersionsChecksum() throws {
        let cases: [(String, AddressError)] = [
            ("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty", .invalidCharacter(offset: 6)),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", .wrongChecksum),
            ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", .wrongEncoding),
            ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", .wrongEncoding),
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", .wrongEncoding),
            ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", .invalidCharacter(offset: 59)),
            ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", .wrongWitnessVersion(17)),
            ("bc1pw5dgrnzv", .wrongLength(1)),
            ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", .wrongLength(41)),
            ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", .wrongLength(16)),
            ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", .wrongPadding),
            ("bc1gmk9yu", .wrongLength(0)),
            ("bc1", .missingSeparator),
            ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", .wrongNetwork),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text)") { try Address(decoding: text, network: .mainnet) }
        }
        #expect(throws: AddressError.mixedCase(offset: 58)) {
            try Address(
                decoding: "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", network: .testnet4)
        }
        #expect(throws: AddressError.wrongPadding) {
            try Address(
                decoding: "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", network: .testnet4)
        }
    }

    @Test func refusesOtherNetworksAndDamagedText() throws {
        let main = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
        #expect(try Address(decoding: main, network: .mainnet).encoded == main)
        #expect(throws: AddressError.wrongNetwork) { try Address(decoding: main, network: .regtest) }
        #expect(throws: AddressError.wrongChecksum) {
            try Address(decoding: "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", network: .mainnet)
        }
        #expect(throws: AddressError.invalidCharacter(offset: 3)) {
            try Address(decoding: "1Bv0MSEYstWetqTFn5Au4m4GFg7xJaNVN2", network: .mainnet)
        }
        #expect(throws: AddressError.wrongLength(0)) { try Address(decoding: "", network: .mainnet) }
        for text in [String(repeating: "1", count: 100_000), String(repeating: "z", count: 100_000)] {
            #expect(throws: AddressError.self) { try Address(decoding: text, network: .mainnet) }
            #expect(throws: AddressError.self) { try WalletImportFormat(decoding: text, network: .mainnet) }
        }
        #expect(throws: AddressError.tooLong(offset: 90)) {
            try Address(decoding: "bc1" + String(repeating: "q", count: 100_000), network: .mainnet)
        }
        for script in [Script(), Script([0x51]), Script([UInt8](repeating: 0, count: 25))] {
            #expect(Address(script: script, network: .mainnet) == nil)
        }
    }

    @Test func onlyTheNetworksOwnVersionBytesAreAddresses() {
        let own: [Network: Set<UInt8>] = [
            .mainnet: [0x00, 0x05], .testnet4: [0x6f, 0xc4], .signet: [0x6f, 0xc4], .regtest: [0x6f, 0xc4],
        ]
        for version in UInt8.min...UInt8.max {
            let text = Base58.encodeWithChecksum([version] + [UInt8](repeating: 7, count: 20))
            for network in Network.allCases {
                let isAddress = (try? Address(decoding: text, network: network)) != nil
                #expect(isAddress == own[network]?.contains(version), "version \(version) on \(network)")
            }
        }
    }

    @Test func everyPrefixOfAnAddressIsRefused() throws {
        for text in [
            "bc1p2wsldez5mud2yam29q22wgfh9439spgduvct83k3pm50fcxa5dps59h4z5", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        ] {
            for count in 0..<text.count {
                #expect(throws: AddressError.self) {
                    try Address(decoding: String(text.prefix(count)), network: .mainnet)
                }
            }
        }
    }

    @Test func privateKeysLieWithinTheGroupsOrder() throws {
        let order = try Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
        var largest = order
        largest[31] -= 1
        #expect(throws: Never.self) {
            try WalletImportFormat(privateKey: largest, isCompressed: true, network: .mainnet)
        }
        for key in [order, [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xff, count: 32)] {
            #expect(throws: AddressError.keyOutOfRange) {
                try WalletImportFormat(privateKey: key, isCompressed: true, network: .mainnet)
            }
        }
        for mark in [UInt8(0), 2, 0xff] {
            let text = Base58.encodeWithChecksum([0x80] + largest + [mark])
            #expect(throws: AddressError.wrongCompressionMark(mark)) {
                try WalletImportFormat(decoding: text, network: .mainnet)
            }
        }
        #expect(throws: AddressError.wrongLength(31)) {
            try WalletImportFormat(privateKey: Array(largest.dropLast()), isCompressed: true, network: .mainnet)
        }
    }
}

/// Bitcoin Core's key_io_valid.json and key_io_invalid.json.
@Suite(.enabled(if: Conformance.isExpected, Comment(rawValue: Conformance.absence)))
struct KeyInputOutputVectorTests {
    private static func network(_ chain: Any?) throws -> Network {
        let networks: [String: Network] = [
            "main": .mainnet, "test": .testnet4, "testnet4": .testnet4, "signet": .signet, "regtest": .regtest,
        ]
        let name = try #require(chain as? String)
        return try #require(networks[name])
    }

    private static func flippingCase(_ text: String) -> String {
        String(text.map { $0.isLowercase ? Character($0.uppercased()) : Character($0.lowercased()) })
    }

    @Test func all70ValidEntriesAgree() throws {
        let rows = try #require(try Conformance.json("bitcoin/key_io_valid.json") as? [[Any]])
        #expect(rows.count == 70)
        var flipped = 0
        for row in rows {
            let text = try #require(row[0] as? String)
            let payload = try Hex.decode(try #require(row[1] as? String))
            let facts = try #require(row[2] as? [String: Any])
            let network = try Self.network(facts["chain"])
            if facts["isPrivkey"] as? Bool == true {
                let isCompressed = try #require(facts["isCompressed"] as? Bool)
                let key = try WalletImportFormat(decoding: text, network: network)
                #expect(key.privateKey == payload)
                #expect(key.isCompressed == isCompressed)
                #expect(
                    try WalletImportFormat(privateKey: payload, isCompressed: isCompressed, network: network).encoded
                        == text)
                #expect(throws: AddressError.self) { try Address(decoding: text, network: network) }
                continue
            }
            #expect(try Address(decoding: text, network: network).script.bytes == payload, "\(text)")
            #expect(Address(script: Script(payload), network: network)?.encoded == text)
            #expect(throws: AddressError.self) { try WalletImportFormat(decoding: text, network: network) }
            if facts["tryCaseFlip"] as? Bool == true {
                flipped += 1
                let other = Self.flippingCase(text)
                #expect(try Address(decoding: other, network: network).script.bytes == payload)
            }
        }
        #expect(flipped == 32)
    }

    @Test func all70InvalidEntriesAreRefusedOnEveryNetwork() throws {
        let rows = try #require(try Conformance.json("bitcoin/key_io_invalid.json") as? [[String]])
        #expect(rows.count == 70)
        for text in rows.joined() {
            for network in Network.allCases {
                #expect(throws: AddressError.self, "\(text)") { try Address(decoding: text, network: network) }
                #expect(throws: AddressError.self, "\(text)") {
                    try WalletImportFormat(decoding: text, network: network)
                }
            }
        }
    }
}
