import Bitcoin
import Shares
import Stratum
import TestSupport
import Testing

@Suite struct JobMakerTests {
    private static func identity(_ generator: inout SeededGenerator) -> StratumJob.Identity {
        StratumJob.Identity(
            syndicate: SyndicateID(SHA256.hash(generator.bytes(8))), msp: MSPID(SHA256.hash(generator.bytes(8))),
            logPosition: LogPosition(k: generator.next(), hash: SHA256.hash(generator.bytes(8))))
    }

    private static func maker(_ generator: inout SeededGenerator, network: Network = .regtest) throws -> JobMaker {
        try JobMaker(
            network: network, identity: identity(&generator),
            custodyScript: .payToTaproot(XOnlyKeyBytes(generator.bytes(32))), tag: Array("/radpool/".utf8),
            versionMask: 0x1fff_e000)
    }

    /// A template of some transactions with witnesses.
    private static func template(_ generator: inout SeededGenerator, count: Int) throws -> BlockTemplate {
        let transactions = try (0..<count).map { _ in
            let input = TransactionInput(
                outPoint: OutPoint(txid: SHA256.hash(generator.bytes(8)), index: 0), witness: [generator.bytes(40)])
            let output = TransactionOutput(satoshis: 1_000, script: Script([0x51]))
            return try TemplateTransaction(
                raw: Transaction(inputs: [input], outputs: [output]).encoded(), fee: Amount(satoshis: 100))
        }
        let root = MerkleTree(leaves: [.zero] + transactions.map(\.wtxid)).root
        return try BlockTemplate(
            header: BlockHeader(
                version: 0x3fff_f000, previousBlock: SHA256.hash(generator.bytes(8)), merkleRoot: .zero,
                time: 1_700_000_000, bits: CompactTarget(rawValue: 0x207f_ffff), nonce: 0),
            height: 840_000, minimumTime: 1_699_999_000,
            coinbaseValue: try #require(Amount(satoshis: 312_500_000 + 100 * Int64(count))),
            transactions: transactions, defaultWitnessCommitment: WitnessCommitment(witnessRoot: root).script)
    }

    /// A share of a job that solves its block, judged by the validator.
    private static func solve(_ job: StratumJob, _ generator: inout SeededGenerator) throws -> SolvedBlock {
        let miner = MinerID(SHA256.hash(generator.bytes(8)))
        let work = try ShareWork(ShareJob(job.parameters), miner: miner, level: try #require(ShareLevel(33)))
        let validator = ShareValidator()
        while true {
            let extranonce = Extranonce(7, generator.next())
            let roll = HeaderRoll(ntime: job.parameters.currentTime, nonce: 1, versionBits: 0x0400_0000)
            let result = validator.judge(ShareSubmission(work, extranonce, roll))
            guard result.isBlock else { continue }
            return SolvedBlock(
                work.share(extranonce, roll), version: result.version, hash: result.hash, verdict: result.verdict)
        }
    }

    @Test func blocksOfSolvedSharesAreWhole() throws {
        for seed in 0..<UInt64(Scale.count(20, full: 500)) {
            var generator = SeededGenerator(seed: seed)
            let maker = try Self.maker(&generator)
            let template = try Self.template(&generator, count: Int(seed % 40))
            let job = try maker.job(sequence: seed, template: template)
            #expect(job.parameters.header.version & maker.versionMask == 0, "seed \(seed)")
            #expect(job.parameters.header.merkleBranch == template.merkleBranch, "seed \(seed)")
            let solved = try Self.solve(job, &generator)
            let block = try Block(decoding: try #require(job.block(of: solved), "seed \(seed)"))
            #expect(block.header.hash == solved.hash, "seed \(seed)")
            #expect(block.header.meetsOwnTarget, "seed \(seed)")
            #expect(block.merkleTree.root == block.header.merkleRoot, "seed \(seed)")
            #expect(block.header.version & maker.versionMask == 0x0400_0000, "seed \(seed)")
            #expect(block.transactions.dropFirst().map(\.txid) == template.transactions.map(\.txid), "seed \(seed)")
            let coinbase = block.transactions[0]
            #expect(coinbase.inputs[0].witness == [WitnessCommitment.reservedValue], "seed \(seed)")
            #expect(coinbase.outputs.map(\.satoshis) == [template.coinbaseValue.satoshis, 0], "seed \(seed)")
            #expect(coinbase.outputs[0].script == maker.custodyScript, "seed \(seed)")
            let commitment = OwnerCommitment(
                syndicate: maker.identity.syndicate, msp: maker.identity.msp, miner: solved.miner,
                level: solved.level, jobSequence: seed, logPosition: maker.identity.logPosition)
            #expect(
                coinbase.encoded(includingWitness: false)
                    == job.parameters.coinbase.encoded(owner: commitment.hash, extranonce: solved.extranonce),
                "seed \(seed)")

            // A block of another job, or one that was altered, is never built.
            #expect(try maker.job(sequence: seed + 1, template: template).block(of: solved) == nil)
            #expect(job.withoutTransactions.block(of: solved) == nil || template.transactions.isEmpty)
        }
    }

    @Test func anEmptyJobTakesTheSubsidyOnly() throws {
        var generator = SeededGenerator(seed: 1)
        let maker = try Self.maker(&generator, network: .mainnet)
        let template = try Self.template(&generator, count: 3)
        let job = try maker.emptyJob(
            sequence: 9, header: template.header, height: template.height, minimumTime: template.minimumTime)
        #expect(job.coinbase.value.satoshis == 312_500_000)
        #expect(job.coinbase.witnessCommitment == nil)
        #expect(job.parameters.header.merkleBranch.hashes.isEmpty)
        let solved = try Self.solve(job, &generator)
        let block = try Block(decoding: try #require(job.block(of: solved)))
        #expect(block.transactions.count == 1)
        #expect(block.transactions[0].inputs[0].witness.isEmpty)
        #expect(block.header.hash == solved.hash)
    }

    /// What a journal keeps of a job is enough to judge its shares again, and for a block without transactions.
    @Test func aRestoredJobIsTheSameJob() throws {
        var generator = SeededGenerator(seed: 2)
        let maker = try Self.maker(&generator)
        let template = try Self.template(&generator, count: 3)
        let empty = try maker.emptyJob(
            sequence: 1, header: template.header, height: template.height, minimumTime: template.minimumTime)
        for job in [empty, try maker.job(sequence: 2, template: template)] {
            let restored = try StratumJob(
                sequence: job.sequence, identity: maker.identity, header: job.parameters.header,
                times: (job.parameters.minTime, job.parameters.currentTime), coinbase: job.coinbase)
            #expect(restored.parameters.coinbase == job.parameters.coinbase)
            let solved = try Self.solve(job, &generator)
            let work = try ShareWork(ShareJob(restored.parameters), miner: solved.miner, level: solved.level)
            let roll = HeaderRoll(ntime: solved.ntime, nonce: solved.nonce, versionBits: 0x0400_0000)
            let result = ShareValidator().judge(ShareSubmission(work, solved.extranonce, roll))
            #expect(result.hash == solved.hash)
            #expect(restored.block(of: solved) == (job.sequence == 1 ? job.block(of: solved) : nil))
        }
    }

    /// Docs and benchmarks speak of this size: a taproot custody output and a tag of nine bytes.
    @Test func theUsualCoinbaseTakes201Bytes() throws {
        var generator = SeededGenerator(seed: 3)
        let job = try Self.maker(&generator).job(sequence: 0, template: Self.template(&generator, count: 1))
        let layout = job.parameters.coinbase
        #expect(layout.encoded(owner: .zero, extranonce: Extranonce(0, 0)).count == 201)
    }

    @Test func whatNoCoinbaseHasRoomForIsRefused() throws {
        var generator = SeededGenerator(seed: 4)
        let identity = Self.identity(&generator)
        #expect(throws: CoinbaseLayoutError.tagTooLong(21)) {
            try JobMaker(
                network: .regtest, identity: identity, custodyScript: Script([0x51]),
                tag: [UInt8](repeating: 0x2f, count: 21), versionMask: 0)
        }
        #expect(throws: CoinbaseLayoutError.self) {
            try JobMaker(
                network: .regtest, identity: identity, custodyScript: Script([UInt8](repeating: 0x51, count: 400)),
                tag: [], versionMask: 0)
        }
    }
}
