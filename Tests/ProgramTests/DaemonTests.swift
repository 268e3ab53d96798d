import BitcoinNode
import Foundation
import TestSupport
import Testing

/// Where the kernel library is, for tests that need a real node.
private enum Kernel {
    static let path = KernelLibrary.path(folder: Conformance.repositoryRoot)
    /// With CI=true the absence is a failure, not a reason to skip.
    static let isExpected =
        FileManager.default.fileExists(atPath: path) || ProcessInfo.processInfo.environment["CI"] == "true"
    static let absence = Comment(rawValue: "no libbitcoinkernel; scripts/setup-kernel installs it")
}

/// The daemon as a process, from its start to its orderly end.
@Suite(.enabled(if: Kernel.isExpected, Kernel.absence))
struct DaemonTests {
    private static let key = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"

    @Test func servesUntilItIsAskedToStop() async throws {
        let scratch = try TemporaryFolder("program")
        try #require(try Program.radpool.run(["init", scratch.path("msp")]).status == 0)
        let configuration = scratch.path("msp/radpool.toml")
        let daemon = try DaemonUnderTest(configuration: configuration, library: Kernel.path)
        let api = try #require(daemon.api)

        let status = try await daemon.get("/api/v1/status")
        #expect(status.hasPrefix("{\"network\":\"regtest\",\"syndicate\":\""))
        #expect(status.contains("\"refuses_shares\":null"))
        let register = ["miner", "register", Self.key, "--name", "alice", "--url", api]
        let registered = try Program.radpool.run(register)
        #expect(registered.status == 0, "\(registered)")
        #expect(registered.output.hasPrefix("{\"number\":0,\"key\":\"\(Self.key)\",\"name\":\"alice\""))
        #expect(try Program.radpool.run(["status", "--url", api]).output.contains("1 registered"))

        // The directory is the daemon's alone.
        let environment = ["RADPOOL_KERNEL_LIBRARY": Kernel.path]
        let second = try Program.radpoold.run(["--config", configuration], environment: environment)
        #expect(second.status == 73)
        #expect(
            second.errors.split(separator: "\n").last?.hasSuffix("is in use by process \(daemon.processID)") == true)
        let offline = try Program.radpool.run(["miner", "register", Self.key, "--config", configuration])
        #expect(offline.status == 73)

        #expect(daemon.end() == 0)
        #expect(daemon.lines.allSatisfy { !$0.contains(" error ") }, "\(daemon.lines)")

        // What was registered is there after a restart, and SIGINT ends it as SIGTERM does.
        let again = try DaemonUnderTest(configuration: configuration, library: Kernel.path)
        #expect(try await again.get("/api/v1/miners").contains("\"name\":\"alice\""))
        #expect(again.end(SIGINT) == 0)
    }

    @Test func portsInUseAreNamed() throws {
        let scratch = try TemporaryFolder("program")
        try #require(try Program.radpool.run(["init", scratch.path("msp")]).status == 0)
        let configuration = scratch.path("msp/radpool.toml")
        let daemon = try DaemonUnderTest(configuration: configuration, library: Kernel.path)
        let stratum = try #require(daemon.stratum?.split(separator: ":").last)
        let http = try #require(daemon.api?.split(separator: ":").last)
        let environment = [
            "RADPOOL_KERNEL_LIBRARY": Kernel.path, "RADPOOL_POOL_DATA_DIRECTORY": "other",
            "RADPOOL_STRATUM_LISTEN_1_ADDRESS": "127.0.0.1", "RADPOOL_STRATUM_LISTEN_1_PORT": "0",
        ]
        let taken = try Program.radpoold.run(
            ["--config", configuration],
            environment: environment.merging(["RADPOOL_HTTP_PORT": String(http)]) { $1 })
        #expect(taken.status == 69)
        #expect(taken.errors.contains("radpoold: cannot serve HTTP on 127.0.0.1:\(http)"))
        let listening = try Program.radpoold.run(
            ["--config", configuration],
            environment: environment.merging([
                "RADPOOL_STRATUM_LISTEN_1_PORT": String(stratum), "RADPOOL_HTTP_PORT": "0",
            ]) { $1 })
        // Stratum ports are shared by the loops of one process only.
        #expect(listening.status == 69)
        #expect(listening.errors.contains("radpoold: a stratum port cannot be bound"))
        #expect(daemon.end() == 0)
    }
}
