/// Conversations about hostile and bad inputs, a row each.
public enum Hostile {
    static let subscribe = Lines.request("2", "mining.subscribe", #"["conversation/1"]"#)
    static let authorize = Lines.authorize("3", Accounts.first + ".w")

    /// Bytes that are not JSON get -32700, and the connection goes on.
    static func expectParseErrors(_ endpoint: any Endpoint, _ lines: [[UInt8]]) throws {
        for line in lines {
            let connection = try Connection(port: endpoint.port)
            // The first bytes decide about the protocol.
            try connection.ask(Lines.ping(1), Lines.pong(1))
            try connection.send(bytes: line + [0x0a])
            try connection.expect(Lines.parseError)
            try connection.ask(Lines.ping(2), Lines.pong(2))
        }
    }
}
