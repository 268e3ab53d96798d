import Bitcoin

extension FuzzTarget {
    static func checkAddress(_ bytes: [UInt8]) throws(PropertyViolation) {
        let text = String(decoding: bytes, as: UTF8.self)
        for network in Network.allCases {
            if let address = try? Address(decoding: text, network: network) {
                let encoded = address.encoded
                let isSame = encoded == text || (encoded == text.lowercased() && text == text.uppercased())
                try PropertyViolation.unless(isSame, "\(text) is written as \(encoded)")
                try PropertyViolation.unless(
                    Address(script: address.script, network: network) == address, "\(text) through its script")
            }
            if let key = try? WalletImportFormat(decoding: text, network: network) {
                try PropertyViolation.unless(key.encoded == text, "a private key is written differently")
            }
            // The same bytes as a script: what has an address gets it back.
            if let address = Address(script: Script(bytes), network: network) {
                let again = try? Address(decoding: address.encoded, network: network)
                try PropertyViolation.unless(again == address, "\(address.encoded) is read differently")
                try PropertyViolation.unless(address.script.bytes == bytes, "\(address.encoded) has another script")
            }
        }
        if let decoded = try? Hex.decode(text) {
            try PropertyViolation.unless(Hex.encode(decoded) == text.lowercased(), "hexadecimal")
        }
    }
}
