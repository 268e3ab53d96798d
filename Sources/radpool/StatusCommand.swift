import ArgumentParser
import Foundation
import Node

/// `radpool status`: what a running daemon says of itself.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the daemon says of itself.")

    @OptionGroup var api: APIOptions

    @Flag(help: "Print the daemon's JSON as it is.")
    var json = false

    func run() async throws {
        let answer = try await api.perform("GET", "/api/v1/status")
        guard answer.status == 200 else {
            throw ProgramFailure(.unavailable, "\(api.url): HTTP \(answer.status)")
        }
        if json {
            FileHandle.standardOutput.write(Data(answer.body))
            return
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let status = try? decoder.decode(Status.self, from: Data(answer.body)) else {
            throw ProgramFailure(.unavailable, "\(api.url): not the status of a radpoold of this version")
        }
        for line in status.lines { print(line) }
    }
}

/// The parts of `/api/v1/status` that fit on a screen.
private struct Status: Decodable {
    struct Totals: Decodable {
        let acceptedShares: UInt64
        let refusedShares: [String: UInt64]
        let hashrate: [String: Double]
    }

    struct Job: Decodable {
        let height: UInt32
        let age: UInt64
    }

    struct Node: Decodable {
        let name: String
        let active: Bool
        let reachable: Bool
        let height: UInt32?
        let problem: String?
    }

    let network: String
    let syndicate: String
    let uptime: UInt64
    let refusesShares: String?
    let connections: UInt64
    let miners: UInt64
    let registeredMiners: UInt64
    let solvedBlocks: UInt64
    let total: Totals
    let job: Job?
    let nodes: [Node]

    var lines: [String] {
        let hashrates = ["1m", "10m", "1h"].map { "\(Self.rate(total.hashrate[$0] ?? 0)) (\($0))" }
        let refused = total.refusedShares.values.reduce(0, +)
        var lines = [
            "network      \(network), syndicate \(syndicate)",
            "up           \(uptime) s" + (refusesShares.map { ", refusing shares: \($0)" } ?? ""),
            "miners       \(miners) on \(connections) connections, \(registeredMiners) registered",
            "hashrate     " + hashrates.joined(separator: ", "),
            "shares       \(total.acceptedShares) accepted, \(refused) refused",
            "blocks       \(solvedBlocks) solved",
            "job          " + (job.map { "height \($0.height), \($0.age) s old" } ?? "none yet"),
        ]
        for node in nodes {
            let state = node.reachable ? "height \(node.height.map(String.init) ?? "unknown")" : "away"
            let use = node.active ? ", in use" : ""
            lines.append("node         \(node.name): \(state)\(use)\(node.problem.map { ": \($0)" } ?? "")")
        }
        return lines
    }

    private static func rate(_ hashes: Double) -> String {
        let units = ["H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s"]
        var (value, step) = (hashes, 0)
        while value >= 1000, step < units.count - 1 { (value, step) = (value / 1000, step + 1) }
        return String(format: "%.1f %@", value, units[step])
    }
}
