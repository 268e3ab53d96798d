/// Conversations about what miners in the field do, a row each.
public enum Quirks {
    static let agreed =
        #"{"id":1,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"},"error":null}"#
    static let configure = Lines.request(
        "1", "mining.configure", #"[["version-rolling"],{"version-rolling.mask":"ffffffff"}]"#)
    static let subscribe = Lines.request("2", "mining.subscribe", #"["conversation/1"]"#)
    static let authorize = Lines.authorize("3", Accounts.first + ".w")

    /// Makes a new tip and waits until a miner has its job, so that every other connection could have it too.
    static func tipThatAllHave(_ endpoint: any Endpoint, seenBy miner: Miner) throws {
        try endpoint.newTip()
        try miner.awaitTip()
    }
}
