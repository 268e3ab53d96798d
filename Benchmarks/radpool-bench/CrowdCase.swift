import ArgumentParser
import CLoad
import Foundation

/// 10,000 connections: what the handshakes take, what memory they take when they are idle, and how soon all of them
/// learn of a block. Each run has a server of its own, so that memory is measured from the start.
struct CrowdCase {
    private let bed: StratumBed
    private let count: Int
    private let runs: Int

    private var fresh: [Double] = []
    private var known: [Double] = []
    private var memory: [Double] = []
    private var first: [Double] = []
    private var middle: [Double] = []
    private var last: [Double] = []
    private var untold: [Double] = []
    private var floor: [Double] = []

    /// What a job without transactions takes on the wire.
    private static let notifyBytes = 600

    init(_ bed: StratumBed, _ count: Int, runs: Int) {
        self.bed = bed
        self.count = count
        self.runs = runs
    }

    mutating func measure(_ report: Report) async throws {
        for _ in 0..<runs {
            floor.append(
                try CrowdFloor(connections: UInt32(count), bytes: Self.notifyBytes, bed.processors).last)
            try await run()
        }
        try report.add(
            Figure("stratum.handshakes.new", fresh, unit: "s", goal: .atMost(1.5)))
        try report.add(Figure("stratum.handshakes.known", known, unit: "s", goal: .atMost(1.5)))
        try report.add(Figure("stratum.memory", memory, unit: "bytes/connection", goal: .atMost(3_072)))
        try report.add(Figure("stratum.block.first", first, unit: "ms", goal: .atMost(10)))
        try report.add(Figure("stratum.block.median", middle, unit: "ms"))
        let written = "libuv server, one write of \(Self.notifyBytes) bytes to each"
        try report.add(
            Figure("stratum.block.last", last, unit: "ms", baseline: (floor, written), goal: .atMost(90)))
        try report.add(Figure("stratum.block.faults", untold, unit: "miners", goal: .atMost(0)))
    }

    private mutating func run() async throws {
        var relay: OpaquePointer?
        guard rp_relay_create(&relay, bed.chain.node.port) == RP_LOAD_OK, let relay else {
            throw ValidationError("cannot relay")
        }
        defer { rp_relay_destroy(relay) }
        let server = try await bed.startServer(nodePort: rp_relay_port(relay))
        try await Task.sleep(for: .seconds(1))
        let users = bed.users.slice(0..<count)
        let before = server.child.usage.residentBytes
        do {
            let miners = try Miners(users, port: server.port)
            fresh.append(Double(try miners.connect().nanoseconds) / 1e9)
            try miners.idle(milliseconds: 1_000)
            memory.append((server.child.usage.residentBytes - before) / Double(count))
            try await block(miners, relay)
        }
        try await server.awaitQuiet()
        do {
            let miners = try Miners(users, port: server.port)
            known.append(Double(try miners.connect().nanoseconds) / 1e9)
        }
        try await server.awaitQuiet()
        try bed.stop(server)
    }

    /// From the node's answer, as the relay handed it on, to clean work at the first and the last miner.
    private mutating func block(_ miners: Miners, _ relay: OpaquePointer) async throws {
        let block = try await bed.chain.node.makeEmptyBlock()
        let node = bed.chain.node
        rp_relay_arm(relay)
        let submitted = Task.detached {
            try await Task.sleep(for: .milliseconds(100))
            try await node.submit(block)
        }
        let result = try miners.awaitBlock(milliseconds: 10_000)
        try await submitted.value
        let answer = rp_relay_answer(relay)
        guard answer > 0 else { throw ValidationError("the relay saw no template") }
        first.append((Double(result.first) - Double(answer)) / 1e6)
        middle.append((Double(result.median) - Double(answer)) / 1e6)
        last.append((Double(result.last) - Double(answer)) / 1e6)
        untold.append(Double(count - Int(result.told)) + Double(result.mismatched))
    }
}
