import Bitcoin
import Broadcast
import Synchronization
import Testing
import Wire

/// What the gate lets through and what it does not, each rule of docs/protocol/broadcast.md with a payload that breaks
/// it alone.
@Suite struct ShareGateTests {
    let epoch: Epoch
    let lane: MinedLane
    var gate: ShareGate

    init() throws {
        epoch = try Cluster(voters: 4).epoch
        lane = try MinedLane(epoch, author: 2)
        gate = ShareGate(epoch)
    }

    private var start: [[UInt8]] { [lane.miner.encoded(), lane.job.encoded()] }

    @Test func goodSharesPass() throws {
        #expect(gate.allows(try lane.vertex([])))
        #expect(gate.allows(try lane.vertex(start + [try lane.batch(20)])))
    }

    @Test mutating func sharesReferToWhatTheirLaneDelivered() throws {
        let batch = try lane.batch(3)
        #expect(!gate.allows(try lane.vertex([batch])), "no job, no miner")
        #expect(!gate.allows(try lane.vertex([lane.miner.encoded(), batch])), "no job")
        #expect(!gate.allows(try lane.vertex([lane.job.encoded(), batch])), "no miner")
        #expect(!gate.allows(try lane.vertex([batch] + start)), "the order counts")
        gate.admit(try lane.vertex(start))
        #expect(gate.allows(try lane.vertex([batch], sequence: 2)))
        let other = try MinedLane(epoch, author: 1)
        #expect(!gate.allows(try other.vertex([batch])), "another lane delivered nothing")
    }

    @Test mutating func oneBadShareSpoilsTheBatch() throws {
        gate.admit(try lane.vertex(start))
        #expect(gate.allows(try lane.vertex([try lane.batch(40)])))
        #expect(!gate.allows(try lane.vertex([try lane.batch(40, spoiling: true)])))
    }

    /// Batches are judged in pieces: the last one counts as the first.
    @Test mutating func oneBadShareSpoilsALongBatch() throws {
        gate.admit(try lane.vertex(start))
        #expect(gate.allows(try lane.vertex([try lane.batch(1_024, level: 34)])))
        #expect(gate.allows(try lane.vertex([try lane.batch(1_025, level: 34)])))
        #expect(!gate.allows(try lane.vertex([try lane.batch(1_024, level: 34, spoiling: true)])))
        #expect(!gate.allows(try lane.vertex([try lane.batch(1_025, level: 34) + [0]])), "a byte too many")
    }

    @Test mutating func levelsAreWithinTheConfiguration() throws {
        gate.admit(try lane.vertex(start))
        #expect(!gate.allows(try lane.vertex([try lane.batch(1, level: 33)])))
        #expect(gate.allows(try lane.vertex([try lane.batch(1, level: 34)])))
    }

    /// A share names its level, and its coinbase commits to it: nobody claims more, or less, afterwards.
    @Test mutating func anotherLevelIsAnotherShare() throws {
        gate.admit(try lane.vertex(start))
        let batch = try JournalShareBatch(decoding: try lane.batch(30, level: 36))
        for level: UInt8 in [35, 37] {
            let shares = batch.shares.map { share in
                JournalShare.Work(jobSequence: 1, minerNumber: 0, level: level).map {
                    JournalShare(
                        work: $0, extranonce: share.extranonce, ntime: share.ntime, nonce: share.nonce,
                        versionBits: share.versionBits)
                }
            }
            let claimed = try JournalShareBatch(shares.compactMap { $0 }).encoded()
            #expect(!gate.allows(try lane.vertex([claimed])), "level \(level)")
        }
    }

    @Test mutating func jobsAreTheLanesOwn() throws {
        let foreign = try MinedLane(epoch, author: 1)
        #expect(!gate.allows(try lane.vertex([foreign.job.encoded()])), "another MSP's job")
        #expect(!gate.allows(try lane.vertex([lane.job.encoded(), lane.job.encoded()])), "a sequence twice")
        gate.admit(try lane.vertex(start))
        #expect(!gate.allows(try lane.vertex([lane.job.encoded()])), "a sequence twice")
        #expect(gate.allows(try lane.vertex([try MinedLane(epoch, author: 2, sequence: 2).job.encoded()])))
        let owner = JournalJob.Owner(
            syndicate: lane.job.owner.logHash, msp: lane.job.owner.msp, logPosition: 0,
            logHash: lane.job.owner.logHash)
        let stray = try JournalJob(
            sequence: 9, owner: owner, header: lane.job.header, minimumTime: 1_000, currentTime: 2_000,
            coinbase: lane.job.coinbase)
        #expect(!gate.allows(try lane.vertex([stray.encoded()])), "another syndicate's job")
    }

    @Test mutating func minersAreCounted() throws {
        let second = MinerRegistration(number: 1, key: lane.miner.key, name: nil)
        #expect(!gate.allows(try lane.vertex([second.encoded()])))
        #expect(gate.allows(try lane.vertex([lane.miner.encoded(), second.encoded()])))
        gate.admit(try lane.vertex([lane.miner.encoded()]))
        #expect(!gate.allows(try lane.vertex([lane.miner.encoded()])))
        #expect(gate.allows(try lane.vertex([second.encoded()])))
    }

    @Test func onlyKnownRecordsPass() throws {
        #expect(!gate.allows(try lane.vertex([[0]])))
        #expect(!gate.allows(try lane.vertex([[4, 1]])))
        #expect(!gate.allows(try lane.vertex([epoch.configuration.encoded()])))
        #expect(!gate.allows(try lane.vertex([try lane.vertex([]).encoded()])))
    }

    @Test func closeMarksAreOfVotersAndOfThisEpoch() throws {
        let mixed = try Cluster(voters: 2, others: 1).epoch
        let authors = mixed.configuration.authors
        let mark = try CloseMark(epoch: mixed.id, authors: authors, bounds: mixed.configuration.bounds)
        let foreign = try CloseMark(epoch: epoch.id, authors: authors, bounds: mixed.configuration.bounds)
        let gate = ShareGate(mixed)
        let voter = try MinedLane(mixed, author: 1)
        let other = try MinedLane(mixed, author: 2)
        #expect(gate.allows(try voter.vertex([mark.encoded()])))
        #expect(!gate.allows(try voter.vertex([foreign.encoded()])))
        #expect(!gate.allows(try other.vertex([mark.encoded()])))
    }

    /// Blocks are anybody's who saw them; whether a coinbase is mature is said by voters.
    @Test func blocksAreOfTheSyndicateAndAnswersOfVoters() throws {
        let mixed = try Cluster(voters: 2, others: 1).epoch
        let gate = ShareGate(mixed)
        let voter = try MinedLane(mixed, author: 1)
        let other = try MinedLane(mixed, author: 2)
        func block(_ job: JournalJob) throws -> [UInt8] {
            try BlockFound(
                job: job, miner: voter.miner.key, level: 40, extranonce: Extranonce(1, 2), ntime: 3, nonce: 4,
                versionBits: 5
            ).encoded()
        }
        #expect(gate.allows(try other.vertex([try block(voter.job)])))
        let owner = JournalJob.Owner(
            syndicate: .zero, msp: voter.job.owner.msp, logPosition: 0, logHash: voter.job.owner.logHash)
        let stray = try JournalJob(
            sequence: 9, owner: owner, header: voter.job.header, minimumTime: 1_000, currentTime: 2_000,
            coinbase: voter.job.coinbase)
        #expect(!gate.allows(try voter.vertex([try block(stray)])), "another syndicate's block")
        let answer = CoinbaseAnswer(block: mixed.id, isMature: true).encoded()
        #expect(gate.allows(try voter.vertex([answer])))
        #expect(!gate.allows(try other.vertex([answer])))
    }

    /// Only the newest 1,024 jobs of a lane count.
    @Test mutating func oldJobsAreOver() throws {
        gate.admit(try lane.vertex(start))
        let batch = try lane.batch(2)
        for sequence in UInt64(2)...1_024 {
            gate.admit(try lane.vertex([try MinedLane(epoch, author: 2, sequence: sequence).job.encoded()]))
        }
        #expect(gate.allows(try lane.vertex([batch])))
        gate.admit(try lane.vertex([try MinedLane(epoch, author: 2, sequence: 1_025).job.encoded()]))
        #expect(!gate.allows(try lane.vertex([batch])))
    }

    /// Whatever is delivered is taken without a trap.
    @Test mutating func admissionIsTotal() throws {
        gate.admit(try lane.vertex([[0], [3, 1], [2, 1, 0], epoch.configuration.encoded()]))
        gate.admit(try lane.vertex(start))
        #expect(gate.allows(try lane.vertex([try lane.batch(1)])))
    }

    /// A vertex is judged once at each member, at its author too.
    @Test func aVertexIsJudgedOnce() throws {
        var gates: [CountingGate] = []
        var cluster = try Cluster(voters: 4) { _ in
            gates.append(CountingGate())
            return gates[gates.count - 1]
        }
        cluster.run(milliseconds: 3_000)
        let made = cluster.cores.reduce(0) { $0 + $1.counters.ownVertices }
        #expect(made > 8)
        #expect(gates.count == 4)
        for gate in gates { #expect(gate.judged == made) }
    }

    /// A cluster with the real gate: real shares come through, bad ones are quarantined at home, one by one.
    @Test func aClusterJudgesRealShares() throws {
        var cluster = try Cluster(voters: 4, gate: { ShareGate($0) })
        let lane = try MinedLane(cluster.epoch, author: 3)
        let good = try lane.batch(10)
        let bad = try lane.batch(1, from: 5_000, spoiling: true)
        cluster.give(
            .records([lane.miner.encoded(), lane.job.encoded(), bad, good], isControl: false), to: 3)
        cluster.run(milliseconds: 3_000)
        let records = ClusterTests.records(cluster.commits[0])
        #expect(records == [lane.miner.encoded(), lane.job.encoded(), good])
        #expect(cluster.quarantined[3] == [bad])
        #expect(cluster.quarantined[0].isEmpty)
    }
}

/// Allows everything and counts how often it was asked.
private final class CountingGate: EchoGate, Sendable {
    private let count = Mutex<UInt64>(0)

    var judged: UInt64 { count.withLock { $0 } }

    func allows(_ vertex: Vertex) -> Bool {
        count.withLock { $0 += 1 }
        return true
    }

    func admit(_ vertex: Vertex) {}
}
