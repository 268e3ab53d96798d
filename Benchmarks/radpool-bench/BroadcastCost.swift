import ArgumentParser
import Bitcoin
import Broadcast
import CLoad
import Foundation
import Wire

/// What one member pays for a vertex when there are many members, and what a flood leaves behind.
struct BroadcastCost {
    private let members: Int
    private let epoch: Epoch
    private let keys: [MemberKey]

    init(members: Int) throws {
        self.members = members
        keys = try (0..<members).map { try MemberKey($0) }
            .sorted { $0.bytes.bytes.lexicographicallyPrecedes($1.bytes.bytes) }
        let start = SHA256.hash(Array("cost".utf8))
        epoch = Epoch(
            try EpochConfiguration(
                syndicate: start, number: 0, firstCommit: 0, start: start,
                authors: keys.map { .init(key: $0.bytes, isVoter: true) }, bounds: .init()))
    }

    private func core() -> BroadcastCore {
        BroadcastCore(
            epoch: epoch, author: 0, signer: keys[0], checker: CurveChecker(), gate: OpenGate(),
            settings: BroadcastSettings())
    }

    // MARK: Order

    /// The log of a member in which every author has a vertex in every round, and each names all of the round before.
    private func log(rounds: UInt64) throws -> [LogEntry] {
        let signature = [UInt8](repeating: 1, count: 64)
        var entries: [LogEntry] = []
        for round in 1...rounds {
            for author in 0..<members {
                let vertex = try Vertex(
                    epoch: epoch.id, author: UInt16(author), sequence: round, round: round,
                    parents: .init(sequences: [UInt64](repeating: round - 1, count: members), hash: epoch.id),
                    carriesControl: false, facts: nil, records: [[UInt8](repeating: 7, count: 256)])
                let frame = VertexFrame(signature: signature, vertex: vertex)
                entries.append(.vertex(frame))
                let name = VertexName(author: author, sequence: round)
                entries.append(.delivered(name, Vertex.digest(ofEncoding: frame.encodedVertex)))
            }
        }
        return entries
    }

    /// Microseconds for each vertex: its digest, its place in the graph and in the order, and its share of H_k; next to
    /// the digest alone.
    func ordering(runs: Int) throws -> (all: [Double], digest: [Double]) {
        let rounds: UInt64 = 100
        let entries = try log(rounds: rounds)
        let count = Double(entries.count / 2)
        var all: [Double] = []
        var digest: [Double] = []
        for _ in 0..<runs {
            var core = core()
            let start = rp_load_now()
            let commits = core.restore(entries, start: nil)
            all.append(Double(rp_load_now() - start) / 1e3 / count)
            guard commits.count > Int(rounds) / 2 - 3 else { throw ValidationError("only \(commits.count) commits") }
            let again = rp_load_now()
            for case .vertex(let frame) in entries {
                withExtendedLifetime(Vertex.digest(ofEncoding: frame.encodedVertex)) {}
            }
            digest.append(Double(rp_load_now() - again) / 1e3 / count)
        }
        return (all, digest)
    }

    // MARK: Flood

    /// Resident bytes that each of a million invented votes leaves behind, of all instances, foreign epochs and far
    /// sequences; and how long a vote takes, microseconds.
    func flood() throws -> (bytes: Double, microseconds: Double) {
        var core = core()
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 16
        }
        func frame(_ count: Int) -> [UInt8] {
            let votes = (0..<count).map { _ in
                Vote(
                    kind: next() % 2 == 0 ? .echo : .ready, author: UInt16(next() % UInt64(2 * members)),
                    sequence: next() % 4 == 0 ? 1 + next() % 8 : 1 + next(),
                    digest: Hash256(littleEndianWords: (next(), next(), next(), next())))
            }
            let id = next() % 3 == 0 ? SHA256.hash([UInt8(next() % 256)]) : epoch.id
            return VotesFrame(epoch: id, votes: votes).encoded()
        }
        let size = 1_000
        // Each peer's first votes for every instance count and are kept; what comes later finds its place taken.
        for peer in 1..<members { _ = core.step(.received(from: peer, bytes: frame(4_000)), now: 1) }
        let before = Usage(processID: getpid()).residentBytes
        var spent: UInt64 = 0
        for round in 0..<1_000 {
            let bytes = frame(size)
            let start = rp_load_now()
            _ = core.step(.received(from: 1 + round % (members - 1), bytes: bytes), now: 2)
            spent += rp_load_now() - start
        }
        let votes = Double(1_000 * size)
        guard core.footprint.mostChoices <= 2 * members else { throw ValidationError("votes beyond the bound") }
        return ((Usage(processID: getpid()).residentBytes - before) / votes, Double(spent) / 1e3 / votes)
    }
}
