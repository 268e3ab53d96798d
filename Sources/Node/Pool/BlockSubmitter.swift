internal import Bitcoin
internal import BitcoinNode
internal import Foundation
internal import Logging
internal import Shares
internal import Stratum

/// Builds the blocks that shares solve and hands them to all bitcoin nodes, whatever became of the shares.
struct BlockSubmitter: Sendable {
    let server: StratumServer
    let nodes: NodeSet
    let board: JobBoard
    let statistics: PoolStatistics
    let logger: Logger

    /// Waits for blocks until the server has stopped; each goes to `found`. To be called once, on a thread of its own.
    func wait(_ found: AsyncStream<SolvedBlock>.Continuation) {
        let feed = server.makeBlockFeed()
        while let block = feed?.next() { found.yield(block) }
        found.finish()
    }

    /// Submits blocks as they come, each without waiting for the ones before; returns when all are answered.
    func run(_ blocks: AsyncStream<SolvedBlock>) async {
        await withDiscardingTaskGroup { group in
            for await block in blocks {
                group.addTask { await submit(block) }
            }
        }
    }

    private func submit(_ solved: SolvedBlock) async {
        let job = board.job(solved.jobSequence)
        var found = FoundBlock(
            hash: solved.hash, height: job?.coinbase.height ?? 0, miner: solved.miner,
            value: job?.coinbase.value ?? .zero, verdict: solved.verdict,
            foundAt: UInt64(max(Date.now.timeIntervalSince1970, 0)))
        let description: Logger.Metadata = [
            "hash": "\(solved.hash.displayHex)", "height": "\(found.height)", "job": "\(solved.jobSequence)",
            "miner": "\(solved.miner.bytes.internalHex)", "verdict": "\(solved.verdict)",
        ]
        guard let block = job?.block(of: solved) else {
            found.problem = "the transactions of job \(solved.jobSequence) are not known any more"
            statistics.record(found)
            logger.error("a block is lost: its job's transactions are not known any more", metadata: description)
            return
        }
        statistics.record(found)
        logger.notice("block found", metadata: description)
        found.answers = await nodes.submit(block: block).map(FoundBlock.Answer.init)
        statistics.record(found)
        for answer in found.answers {
            guard let refusal = answer.refusal else { continue }
            logger.error(
                "a node refuses the block",
                metadata: description.merging(["node": "\(answer.node)", "reason": "\(refusal)"]) { $1 })
        }
    }
}

extension FoundBlock.Answer {
    fileprivate init(_ answer: SubmitAnswer) {
        self.init(node: answer.name, refusal: Self.refusal(answer.outcome))
    }

    private static func refusal(_ outcome: SubmitAnswer.Outcome) -> String? {
        switch outcome {
        case .accepted, .inconclusive: nil
        case .rejected(let reason): reason
        case .failed(let error): "\(error)"
        }
    }
}
