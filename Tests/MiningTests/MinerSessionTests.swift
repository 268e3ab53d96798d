import Bitcoin
import BitcoinNode
import Mining
import Shares
import Testing

@Suite struct MinerSessionTests {
    private static let user = String(repeating: "7", count: 64)

    private func receive(_ session: inout MinerSession, _ line: String) -> [MinerSession.Event] {
        session.receive(Array(line.utf8))
    }

    @Test func handshakeWithVersionRolling() {
        var session = MinerSession(MinerSession.Login(user: Self.user, password: "d=1"))
        let configure =
            #"{"id":1,"method":"mining.configure","params":[["version-rolling"],"#
            + #"{"version-rolling.mask":"1fffe000","version-rolling.min-bit-count":2}]}"#
        #expect(session.start() == [.send(configure)])
        #expect(
            receive(&session, #"{"id":1,"result":{"version-rolling":true,"version-rolling.mask":"1fff0000"}}"#)
                == [.send(#"{"id":2,"method":"mining.subscribe","params":["radpool-mine/1"]}"#)])
        #expect(
            receive(&session, #"{"id":2,"result":[[["mining.notify","ae6812"]],"08000002",4],"error":null}"#)
                == [.send(#"{"id":3,"method":"mining.authorize","params":["\#(Self.user)","d=1"]}"#)])
        #expect(session.resumeToken == "ae6812")
        #expect(receive(&session, #"{"id":3,"result":true,"error":null}"#) == [.authorized])
    }

    @Test func handshakeWithoutVersionRolling() {
        var session = MinerSession(MinerSession.Login(user: "a.b", rollsVersions: false), resuming: "beef")
        #expect(
            session.start() == [.send(#"{"id":1,"method":"mining.subscribe","params":["radpool-mine/1","beef"]}"#)])
        #expect(
            receive(&session, #"{"id":1,"result":null,"error":[20,"busy",null]}"#) == [
                .end("the pool refuses to subscribe: busy [20]")
            ])
    }

    /// Work has the difficulty, extranonce and mask that hold when it comes.
    @Test func workAndShare() throws {
        var session = MinerSession(MinerSession.Login(user: Self.user))
        _ = session.start()
        _ = receive(&session, #"{"id":1,"result":{"version-rolling":true,"version-rolling.mask":"1fffe000"}}"#)
        _ = receive(&session, #"{"id":2,"result":[[],"0a0b0c0d",8],"error":null}"#)
        _ = receive(&session, #"{"id":3,"result":true,"error":null}"#)
        #expect(receive(&session, #"{"id":null,"method":"mining.set_difficulty","params":[0.25]}"#) == [])
        #expect(receive(&session, #"{"id":null,"method":"mining.set_version_mask","params":["00006000"]}"#) == [])
        let job = try FakeJob(sequence: 3)
        let level = try #require(ShareLevel(62))
        let line = try job.notify(miner: MinerID(SHA256.hash([9])), level: level, clean: false)
        guard case .work(let work) = receive(&session, line).first else {
            Issue.record("no work")
            return
        }
        #expect(work.difficulty.text == "0.25")
        #expect(work.difficulty.target == Target(shareLevel: 62))
        #expect(work.versionMask == 0x6000)
        #expect(work.extranonce1 == [10, 11, 12, 13])
        #expect(!work.job.isClean)
        #expect(work.job.previousBlock == job.header.previousBlock)
        let place = work.header(at: 0b1_0111)
        #expect(place.versionBits == 0x6000)
        #expect(place.extranonce2 == [0, 0, 0, 0, 0, 0, 0, 5])
        let share = session.submit(FoundShare(work: work, place: place, nonce: 0xdead_beef))
        #expect(
            share
                == .send(
                    #"{"id":4,"method":"mining.submit","params":["\#(Self.user)","000000000000033e","#
                        + #""0000000000000005","6ab13b80","deadbeef","00006000"]}"#))
        #expect(receive(&session, #"{"id":4,"result":true,"error":null}"#) == [.accepted])
        #expect(receive(&session, #"{"id":4,"result":true,"error":null}"#) == [], "answered twice")
    }

    @Test func whatThePoolAsks() {
        var session = MinerSession(MinerSession.Login(user: "a"))
        #expect(
            receive(&session, #"{"id":9,"method":"mining.ping","params":[]}"#)
                == [.send(#"{"id":9,"result":"pong","error":null}"#)])
        #expect(
            receive(&session, #"{"id":"x","method":"client.get_version","params":[]}"#)
                == [.send(#"{"id":"x","result":"radpool-mine/1","error":null}"#)])
        #expect(receive(&session, #"{"id":null,"method":"client.show_message","params":["hi"]}"#) == [.message("hi")])
        #expect(
            receive(&session, #"{"id":null,"method":"client.reconnect","params":["other.example",1,0]}"#)
                == [.end("the pool asks to reconnect")])
        #expect(receive(&session, #"{"id":null,"method":"mining.unheard_of","params":[]}"#) == [])
    }

    @Test(arguments: [
        "", "nonsense", #"{"id":null,"method":"mining.notify","params":["1"]}"#,
        #"{"id":null,"method":"mining.set_difficulty","params":[0]}"#,
        #"{"id":null,"method":"mining.set_difficulty","params":[]}"#,
        #"{"id":null,"method":"mining.set_extranonce","params":["zz",8]}"#,
        #"{"id":null,"method":"mining.set_extranonce","params":["00",17]}"#,
    ])
    func nonsenseEndsTheConnection(line: String) {
        var session = MinerSession(MinerSession.Login(user: "a"))
        guard case .end = receive(&session, line).first else {
            Issue.record("taken: \(line)")
            return
        }
    }
}
