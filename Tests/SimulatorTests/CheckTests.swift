import Bitcoin
import Broadcast
import Testing
import Wire

@testable import Simulator

/// Every check is shown a bad history and sees it, and a good one and lets it pass.
@Suite(.optimisedOnly) struct CheckTests {
    let syndicate: Syndicate

    init() throws {
        syndicate = try Syndicate(voters: 4, observers: 0)
    }

    private func hash(_ byte: UInt8) -> Hash256 {
        SHA256.hash([byte])
    }

    private func name(_ author: Int, _ sequence: UInt64) -> VertexName {
        VertexName(author: author, sequence: sequence)
    }

    private func frame(
        _ author: Int, _ sequence: UInt64, round: UInt64 = 1, parents: [UInt64] = [0, 0, 0, 0],
        records: [[UInt8]] = []
    ) throws -> VertexFrame {
        let vertex = try Vertex(
            epoch: syndicate.epoch.id, author: UInt16(author), sequence: sequence, round: round,
            parents: Vertex.Parents(sequences: parents, hash: Hash256.zero), carriesControl: false, facts: nil,
            records: records)
        return VertexFrame(signature: [UInt8](repeating: 0, count: 64), vertex: vertex)
    }

    private func digest(_ frame: VertexFrame) -> Hash256 {
        Vertex.digest(ofEncoding: frame.encodedVertex)
    }

    private func watcher(correct: [Bool] = [true, true, true, true]) -> Watcher {
        Watcher(syndicate.configuration, isCorrect: correct)
    }

    private func invariants(_ watcher: Watcher) -> [Int] {
        watcher.violations.map(\.invariant.rawValue)
    }

    private func entries(_ all: [LogEntry]) -> ArraySlice<Succession.EpochEntry> {
        all.map { Succession.EpochEntry(epoch: 0, entry: $0) }[...]
    }

    /// A member logs a vertex and its delivery.
    private func deliver(_ frame: VertexFrame, by member: Int, _ watcher: inout Watcher) {
        let name = name(Int(frame.vertex.author), frame.vertex.sequence)
        watcher.durable(member, entries([.vertex(frame), .delivered(name, digest(frame))]), at: 1)
    }

    @Test func agreement() throws {
        var watcher = watcher()
        deliver(try frame(0, 1), by: 0, &watcher)
        deliver(try frame(0, 1), by: 1, &watcher)
        #expect(invariants(watcher) == [])
        deliver(try frame(0, 1, records: [[1]]), by: 2, &watcher)
        #expect(invariants(watcher) == [1])
        #expect(watcher.violations[0].member == 2)
    }

    @Test(arguments: [[1, 3], [1, 1], [2]] as [[UInt64]])
    func contiguity(sequences: [UInt64]) throws {
        var watcher = watcher()
        for sequence in sequences {
            deliver(try frame(0, sequence, parents: [sequence - 1, 0, 0, 0]), by: 0, &watcher)
        }
        #expect(invariants(watcher).contains(3))
    }

    @Test func shape() throws {
        for (round, parents): (UInt64, [UInt64]) in [
            (1, [1, 0, 0, 0]), (2, [0, 0, 0, 0]), (2, [0, 1, 1, 0]), (3, [0, 1, 1, 1]), (2, [0, 1, 1]),
        ] {
            var watcher = watcher()
            for author in 1..<4 { deliver(try frame(author, 1), by: 0, &watcher) }
            #expect(invariants(watcher) == [])
            deliver(try frame(0, 1, round: round, parents: parents), by: 0, &watcher)
            #expect(invariants(watcher).contains(15))
        }
        var watcher = watcher()
        for author in 1..<4 { deliver(try frame(author, 1), by: 0, &watcher) }
        deliver(try frame(0, 1, round: 2, parents: [0, 1, 1, 1]), by: 0, &watcher)
        #expect(invariants(watcher) == [])
        deliver(try frame(0, 2, round: 3, parents: [1, 1, 1, 0]), by: 0, &watcher)
        #expect(watcher.violations.map(\.text) == ["vertex 0/2 takes a parent back"])
    }

    @Test func parentsFirst() throws {
        var watcher = watcher()
        for author in 1..<4 { deliver(try frame(author, 1), by: 1, &watcher) }
        let child = try frame(0, 1, round: 2, parents: [0, 1, 1, 1])
        deliver(child, by: 1, &watcher)
        #expect(invariants(watcher) == [])
        deliver(child, by: 0, &watcher)
        #expect(invariants(watcher) == [4, 4, 4])
        watcher.durable(2, entries([.delivered(name(0, 1), hash(9))]), at: 1)
        #expect(invariants(watcher).suffix(1) == [4], "the bytes are nowhere")
    }

    @Test func singleVote() throws {
        var watcher = watcher()
        func send(_ kind: Vote.Kind, _ byte: UInt8) {
            let vote = Vote(kind: kind, author: 3, sequence: 5, digest: hash(byte))
            watcher.sent(1, VotesFrame(epoch: syndicate.epoch.id, votes: [vote]).encoded(), at: 1)
        }
        send(.echo, 1)
        send(.echo, 1)
        send(.ready, 2)
        #expect(invariants(watcher) == [])
        send(.ready, 1)
        #expect(invariants(watcher) == [5])
        send(.echo, 2)
        #expect(invariants(watcher) == [5, 5])
        watcher.sent(0, try frame(0, 1).encoded(), at: 1)
        watcher.sent(0, try frame(0, 1).encoded(), at: 1)
        watcher.sent(0, try frame(1, 1, records: [[2]]).encoded(), at: 1)
        #expect(invariants(watcher) == [5, 5])
        watcher.sent(0, try frame(0, 1, records: [[1]]).encoded(), at: 1)
        watcher.sent(0, [1, 2, 3], at: 1)
        watcher.sent(0, [0x41, 1, 2], at: 1)
        #expect(invariants(watcher) == [5, 5, 5, 5, 5])
    }

    @Test func memory() throws {
        let core = BroadcastCore(
            epoch: syndicate.epoch, author: 0, signer: FakeSigner(key: syndicate.configuration.authors[0].key),
            checker: FakeChecker(), gate: FakeGate(syndicate.configuration, epoch: syndicate.epoch.id),
            settings: BroadcastSettings())
        let check = FootprintCheck(syndicate.configuration)
        #expect(check.judge(core.footprint) == [])
        for field in [
            \BroadcastFootprint.instances, \BroadcastFootprint.mostChoices, \BroadcastFootprint.heldVertices,
            \BroadcastFootprint.heldBytes,
        ] {
            var large = core.footprint
            large[keyPath: field] = 1 << 30
            #expect(check.judge(large).count == 1)
        }
    }

    @Test func progress() {
        var check = ProgressCheck()
        let live = [0, 1, 2]
        let long = [UInt64](repeating: 3_000_000, count: 4)
        let short = [UInt64](repeating: 1_000_000, count: 4)
        #expect(
            check.judge(live: live, commits: [0, 0, 0, 0], rounds: [0, 0, 0, 0], waits: long).isEmpty,
            "nothing is demanded yet")
        check.begin([5, 5, 5, 5])
        #expect(check.judge(live: live, commits: [6, 6, 6, 5], rounds: [20, 14, 20, 2], waits: long).isEmpty)
        #expect(
            check.judge(live: live, commits: [6, 6, 5, 5], rounds: [20, 20, 20, 20], waits: short).map(\.member)
                == [2])
        #expect(check.judge(live: live, commits: [6, 6, 6, 5], rounds: [20, 12, 20, 20], waits: short).isEmpty)
        #expect(
            check.judge(live: live, commits: [6, 6, 6, 5], rounds: [20, 12, 20, 20], waits: long).map(\.member)
                == [1])
    }

    @Test func gate() throws {
        var watcher = watcher()
        let bad = FakeShare(isValid: false, author: 0, number: 0, nonce: 0)
        watcher.quarantined(0, [bad.bytes], at: 1)
        #expect(invariants(watcher) == [])
        watcher.quarantined(0, [FakeShare(author: 0, number: 0, nonce: 0).bytes], at: 1)
        #expect(invariants(watcher) == [13])
    }

    @Test func acknowledgedRecords() {
        var check = RecordCheck(authorCount: 2)
        let shares = (0..<3).map { FakeShare(author: 1, number: UInt64($0), nonce: 7) }
        for share in shares { #expect(check.acknowledged(share) == nil) }
        #expect(check.acknowledged(shares[0]) == nil)
        #expect(check.acknowledgedCount == 3)
        #expect(check.acknowledged(FakeShare(author: 1, number: 0, nonce: 8)) != nil, "another record with its number")
        #expect(check.acknowledged(shares[0]) != nil)
        #expect(check.committed(shares[0], in: 4) == nil)
        #expect(check.committed(shares[1], in: 5) == nil)
        #expect(check.committed(shares[1], in: 6) != nil, "twice")
        #expect(check.missing(of: 1, within: 9).count == 1, "number 2 is lost")
        #expect(check.missing(of: 1, within: 4).count == 2)
        #expect(check.missing(of: 0, within: 0).isEmpty)
        #expect(check.committed(FakeShare(isControl: true, author: 1, number: 0, nonce: 7), in: 9) == nil)
    }
}
