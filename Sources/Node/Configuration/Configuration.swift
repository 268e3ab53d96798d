internal import Foundation

/// Everything that `radpoold` is told by its configuration file (docs/operating.md).
public struct Configuration: Sendable {
    /// Who this MSP is, and where its state lies.
    public var pool = PoolSettings()
    /// Where templates come from and blocks go.
    public var bitcoin = BitcoinSettings()
    /// The server that miners connect to.
    public var stratum = StratumSettings()
    /// Who may mine here.
    public var accounts = AccountSettings()
    /// The API, the metrics and the page.
    public var http = HTTPSettings()
    /// What is written to standard error.
    public var log = LogSettings()

    /// Every key at its default.
    public init() {}

    /// Reads a file, over the defaults; variables RADPOOL_SECTION_KEY go before the file.
    ///
    /// - Parameters:
    ///   - path: the file; relative paths in it are relative to its directory.
    ///   - environment: the process's variables.
    public init(path: String, environment: [String: String]) throws(ConfigurationError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationError(file: path, line: nil, key: nil, "cannot be read as UTF-8 text")
        }
        try self.init(file: path, text: text, environment: environment)
    }

    init(file: String, text: String, environment: [String: String]) throws(ConfigurationError) {
        var reader = try ConfigurationReader(file: file, text: text, environment: environment)
        try reader.read(&pool)
        try reader.read(&bitcoin)
        bitcoin.nodes = try reader.readList(EndpointSettings.self, most: 16)
        try reader.read(&stratum)
        let listeners = try reader.readList(ListenerSettings.self, most: 16)
        if !listeners.isEmpty { stratum.listeners = listeners }
        try reader.read(&accounts)
        try reader.read(&http)
        try reader.read(&log)
        try reader.finish()
        try check(reader)
        makePathsAbsolute(below: URL(filePath: file).deletingLastPathComponent())
    }

    // MARK: What keys say together

    private func check(_ reader: ConfigurationReader) throws(ConfigurationError) {
        for (index, node) in bitcoin.nodes.enumerated() {
            try check(node, "bitcoin.node#\(index)", reader)
        }
        if let lowest = stratum.lowestLevel, let highest = stratum.highestLevel, lowest > highest {
            throw reader.error("stratum.lowest_difficulty", "must not be above highest_difficulty")
        }
        if stratum.filterInitial > stratum.filterMaximum {
            throw reader.error("stratum.filter_initial", "must not be above filter_maximum")
        }
        if (stratum.certificateFile == nil) != (stratum.certificateKeyFile == nil) {
            let path = stratum.certificateFile == nil ? "stratum.tls_key" : "stratum.tls_certificate"
            throw reader.error(path, "tls_certificate and tls_key belong together")
        }
        for (index, listener) in stratum.listeners.enumerated() {
            let path = "stratum.listen#\(index)"
            if listener.tls, stratum.certificateFile == nil {
                throw reader.error("\(path).tls", "needs tls_certificate and tls_key in [stratum]")
            }
            let isTaken = stratum.listeners[..<index].contains {
                $0.port != 0 && $0.port == listener.port && $0.address == listener.address
            }
            if isTaken { throw reader.error("\(path).port", "another [[stratum.listen]] has this address and port") }
        }
        if accounts.rule == .invite, accounts.inviteCodes.isEmpty, http.adminToken == nil {
            throw reader.error("accounts.rule", "\"invite\" needs invite_codes, or an admin_token in [http]")
        }
    }

    private func check(
        _ node: EndpointSettings, _ path: String, _ reader: ConfigurationReader
    ) throws(ConfigurationError) {
        if node.url == nil { throw reader.error("\(path).url", "is missing, such as \"http://127.0.0.1:8332\"") }
        let hasPassword = node.password != nil || node.passwordFile != nil
        if node.cookieFile != nil, node.user != nil || hasPassword {
            throw reader.error("\(path).cookie_file", "goes without user and password")
        }
        if node.cookieFile == nil, node.user == nil || !hasPassword {
            throw reader.error("\(path).url", "needs cookie_file, or user and one of password and password_file")
        }
        if node.password != nil, node.passwordFile != nil {
            throw reader.error("\(path).password", "goes without password_file")
        }
    }

    private mutating func makePathsAbsolute(below directory: URL) {
        func absolute(_ path: String) -> String {
            URL(filePath: path, relativeTo: directory).absoluteURL.path(percentEncoded: false)
        }
        pool.dataDirectory = absolute(pool.dataDirectory)
        pool.genesisFile = absolute(pool.genesisFile)
        pool.keyFile = absolute(pool.keyFile)
        bitcoin.kernelLibrary = bitcoin.kernelLibrary.map(absolute)
        stratum.certificateFile = stratum.certificateFile.map(absolute)
        stratum.certificateKeyFile = stratum.certificateKeyFile.map(absolute)
        for index in bitcoin.nodes.indices {
            bitcoin.nodes[index].cookieFile = bitcoin.nodes[index].cookieFile.map(absolute)
            bitcoin.nodes[index].passwordFile = bitcoin.nodes[index].passwordFile.map(absolute)
        }
    }
}
