extension Quirks {
    static let submits: [Row] = [
        Row("Q17", "version bits without configure are taken", run: bitsWithoutConfigure),
        Row("Q35", "no version bits: five params, an empty sixth, null", run: noBits),
        Row("Q36", "hex digits of either case, exactly as many as there must be", run: hexCase),
        Row("Q17b", "bits are rolled as BIP310 says, over a template that signals in the mask", run: rolling),
    ]

    private static func bitsWithoutConfigure(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        try miner.accepted(try miner.find(.good, in: nil, Grinder.Variation(rolled: (0x0000_2000, 0x1fff_e000))))
        try miner.accepted(try miner.find(.good, in: nil, Grinder.Variation(rolled: (0x1fff_e000, 0x1fff_e000))))
        try miner.accepted(try miner.find(.good, in: nil, Grinder.Variation(rolled: (0, 0x1fff_e000))))
    }

    private static func noBits(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.ask(configure, agreed)
        try connection.expect(Lines.mask("1fffe000"))
        try connection.send(subscribe, authorize)
        let (_, extranonce1) = try Miner.subscribed(connection, id: "2")
        try connection.expect(Lines.yes("3"))
        let job = try Miner.firstJob(connection)
        let miner = try Miner(endpoint)
        miner.grinder = Grinder(extranonce1: try Job.bytes(extranonce1))
        for sixth in ["", #","""#, ",null", #",null,"more""#] {
            let share = try miner.find(in: job)
            let line = share.line("4", worker: Accounts.first + ".w")
            try connection.ask(String(line.dropLast(2)) + sixth + "]}", Lines.yes("4"))
        }
    }

    private static func hexCase(_ endpoint: any Endpoint) throws {
        let miner = try Miner(endpoint)
        // Digits that have a case: the grinder's nonces have, and this time has.
        var share = try miner.find(.good, in: nil, Grinder.Variation(ntime: miner.job.ntime | 0xf))
        var upper = share
        upper.nonce = share.nonce.uppercased()
        upper.ntime = share.ntime.uppercased()
        upper.extranonce2 = share.extranonce2.uppercased()
        upper.job = share.job.uppercased()
        try miner.accepted(upper)
        try miner.refused(share, 22, "duplicate share")
        share = try miner.find()
        for nonce in [share.nonce + "0", "0" + share.nonce, String(share.nonce.dropLast())] {
            var wrong = share
            wrong.nonce = nonce
            try miner.refused(wrong, 20, "nonce must be 4 bytes of hex")
        }
        try miner.accepted(share)
    }

    private static func rolling(_ endpoint: any Endpoint) throws {
        let connection = try Connection(port: endpoint.port)
        try connection.send(
            Lines.request("1", "mining.configure", #"[["version-rolling"],{"version-rolling.mask":"1fffe000"}]"#))
        try connection.expect(agreed, Lines.mask("1fffe000"))
        try connection.send(subscribe, authorize)
        let (_, extranonce1) = try Miner.subscribed(connection, id: "2")
        try connection.expect(Lines.yes("3"))
        let job = try Miner.firstJob(connection)
        // All three readings of the bits (and, or, exclusive or) agree: the job has no bits in the mask.
        guard job.version & 0x1fff_e000 == 0 else { throw Mismatch("version \(Job.hex8(job.version))") }
        let miner = try Miner(endpoint)
        miner.grinder = Grinder(extranonce1: try Job.bytes(extranonce1))
        for bits: UInt32 in [0x1000_0000, 0x0000_2000, 0x1fff_e000] {
            let share = try miner.find(.good, in: job, Grinder.Variation(rolled: (bits, 0x1fff_e000)))
            try connection.ask(share.line("4", worker: Accounts.first + ".w"), Lines.yes("4"))
        }
    }
}
