import Bitcoin

extension Hostile {
    static let shares: [Row] = [
        Row(
            "H18", "a flood of easy shares raises the level after eight",
            .with {
                $0.levels = 33...36
                $0.shareInterval = 600_000
            }, run: easyFlood),
        Row("H19", "job ids that are none", run: jobIDs),
        Row("H21", "a stale share within the grace counts", run: withinGrace),
        Row("H21b", "a stale share after the grace does not", .with { $0.staleGrace = 0 }, run: afterGrace),
        Row("H22", "a stale share that is a block goes to the node", .with { $0.staleGrace = 0 }, run: staleBlock),
        Row("H22b", "a refused share that is a block goes to the node", run: refusedBlocks),
        Row("H23", "extranonce2 of other lengths and digits", run: extranonce2Forms),
        Row("H24", "a rival coinbase tail in extranonce2", run: rivalTail),
        Row("H25", "nonces that are none", run: nonceForms),
        Row("H26", "times before and beyond the range", run: times),
        Row("H27", "version bits outside the mask, and that are none", run: versionBits),
        Row("H28", "the same share again, in every disguise", run: duplicates),
        Row("H28b", "the same share again after a restart", run: duplicateAfterRestart),
        Row("H29", "another miner's share from an own session", run: theft),
    ]

    private static func easyFlood(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let shares = try (0..<12).map { _ in try miner.find() }
        // Eight in the time of one: the estimate is beyond every level.
        try miner.connection.send(lines: shares.map { $0.line("5", worker: miner.name) })
        for _ in shares { try miner.expectReply(Lines.yes("5")) }
        while miner.job.level == 33 {
            guard let line = try miner.connection.line() else { throw Mismatch("closed") }
            if Job.isNotify(line) { try miner.take(line) }
        }
        guard miner.job.level == 36 else { throw Mismatch("raised to \(miner.job.level)") }
        try miner.refused(try miner.find(.low), 23, "low difficulty share")
    }

    private static func jobIDs(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let good = share.job
        let ids: [String] = [
            "", "xyz", "-1", "0", "0000000000000000", "ffffffffffffffff", "\(good)0", String(good.dropLast()),
            "0x\(good.dropFirst(2))", " \(good.dropFirst())", String(repeating: "a", count: 40),
        ]
        for id in ids {
            var wrong = share
            wrong.job = id
            try miner.refused(wrong, 21, "job not found")
        }
        try miner.accepted(share)
    }

    private static func withinGrace(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let before = miner.job
        try endpoint.newTip()
        try miner.awaitTip()
        try miner.accepted(try miner.find(in: before))
        try miner.accepted(try miner.find())
    }

    private static func afterGrace(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let before = miner.job
        let credited = try miner.find()
        try miner.accepted(credited)
        try endpoint.newTip()
        try miner.awaitTip()
        try miner.refused(try miner.find(in: before), 21, "stale share")
        try miner.refused(credited, 22, "duplicate share")
        try miner.accepted(try miner.find())
        // Two tips later the job is not known any more.
        try endpoint.newTip()
        try miner.awaitTip()
        try miner.refused(try miner.find(in: before), 21, "job not found")
    }

    private static func staleBlock(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let before = miner.job
        let block = try miner.find(.block)
        try endpoint.newTip()
        try miner.awaitTip()
        guard miner.job.previous != before.previous else { throw Mismatch("the same tip") }
        try miner.refused(block, 21, "stale share")
        try endpoint.waitForBlock(block.hash)
    }

    private static func refusedBlocks(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint, password: Quirks.password(44), level: 44)
        let low = try miner.find(.lowBlock)
        try miner.refused(low, 23, "low difficulty share")
        try endpoint.waitForBlock(low.hash)
        // The same block again does no harm.
        try miner.refused(low, 23, "low difficulty share")
        let easy = try Miner(endpoint)
        let block = try easy.find(.block)
        try easy.accepted(block)
        try endpoint.waitForBlock(block.hash)
        try easy.refused(block, 22, "duplicate share")
    }

    private static func extranonce2Forms(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let text = "extranonce2 must be 8 bytes of hex"
        let good = share.extranonce2
        let tail = String(good.dropFirst())
        let forms: [String] = [
            "", String(good.dropLast()), String(good.dropLast(2)), "\(good)0", "\(good)00", "0x\(tail.dropFirst())",
            "g\(tail)", " \(tail)", "-\(tail)", "\(good.dropLast()) ",
        ]
        for form in forms {
            var wrong = share
            wrong.extranonce2 = form
            try miner.refused(wrong, 20, text)
        }
        try miner.accepted(share)
    }

    private static func rivalTail(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let tails = [miner.job.coinbase2, Array(miner.job.coinbase2.prefix(8)), [UInt8](repeating: 0x6a, count: 512)]
        for tail in tails {
            var wrong = share
            wrong.extranonce2 = share.extranonce2 + Hex.encode(tail)
            try miner.refused(wrong, 20, "extranonce2 must be 8 bytes of hex")
        }
        try miner.accepted(share)
    }

    private static func nonceForms(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let good = share.nonce
        let tail = String(good.dropFirst())
        let forms: [String] = [
            "", "0x\(good)", "0x\(tail.dropFirst())", "+1", "-1", "\(good)0", String(good.dropLast()), " \(good)",
            "\(good) ", " \(tail)", "zzzzzzzz", "0000000g", #"\u0000\#(tail)"#,
        ]
        for form in forms {
            var wrong = share
            wrong.nonce = form
            try miner.refused(wrong, 20, "nonce must be 4 bytes of hex")
        }
        try miner.accepted(share)
    }

    private static func times(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let job = miner.job
        func share(at time: UInt32) throws -> Share {
            try miner.find(.good, in: job, Grinder.Variation(ntime: time))
        }
        var refused: [UInt32] = [0, .max, job.ntime + 7_201]
        if let minimum = endpoint.minimumTime(of: job) {
            refused.append(minimum - 1)
            try miner.accepted(try share(at: minimum))
        }
        for time in refused { try miner.refused(try share(at: time), 20, "ntime out of range") }
        try miner.accepted(try share(at: job.ntime + 7_200))
        for text in ["", "0x123456", "1", "6553f10g", "-1", Job.hex8(job.ntime) + "0", " 6553f10"] {
            var wrong = try share(at: job.ntime)
            wrong.ntime = text
            try miner.refused(wrong, 20, "ntime out of range")
        }
    }

    private static func versionBits(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let text = "version bits outside the mask"
        for bits: UInt32 in [0x2000_0000, 0x0000_1000, 0x0000_0001, .max] {
            try miner.refused(
                try miner.find(.good, in: nil, Grinder.Variation(rolled: (bits, 0x1fff_e000))), 20, text)
        }
        let line = String(try miner.find().line("5", worker: miner.name).dropLast(2))
        for sixth in ["0", "8192", "true", "[]", #""2000""#, #""0000200g""#, #""000020000""#, #""0x002000""#] {
            try miner.connection.ask("\(line),\(sixth)]}", Lines.refusal("5", 20, text))
        }
        // Bits of the pool's mask that the miner did not agree to.
        try miner.connection.ask(
            Lines.request("6", "mining.configure", #"[["version-rolling"],{"version-rolling.mask":"00006000"}]"#),
            #"{"id":6,"result":{"version-rolling":true,"version-rolling.mask":"00006000"},"error":null}"#)
        try miner.connection.expect(Lines.mask("00006000"))
        try miner.refused(
            try miner.find(.good, in: nil, Grinder.Variation(rolled: (0x8000, 0x1fff_e000))), 20, text)
        try miner.accepted(try miner.find(.good, in: nil, Grinder.Variation(rolled: (0x2000, 0x6000))))
    }

    private static func duplicates(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        // Twice in one segment: judged together, and still one credit.
        try miner.connection.send(share.line("5", worker: miner.name), share.line("6", worker: miner.name))
        try miner.connection.expect(Lines.yes("5"), Lines.refusal("6", 22, "duplicate share"))
        var disguised = share
        disguised.nonce = share.nonce.uppercased()
        disguised.bits = "00000000"
        try miner.refused(disguised, 22, "duplicate share")
        try miner.connection.ask(Lines.authorize("7", Accounts.first + ".v"), Lines.yes("7"))
        try miner.refused(share, 22, "duplicate share", worker: Accounts.first + ".v")
        try endpoint.refresh()
        try miner.expectJob(clean: false)
        try miner.refused(share, 22, "duplicate share")
        let again = try Miner(endpoint, token: miner.token)
        try again.refused(share, 22, "duplicate share")
        try endpoint.newTip()
        try again.awaitTip()
        try again.refused(share, 22, "duplicate share")
    }

    private static func duplicateAfterRestart(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        let share = try miner.find()
        let other = try miner.find()
        try miner.accepted(share)
        try endpoint.restart()
        let again = try Miner(endpoint, token: miner.token)
        guard again.extranonce1 == miner.extranonce1, again.token == miner.token else {
            throw Mismatch("expected token \(miner.token), got \(again.token)")
        }
        guard again.job.id != miner.job.id else { throw Mismatch("a job id came again after the restart") }
        try again.refused(share, 22, "duplicate share")
        // Work of the time before the restart is not lost.
        try again.accepted(other)
        try again.refused(other, 22, "duplicate share")
    }

    private static func theft(_ endpoint: any Endpoint) throws {
        let victim = try Miner(endpoint)
        let thief = try Miner(endpoint, name: Accounts.second + ".w")
        guard victim.job.id == thief.job.id, let target = Target(shareLevel: thief.job.level) else {
            throw Mismatch("not the same job: \(victim.job.id), \(thief.job.id)")
        }
        guard victim.job.coinbase1 != thief.job.coinbase1 else { throw Mismatch("two miners with the same work") }
        // Replayed, it is another header: one that happens to miss the target is taken, so that the answer is certain.
        let own = try Hex.decode(thief.extranonce1)
        var share = try victim.find()
        while target.isMet(by: try Grinder.hash(thief.job, extranonce1: own, share)) { share = try victim.find() }
        try thief.refused(share, 23, "low difficulty share")
        try thief.refused(share, 24, "unauthorized worker", worker: victim.name)
        try victim.accepted(share)
        try thief.refused(share, 23, "low difficulty share")
    }
}
