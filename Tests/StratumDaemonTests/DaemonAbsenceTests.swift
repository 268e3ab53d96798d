import Foundation
import StratumConversations
import Testing

/// The bitcoin node goes away for longer than its absence is borne, and comes back.
@Suite("radpoold: no bitcoin node")
struct DaemonAbsenceTests {
    @Test func sharesAreRefusedAfterAWhileAndTakenAgainByThemselves() throws {
        let node = try SeparateNode()
        let pool = try DaemonPool(
            .patient.with { settings in
                settings.servesAPI = true
                settings.bitcoin = ["node_absence = \"1s\""] + node.settings
            })
        let miner = try Miner(pool)
        let credited = try miner.find()
        try miner.accepted(credited)
        var accepted = [credited]

        node.kill()
        // The last job goes on for a second. Then not one share is taken until the node is back.
        try submit(miner, &accepted, until: false)
        for _ in 0..<20 { try miner.refused(try miner.find(), 20, "pool cannot store shares now") }
        try miner.refused(credited, 22, "duplicate share")
        try pool.waitForAnswer("/api/v1/status", with: #""refuses_shares":"no bitcoin node is usable""#)
        try pool.waitForAnswer("/metrics", with: "\nradpool_accepting 0\n")

        try node.start()
        try submit(miner, &accepted, until: true)
        for _ in 0..<20 {
            let share = try miner.find()
            try miner.accepted(share)
            accepted.append(share)
        }
        try pool.waitForAnswer("/api/v1/status", with: #""refuses_shares":null"#)
        try pool.end()
        let stored = try StoredShares.keys(pool.journal)
        #expect(stored == accepted.map { StoredShares.key($0, extranonce1: miner.extranonce1) })
    }

    /// Submits shares until one is taken, or is not.
    private func submit(_ miner: Miner, _ accepted: inout [Share], until isTaken: Bool) throws {
        for _ in 0..<Connection.safetyNet / 10 {
            let share = try miner.find()
            let id = miner.nextID()
            try miner.connection.send(share.line(id, worker: miner.name))
            let reply = try miner.reply()
            let isAccepted = reply == Lines.yes(id)
            guard isAccepted || reply == Lines.refusal(id, 20, "pool cannot store shares now") else {
                throw Mismatch("expected true or a refusal for \(id), got \(reply ?? "the end")")
            }
            if isAccepted { accepted.append(share) }
            if isAccepted == isTaken { return }
            usleep(10_000)
        }
        throw Mismatch("shares are \(isTaken ? "refused" : "taken") all the time")
    }
}
