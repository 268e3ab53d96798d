import Bitcoin
import Mining
import Shares
import Testing

@Suite struct WorkProofTests {
    private static let miner = MinerID(SHA256.hash([9]))

    private static let expected = WorkExpectation(
        syndicate: FakeJob.syndicate, msp: FakeJob.msp, miner: miner, logPosition: FakeJob.logPosition,
        custodyScript: FakeJob.custodyScript, network: .regtest, levels: 33...127)

    /// Work as a session has it after such a line.
    private func work(
        difficulty: String = "1", change: (String) -> String = { $0 }
    ) throws -> StratumWork {
        let line = try FakeJob(sequence: 0x0102_0304).notify(
            miner: Self.miner, level: try #require(ShareLevel(64)), clean: true)
        var session = MinerSession(MinerSession.Login(user: "a", rollsVersions: false))
        _ = session.start()
        _ = session.receive(Array(#"{"id":1,"result":[[],"0a0b0c0d",8],"error":null}"#.utf8))
        _ = session.receive(
            Array(#"{"id":null,"method":"mining.set_difficulty","params":[\#(difficulty)]}"#.utf8))
        let events = session.receive(Array(change(line).utf8))
        guard case .work(let work) = events.first else {
            throw FakePoolError.badShare
        }
        return work
    }

    private func failures(of work: StratumWork, _ expected: WorkExpectation = Self.expected) -> [String] {
        WorkProof(of: work, against: expected).checks.filter { !$0.holds }.map(\.name)
    }

    @Test func honestWorkHolds() throws {
        let proof = WorkProof(of: try work(), against: Self.expected)
        #expect(proof.holds)
        #expect(
            proof.checks.map(\.name) == [
                "job id", "level", "difficulty", "owner", "extranonce", "coinbase", "height", "custody output",
                "other outputs", "network difficulty", "version",
            ])
    }

    /// Each thing that the owner commits to is proved by itself.
    @Test func ownerIsOfAllThatItCommitsTo() throws {
        let work = try work()
        let other = SHA256.hash([77])
        let changes: [(inout WorkExpectation) -> Void] = [
            { $0.syndicate = SyndicateID(other) }, { $0.msp = MSPID(other) }, { $0.miner = MinerID(other) },
            { $0.logPosition = LogPosition(k: 1, hash: FakeJob.logPosition.hash) },
            { $0.logPosition = LogPosition(k: 0, hash: other) },
        ]
        for change in changes {
            var expected = Self.expected
            change(&expected)
            #expect(failures(of: work, expected) == ["owner"])
        }
        // Another level or number in the job id is another owner too.
        #expect(try failures(of: self.work { $0.replacing("00000102030440", with: "00000102030540") }) == ["owner"])
    }

    @Test func difficultyOfAnotherLevel() throws {
        #expect(failures(of: try work(difficulty: "2")) == ["difficulty"])
        #expect(failures(of: try work(difficulty: "0.9999999")) == ["difficulty"])
    }

    @Test func levelOutsideTheGenesis() throws {
        var expected = Self.expected
        expected.levels = 65...127
        #expect(failures(of: try work(), expected) == ["level"])
    }

    @Test func jobIDOfAnotherPool() throws {
        #expect(try failures(of: work { $0.replacing("0000010203044", with: "xyz") }) == ["job id"])
    }

    @Test func outputsToSomebodyElse() throws {
        var expected = Self.expected
        expected.custodyScript = Script([0x51, 0x20] + SHA256.hash([78]).bytes)
        #expect(failures(of: try work(), expected) == ["custody output"])
        // The second output's mark of a witness commitment.
        #expect(try failures(of: work { $0.replacing("266a24aa21a9ed", with: "266a24aa21a9ee") }) == ["other outputs"])
    }

    @Test func headerOfAnotherNetwork() throws {
        #expect(try failures(of: work { $0.replacing("207fffff", with: "1d00ffff") }) == ["network difficulty"])
        #expect(try failures(of: work { $0.replacing("\"20000000\"", with: "\"00000002\"") }) == ["version"])
        var expected = Self.expected
        expected.network = .mainnet
        #expect(failures(of: try work(), expected).contains("network difficulty"))
    }

    @Test func somethingBeforeTheOwner() throws {
        // A longer scriptSig with a byte between height and owner: length 0x3a + 1 and an OP_NOP.
        let honest = try work()
        let coinbase1 = Hex.encode(honest.job.coinbase1)
        let length = honest.job.coinbase1[41]
        let forged =
            Hex.encode(honest.job.coinbase1.prefix(41)) + Hex.encode([length + 1])
            + Hex.encode(honest.job.coinbase1[42..<44]) + "61" + Hex.encode(honest.job.coinbase1[44...])
        #expect(try failures(of: work { $0.replacing(coinbase1, with: forged) }) == ["height"])
    }
}
