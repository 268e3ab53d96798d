import Bitcoin
import Foundation
import Testing

@testable import Node

@Suite struct ConfigurationTests {
    private func read(_ text: String, _ environment: [String: String] = [:]) throws(ConfigurationError) -> Configuration
    {
        try Configuration(file: "radpool.toml", text: text, environment: environment)
    }

    private func message(_ text: String, _ environment: [String: String] = [:]) -> String {
        do {
            _ = try read(text, environment)
            return "no error"
        } catch {
            return error.description
        }
    }

    // MARK: The sample

    @Test func theSampleIsTheDefaultConfiguration() throws {
        let sample = Configuration().sample
        #expect(try read(sample).sample == absolute(Configuration()).sample)
        #expect(sample.split(separator: "\n").allSatisfy { $0.utf8.count <= 200 })
    }

    @Test func theDocumentedFileIsTheSample() throws {
        let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let documented = try String(contentsOf: project.appending(path: "docs/radpool.toml"), encoding: .utf8)
        #expect(documented == Configuration().sample, "write what radpool init writes into docs/radpool.toml")
    }

    /// Every key of every section stands in the sample, and what stands there is accepted once # is taken away.
    @Test func everyKeyOfTheSampleIsAccepted() throws {
        let lines = Configuration().sample.split(separator: "\n", omittingEmptySubsequences: false)
        let active = lines.map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
        // Password and cookie exclude each other: the example of the one has to go.
        let text = active.filter { !$0.hasPrefix("user") && !$0.hasPrefix("password") }.joined(separator: "\n")
        let configuration = try read(text.replacing("#[[", with: "[["))
        #expect(configuration.bitcoin.nodes.count == 1)
        var count = 0
        for name in keyNames {
            #expect(active.contains { $0.hasPrefix("\(name) = ") }, "\(name) is missing")
            count += 1
        }
        #expect(count == 54)
    }

    private var keyNames: [String] {
        PoolSettings.keys.map(\.name) + BitcoinSettings.keys.map(\.name) + EndpointSettings.keys.map(\.name)
            + StratumSettings.keys.map(\.name) + ListenerSettings.keys.map(\.name) + AccountSettings.keys.map(\.name)
            + HTTPSettings.keys.map(\.name) + LogSettings.keys.map(\.name)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var configuration = Configuration()
        configuration.pool.network = .regtest
        configuration.pool.coinbaseTag = "a \"b\" \\ c"
        configuration.bitcoin.regtestBlockLevel = 40
        configuration.stratum.listeners.append(ListenerSettings())
        configuration.stratum.listeners[1].port = 4444
        configuration.stratum.listeners[1].startLevel = 33
        configuration.stratum.proxyNetworks = [
            try #require(IPNetwork("10.0.0.0/8")), try #require(IPNetwork("fd00::/8")),
        ]
        configuration.stratum.idleTimeout = .milliseconds(1500)
        configuration.stratum.versionMask = 0x0000_e000
        configuration.accounts.rule = .invite
        configuration.accounts.inviteCodes = ["welcome-1", "welcome-2"]
        configuration.http.port = 0
        configuration.log.format = .json
        let again = try read(configuration.sample)
        #expect(try again.sample == absolute(configuration).sample)
        #expect(again.stratum.listeners == configuration.stratum.listeners)
        #expect(again.stratum.idleTimeout == .milliseconds(1500))
        #expect(again.accounts.inviteCodes == ["welcome-1", "welcome-2"])
        #expect(again.pool.coinbaseTag == "a \"b\" \\ c")
    }

    /// What reading makes of paths.
    private func absolute(_ configuration: Configuration) throws -> Configuration {
        var configuration = configuration
        let paths = try read("").pool
        configuration.pool.dataDirectory = paths.dataDirectory
        configuration.pool.genesisFile = paths.genesisFile
        configuration.pool.keyFile = paths.keyFile
        return configuration
    }

    // MARK: Messages

    @Test(arguments: [
        (
            "[stratum]\n# a comment\nmax_conections = 5\n",
            """
            radpool.toml:3: stratum.max_conections: no such key; stratum has threads, version_mask, share_interval, \
            lowest_difficulty, highest_difficulty, max_connections, max_connections_per_address, subscribe_timeout, \
            authorize_timeout, idle_timeout, drain_timeout, stale_grace, refusal_burst, refusals_per_minute, \
            filter_initial, filter_maximum, proxy_networks, tls_certificate, tls_key, front_end, ask_version, listen
            """
        ),
        (
            "\n[stratun]\nx = 1\n",
            "radpool.toml:2: stratun: no such section; there are pool, bitcoin, stratum, accounts, http, log"
        ),
        ("stratum = 5", "radpool.toml:1: stratum: must be a section: [stratum]"),
        ("[http]\nport = 65536", "radpool.toml:2: http.port: must be an integer from 0 to 65535, not 65536"),
        ("[http]\nport = \"80\"", "radpool.toml:2: http.port: must be an integer from 0 to 65535, not \"80\""),
        ("[http]\nport = 80.0", "radpool.toml:2: http.port: must be an integer from 0 to 65535, not 80.0"),
        ("[http]\nenabled = 1", "radpool.toml:2: http.enabled: must be true or false, not 1"),
        (
            "[http]\naddress = \"localhost\"",
            """
            radpool.toml:2: http.address: must be a numeric IPv4 or IPv6 address such as "127.0.0.1", not "localhost"
            """
        ),
        (
            "[http]\nadmin_token = \"short\"",
            "radpool.toml:2: http.admin_token: must be 16 to 128 printable ASCII characters without spaces"
        ),
        (
            "[accounts]\nrule = \"free\"",
            "radpool.toml:2: accounts.rule: must be \"open\" or \"invite\" or \"closed\", not \"free\""
        ),
        (
            "[accounts]\nrule = \"invite\"",
            "radpool.toml:2: accounts.rule: \"invite\" needs invite_codes, or an admin_token in [http]"
        ),
        (
            "[pool]\nnetwork = \"signet\"",
            """
            radpool.toml:2: pool.network: must be "mainnet" or "testnet4" or "regtest" (the blocks of a signet need \
            its owner's signature), not "signet"
            """
        ),
        (
            "[stratum]\nidle_timeout = \"900\"",
            """
            radpool.toml:2: stratum.idle_timeout: must be a time from 100ms to 24h, such as "500ms", "15s", "10m" or \
            "2h", not "900"
            """
        ),
        (
            "[stratum]\nproxy_networks = [\"10.0.0.1/8\"]",
            """
            radpool.toml:2: stratum.proxy_networks: must be a list of at most 64, each a network such as "10.0.0.0/8", \
            with no bit set behind its prefix, not ["10.0.0.1/8"]
            """
        ),
        (
            "[stratum]\nversion_mask = \"ffffffff\"",
            """
            radpool.toml:2: stratum.version_mask: must be 8 hexadecimal digits, none outside 1fffe000, not "ffffffff"
            """
        ),
        (
            "[[stratum.listen]]\nport = 1\n[[stratum.listen]]\nport = 2\nstart_difficulty = 1000\n",
            """
            radpool.toml:5: stratum.listen.start_difficulty: must be a difficulty that is a power of two from 2^-31 to \
            2^62, such as 1024 or 0.5, not 1000
            """
        ),
        (
            "[[stratum.listen]]\n[[stratum.listen]]\ntls = false\nport = 3333",
            "radpool.toml:4: stratum.listen.port: another [[stratum.listen]] has this address and port"
        ),
        (
            "[[stratum.listen]]\n\ntls = true",
            "radpool.toml:3: stratum.listen.tls: needs tls_certificate and tls_key in [stratum]"
        ),
        ("[stratum]\ntls_key = \"k\"", "radpool.toml:2: stratum.tls_key: tls_certificate and tls_key belong together"),
        (
            "[stratum]\nlisten = 5",
            "radpool.toml:2: stratum.listen: must be sections in double brackets: [[stratum.listen]]"
        ),
        (
            "[[bitcoin.node]]\nuser = \"a\"",
            "radpool.toml:1: bitcoin.node.url: is missing, such as \"http://127.0.0.1:8332\""
        ),
        (
            "[[bitcoin.node]]\nurl = \"http://h:1\"",
            "radpool.toml:2: bitcoin.node.url: needs cookie_file, or user and one of password and password_file"
        ),
        (
            "[[bitcoin.node]]\nurl = \"http://h:1\"\ncookie_file = \"c\"\nuser = \"u\"",
            "radpool.toml:3: bitcoin.node.cookie_file: goes without user and password"
        ),
        ("[http]\nport = 1\nport = 2\n", "radpool.toml:3: not TOML: "),
        ("[http\n", "radpool.toml:1: not TOML: "),
    ])
    func messages(text: String, expected: String) {
        let found = message(text)
        if expected.hasSuffix(": ") {
            #expect(found.hasPrefix(expected) && !found.contains("\n"), "\(found)")
        } else {
            #expect(found == expected)
        }
    }

    // MARK: Environment

    @Test func theEnvironmentGoesBeforeTheFile() throws {
        let environment = [
            "RADPOOL_HTTP_PORT": "81", "RADPOOL_HTTP_ENABLED": "false", "RADPOOL_STRATUM_IDLE_TIMEOUT": "2m",
            "RADPOOL_STRATUM_PROXY_NETWORKS": "10.0.0.0/8,fd00::/8", "RADPOOL_STRATUM_LISTEN_2_START_DIFFICULTY": "0.5",
            "RADPOOL_KERNEL_LIBRARY": "/x", "PATH": "/bin",
        ]
        let configuration = try read("[http]\nport = 80\n[[stratum.listen]]\n[[stratum.listen]]\nport=1\n", environment)
        #expect(configuration.http.port == 81)
        #expect(!configuration.http.isEnabled)
        #expect(configuration.stratum.idleTimeout == .seconds(120))
        #expect(configuration.stratum.proxyNetworks.map(\.description) == ["10.0.0.0/8", "fd00::/8"])
        #expect(configuration.stratum.listeners.map(\.startLevel) == [74, 63])
    }

    @Test(arguments: [
        ("RADPOOL_HTTP_PORT", "x", "RADPOOL_HTTP_PORT: must be an integer from 0 to 65535, not \"x\""),
        (
            "RADPOOL_HTTP_PRT", "1",
            "RADPOOL_HTTP_PRT: no such key; http has enabled, address, port, admin_token, registrations_per_minute"
        ),
        (
            "RADPOOL_STRATUM_LISTEN_2_PORT", "1",
            """
            RADPOOL_STRATUM_LISTEN_2_PORT: no such key; stratum.listen has address, port, tls, start_difficulty, \
            minimum_difficulty
            """
        ),
    ])
    func wrongVariables(variable: String, value: String, expected: String) {
        #expect(message("[[stratum.listen]]\n", [variable: value]) == expected)
    }

    // MARK: Values

    @Test func pathsAreRelativeToTheFile() throws {
        let configuration = try Configuration(
            file: "/etc/radpool/radpool.toml",
            text:
                "[pool]\ndata_directory = \"/var/lib/radpool\"\n"
                + "[stratum]\ntls_key = \"k\"\ntls_certificate = \"../c\"\n",
            environment: [:])
        #expect(configuration.pool.dataDirectory == "/var/lib/radpool")
        #expect(configuration.pool.genesisFile == "/etc/radpool/genesis.toml")
        #expect(configuration.stratum.certificateKeyFile == "/etc/radpool/k")
        #expect(configuration.stratum.certificateFile == "/etc/c")
    }

    @Test func difficultiesAreExact() throws {
        for level in UInt8(33)...126 {
            let text = "[[stratum.listen]]\nstart_difficulty = \(LevelText.difficulty(level))\n"
            #expect(try read(text).stratum.listeners[0].startLevel == level)
        }
        #expect(LevelText.difficulty(33) == "0.0000000004656612873077392578125")
        #expect(LevelText.difficulty(64) == "1")
        #expect(LevelText.difficulty(126) == "4611686018427387904")
        for difficulty in [0, -1, 3, 0.3, .nan, .infinity, 0x1p-32, 0x1p63] {
            #expect(LevelText.level(difficulty: difficulty) == nil, "\(difficulty)")
        }
    }

    @Test(arguments: [
        "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0/8", "10.1.0.0/8", "::1/127", "fd00::/129",
        "/8", "x/8",
    ])
    func textsThatAreNoNetworks(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(arguments: ["0.0.0.0/0", "10.0.0.0/8", "192.168.1.128/25", "127.0.0.1/32", "::/0", "fd00::/8", "::1/128"])
    func networks(text: String) throws {
        #expect(try #require(IPNetwork(text)).description == text)
    }
}
