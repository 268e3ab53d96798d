import Bitcoin
import Testing

/// The examples of BIP173 and BIP350 that are no addresses.
@Suite struct Bech32Tests {
    static let bech32 = [
        "A12UEL5L", "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl",
    ]
    static let bech32m = [
        "A1LQFN3A", "a1lqfn3a",
        "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
        "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
        "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
        "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa",
    ]

    @Test func readsAndWritesBothVariants() throws {
        for (texts, variant) in [(Self.bech32, Bech32.Variant.bech32), (Self.bech32m, .bech32m)] {
            for text in texts {
                let decoded = try Bech32(decoding: text)
                #expect(decoded.variant == variant, "\(text)")
                #expect(decoded.encoded == text.lowercased())
            }
        }
        let alphabet = try Bech32(decoding: Self.bech32[3])
        #expect(alphabet.humanReadablePart == "abcdef")
        #expect(alphabet.values == Array(0...31))
    }

    @Test func refusesWhatTheBIPsCallInvalid() {
        let cases: [(String, AddressError)] = [
            (" 1nwldj5", .invalidCharacter(offset: 0)), ("\u{7f}1axkwrx", .invalidCharacter(offset: 0)),
            ("\u{80}1eym55h", .invalidCharacter(offset: 0)),
            (
                "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx",
                .tooLong(offset: 90)
            ),
            ("pzry9x0s0muk", .missingSeparator), ("1pzry9x0s0muk", .missingSeparator),
            ("x1b4n0q5v", .invalidCharacter(offset: 2)), ("li1dgmt3", .missingSeparator),
            ("de1lg7wt\u{ff}", .invalidCharacter(offset: 8)), ("A1G7SGD8", .wrongChecksum),
            ("10a06t8", .missingSeparator), ("1qzzfhee", .missingSeparator), ("M1VUXWEZ", .wrongChecksum),
            ("A12uEL5L", .mixedCase(offset: 3)),
        ]
        for (text, error) in cases {
            #expect(throws: error, "\(text)") { try Bech32(decoding: text) }
        }
    }
}
