import Bitcoin
import Foundation
import TestSupport
import Testing
import Wire

@testable import Node

@Suite struct GenesisFileTests {
    private static let first = "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659"
    private static let second = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"

    private func genesis(_ network: Network = .regtest) throws -> Genesis {
        try Genesis.ofOneMember(
            network: network, name: #require(RecordName("solo")), identityKey: XOnlyKeyBytes(Hex.decode(Self.first)),
            bootstrapKey: XOnlyKeyBytes(Hex.decode(Self.second)))
    }

    private func message(_ text: String) -> String {
        do {
            _ = try GenesisFile.parse(text, file: "genesis.toml")
            return "no error"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [Network.mainnet, .testnet4, .regtest]) func textAndRecordAreTheSame(network: Network) throws {
        let genesis = try genesis(network)
        let text = GenesisFile.text(genesis)
        #expect(try GenesisFile.parse(text, file: "genesis.toml") == genesis)
        let folder = try TemporaryFolder("genesis")
        for (name, bytes) in [("genesis.toml", Array(text.utf8)), ("genesis.record", genesis.encoded())] {
            let url = folder.url.appending(path: name)
            try Data(bytes).write(to: url)
            #expect(try GenesisFile.read(path: url.path) == genesis)
        }
        let broken = folder.url.appending(path: "broken.record")
        try Data(genesis.encoded().dropLast()).write(to: broken)
        #expect(throws: ConfigurationError.self) { try GenesisFile.read(path: broken.path) }
    }

    /// BIP86: the bootstrap script pays the tweaked key, so the founder's key alone opens it.
    @Test func theBootstrapScriptPaysTheTweakedKey() throws {
        let genesis = try genesis()
        let key = try XOnlyKeyBytes(Hex.decode(Self.second))
        #expect(genesis.bootstrapScript != .payToTaproot(key))
        let address = try #require(Address(script: genesis.bootstrapScript, network: .regtest))
        #expect(try TaprootAddress.text(of: key, network: .regtest) == address.encoded)
    }

    @Test func membersMayStandInAnyOrder() throws {
        let text = GenesisFile.text(try genesis())
        let address = try TaprootAddress.text(of: XOnlyKeyBytes(Hex.decode(Self.second)), network: .regtest)
        let member = "[[syndicate.member]]\nkey = \"\(Self.second)\"\npayout_address = \"\(address)\"\n"
        let parts = text.components(separatedBy: "# A founding MSP")
        let before = try GenesisFile.parse(parts[0] + member + "# A founding MSP" + parts[1], file: "g")
        let after = try GenesisFile.parse(text + member, file: "g")
        #expect(before == after)
        #expect(before.members.map { Hex.encode($0.key.bytes) } == [Self.first, Self.second])
        #expect(message(text + member + member).hasSuffix("syndicate.member.key: another member has this key"))
    }

    @Test func missingTermsHaveTheirDefaults() throws {
        let genesis = try genesis()
        let text = GenesisFile.text(genesis)
        let terms = try #require(text.range(of: "# The terms;"))
        #expect(try GenesisFile.parse(String(text[..<terms.lowerBound]), file: "g") == genesis)
    }

    @Test func whatIsWrongIsNamed() throws {
        let text = GenesisFile.text(try genesis())
        func line(_ key: String) throws -> Int {
            try #require(text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix(key) })
                + 1
        }
        func refusal(_ key: String, _ problem: String) throws -> String {
            "genesis.toml:\(try line(key)): terms.\(key): \(problem)"
        }
        func changed(_ key: String, _ value: String) throws -> String {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            lines[try line(key) - 1] = "\(key) = \(value)"
            return message(lines.joined(separator: "\n"))
        }
        #expect(
            try changed("lowest_level", "128")
                == refusal("lowest_level", "must be an integer from 33 to 127, not 128"))
        #expect(
            try changed("highest_level", "40")
                == refusal("lowest_level", "must not be above highest_level"))
        #expect(
            try changed("highest_fee_rate", "1000").hasPrefix("no error"))
        #expect(
            try changed("lowest_fee_rate", "600000")
                == refusal("lowest_fee_rate", "must not be above highest_fee_rate"))
        #expect(
            try changed("regtest_level", "0")
                == refusal("regtest_level", "must be 33 to 127 on regtest and 0 elsewhere"))
        let mainnet = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        #expect(
            try changed("bootstrap_address", "\"\(mainnet)\"")
                == """
                genesis.toml:\(try line("bootstrap_address")): syndicate.bootstrap_address: must be an address of \
                regtest, not "\(mainnet)"
                """)
        #expect(try changed("name", "\"Solo\"").hasSuffix("must be 1 to 32 of a-z, 0-9, - and _, not \"Solo\""))
        #expect(try changed("key", "\"\(String(repeating: "0", count: 64))\"").contains("on secp256k1"))
        #expect(message("") == "genesis.toml: syndicate.network: is missing")
        #expect(message(text + "\nextra = 1\n").contains("terms.extra: no such key; terms has lowest_level"))
        #expect(message(text + "\n[other]\n").hasSuffix("other: no such section; there are syndicate, terms"))
    }
}
