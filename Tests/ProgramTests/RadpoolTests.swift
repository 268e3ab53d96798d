import Foundation
import TestSupport
import Testing

/// `radpool` as a process: files, texts, exit codes.
@Suite struct RadpoolTests {
    private static let key = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"

    private func initialise(_ scratch: TemporaryFolder, _ arguments: [String] = []) throws {
        let outcome = try Program.radpool.run(["init", scratch.path("msp")] + arguments)
        try #require(outcome.status == 0, "\(outcome)")
    }

    @Test func keygenWritesASecretFileOnce() throws {
        let scratch = try TemporaryFolder("program")
        let outcome = try Program.radpool.run(["keygen", scratch.path("a.key"), "--network", "regtest"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(try scratch.mode("a.key") == 0o600)
        let secret = try Data(contentsOf: URL(filePath: scratch.path("a.key")))
        #expect(secret.count == 32)
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 2)
        #expect(lines[0][2].count == 64 && lines[0][2].allSatisfy(\.isHexDigit))
        #expect(lines[1][1].hasPrefix("bcrt1p"))
        let hex = secret.map { String(format: "%02x", $0) }.joined()
        #expect(!outcome.output.contains(hex))

        let again = try Program.radpool.run(["keygen", scratch.path("a.key")])
        #expect(again.status == 73)
        #expect(again.errors == "radpool: \(scratch.path("a.key")) is there already: a key is never overwritten\n")
        #expect(try Data(contentsOf: URL(filePath: scratch.path("a.key"))) == secret)
        #expect(try Program.radpool.run(["keygen", scratch.path("no/such/folder")]).status == 73)
    }

    @Test func initMakesEverythingAndOverwritesNothing() throws {
        let scratch = try TemporaryFolder("program")
        try initialise(scratch)
        for name in ["msp.key", "bootstrap.key"] { #expect(try scratch.mode("msp/\(name)") == 0o600) }
        #expect(try scratch.mode("msp") == 0o700)
        #expect(try scratch.mode("msp/data") == 0o700)
        let before = try scratch.text("msp/genesis.toml")
        let again = try Program.radpool.run(["init", scratch.path("msp")])
        #expect(again.status == 73)
        #expect(again.errors == "radpool: \(scratch.path("msp/msp.key")) is there already: nothing is overwritten\n")
        #expect(try scratch.text("msp/genesis.toml") == before)
        let check = try Program.radpoold.run(["--check", "--config", scratch.path("msp/radpool.toml")])
        #expect(check.status == 0, "\(check)")
    }

    @Test(arguments: [
        ["init"], ["init", "x", "--network", "signet"], ["init", "x", "--network", "mainnet"],
        ["init", "x", "--name", "A"], ["init", "x", "--cookie", "c"], ["keygen"], ["nonsense"], ["status", "extra"],
    ])
    func wrongCommandLines(arguments: [String]) throws {
        #expect(try Program.radpool.run(arguments).status == 64)
    }

    @Test func statusSaysThatNobodyListens() throws {
        let outcome = try Program.radpool.run(["status", "--url", "http://127.0.0.1:1"])
        #expect(outcome.status == 69)
        #expect(outcome.errors == "radpool: http://127.0.0.1:1: nobody listens there\n")
    }

    @Test func registersWithoutADaemon() throws {
        let scratch = try TemporaryFolder("program")
        try initialise(scratch)
        let arguments = [
            "miner", "register", Self.key, "--name", "alice", "--config", scratch.path("msp/radpool.toml"),
        ]
        #expect(try Program.radpool.run(arguments).output == "registered as number 0\n")
        #expect(try Program.radpool.run(arguments).output == "was registered as number 0\n")
        var other = arguments
        other[4] = "bob"
        let refused = try Program.radpool.run(other)
        #expect(refused.status == 73)
        #expect(refused.errors == "radpool: this key is registered already, under another name or none\n")
        other[2] = "00"
        #expect(try Program.radpool.run(other).status == 64)
    }

    // MARK: radpoold's start

    @Test func theStartRefusesWhatIsWrong() throws {
        let scratch = try TemporaryFolder("program")
        try initialise(scratch)
        let config = scratch.path("msp/radpool.toml")
        func start(_ environment: [String: String] = [:]) throws -> Program.Outcome {
            try Program.radpoold.run(["--config", config], environment: environment)
        }
        var outcome = try start(["RADPOOL_HTTP_PORT": "x"])
        #expect(outcome.status == 78)
        #expect(outcome.errors == "radpoold: RADPOOL_HTTP_PORT: must be an integer from 0 to 65535, not \"x\"\n")

        outcome = try start(["RADPOOL_KERNEL_LIBRARY": "/no/library"])
        #expect(outcome.status == 69)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.hasPrefix("radpoold: no libbitcoinkernel at /no/library"))

        outcome = try start(["RADPOOL_POOL_NETWORK": "mainnet"])
        #expect(outcome.status == 78)
        #expect(outcome.errors == "radpoold: the configuration says mainnet, the genesis regtest\n")

        outcome = try start(["RADPOOL_POOL_KEY_FILE": "bootstrap.key"])
        #expect(outcome.status == 78)
        #expect(outcome.errors.hasSuffix("bootstrap.key is not the key of a member of the genesis\n"))

        outcome = try start(["RADPOOL_STRATUM_LOWEST_DIFFICULTY": "0.000000476837158203125"])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("is outside the genesis' bounds"))

        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: scratch.path("msp/msp.key"))
        outcome = try start()
        #expect(outcome.status == 77)
        #expect(outcome.errors.hasSuffix("msp.key may be read by others than its owner: chmod 600 it\n"))

        #expect(try Program.radpoold.run(["--config", scratch.path("none.toml")]).status == 78)
        #expect(try Program.radpoold.run(["--nonsense"]).status == 64)
    }
}
