/// The lines of the dialect as a miner writes and expects them (docs/protocol/stratum.md).
public enum Lines {
    /// A request with an id and params as JSON.
    public static func request(_ id: String, _ method: String, _ params: String = "[]") -> String {
        #"{"id":\#(id),"method":"\#(method)","params":\#(params)}"#
    }

    /// mining.ping with a numeric id.
    public static func ping(_ id: Int) -> String {
        request("\(id)", "mining.ping")
    }

    /// The answer to `ping`.
    public static func pong(_ id: Int) -> String {
        #"{"id":\#(id),"result":"pong","error":null}"#
    }

    /// mining.authorize.
    public static func authorize(_ id: String, _ name: String, password: String = "x") -> String {
        request(id, "mining.authorize", #"["\#(name)","\#(password)"]"#)
    }

    /// The answer `true`.
    public static func yes(_ id: String) -> String {
        #"{"id":\#(id),"result":true,"error":null}"#
    }

    /// A refusal.
    public static func refusal(_ id: String, _ code: Int, _ text: String) -> String {
        #"{"id":\#(id),"result":null,"error":[\#(code),"\#(text)",null]}"#
    }

    /// The answer to what is not JSON.
    public static let parseError = refusal("null", -32700, "parse error")

    /// The answer to subscribe.
    public static func subscribed(_ id: String, token: String, extranonce1: String) -> String {
        #"{"id":\#(id),"result":[[["mining.set_difficulty","\#(token)"],["mining.notify","\#(token)"]],"#
            + #""\#(extranonce1)",8],"error":null}"#
    }

    /// mining.set_difficulty of a level.
    public static func difficulty(_ level: UInt8) -> String {
        #"{"id":null,"method":"mining.set_difficulty","params":[\#(difficultyText(level))]}"#
    }

    /// mining.set_version_mask.
    public static func mask(_ mask: String) -> String {
        #"{"id":null,"method":"mining.set_version_mask","params":["\#(mask)"]}"#
    }

    /// client.reconnect.
    public static let reconnect = #"{"id":null,"method":"client.reconnect","params":[]}"#

    /// 2^(level - 64) in decimal, worked out digit by digit.
    public static func difficultyText(_ level: UInt8) -> String {
        var digits: [Int] = [1]
        func multiply(by factor: Int) {
            var carry = 0
            for index in digits.indices {
                carry += digits[index] * factor
                digits[index] = carry % 10
                carry /= 10
            }
            if carry > 0 { digits.append(carry) }
        }
        let steps = Int(level) - 64
        for _ in 0..<abs(steps) { multiply(by: steps > 0 ? 2 : 5) }
        guard steps < 0 else { return digits.reversed().map(String.init).joined() }
        while digits.count < -steps { digits.append(0) }
        return "0." + digits.reversed().map(String.init).joined()
    }
}
