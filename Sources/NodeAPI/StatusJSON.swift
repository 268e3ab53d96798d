internal import Bitcoin
internal import BitcoinNode
internal import Node
internal import Shares
internal import Stratum

/// A snapshot as the JSON of `/api/v1/status` (docs/openapi.yaml). Times are whole seconds, hashrates hashes a second.
enum StatusJSON {
    static func value(_ snapshot: PoolSnapshot) -> JSONValue {
        .members([
            "network": .string(snapshot.identity.network.configurationName),
            "syndicate": .string(Hex.encode(snapshot.identity.syndicate.bytes.bytes)),
            "msp": .string(Hex.encode(snapshot.identity.msp.bytes.bytes)),
            "uptime": .integer(snapshot.uptime),
            "refuses_shares": snapshot.refusesShares.map { .string($0) } ?? .null,
            "connections": .integer(snapshot.stratum.connections),
            "miners": .integer(snapshot.stratum.miners),
            "registered_miners": .integer(snapshot.journal.miners),
            "total": totals(snapshot.total),
            "workers": .array(snapshot.workers.map(worker)),
            "job": snapshot.job.map(job) ?? .null,
            "published_jobs": .integer(snapshot.publishedJobs),
            "solved_blocks": .integer(snapshot.stratum.blocks),
            "blocks": .array(snapshot.blocks.map(block)),
            "journal": journal(snapshot.journal),
            "nodes": .array(snapshot.nodes.map(node)),
        ])
    }

    private static func totals(_ totals: WorkTotals) -> JSONValue {
        let refusals = ShareVerdict.allCases.filter { $0 != .accepted }
            .map { JSONValue.Member($0.name, .integer(totals.refusals[Int($0.rawValue)])) }
        return .members([
            "accepted_shares": .integer(totals.acceptedShares),
            "refused_shares": .object(refusals),
            "work": .integer(totals.work),
            "hashrate": .members([
                "1m": .integer(totals.hashrate.oneMinute), "10m": .integer(totals.hashrate.tenMinutes),
                "1h": .integer(totals.hashrate.oneHour),
            ]),
        ])
    }

    private static func worker(_ worker: WorkerSnapshot) -> JSONValue {
        .members([
            "account": worker.account.map { .integer($0) } ?? .null,
            "account_name": .string(worker.accountName),
            "worker": worker.name.map { .string($0) } ?? .null,
            "agent": .string(worker.agent),
            "totals": totals(worker.totals),
            "last_share_age": worker.lastShareAge.map { .integer($0) } ?? .null,
        ])
    }

    private static func job(_ job: JobSnapshot) -> JSONValue {
        .members([
            "sequence": .integer(job.sequence),
            "height": .integer(job.height),
            "previous_block": .string(job.previousBlock.description),
            "bits": .string(MetricsText.hex(job.compactTarget.rawValue)),
            "value": .integer(job.value.satoshis),
            "transactions": .integer(job.transactionCount),
            "age": .integer(job.age),
        ])
    }

    private static func block(_ block: FoundBlock) -> JSONValue {
        .members([
            "hash": .string(block.hash.description),
            "height": .integer(block.height),
            "miner": .string(Hex.encode(block.miner.bytes.bytes)),
            "value": .integer(block.value.satoshis),
            "found_at": .integer(block.foundAt),
            "taken": .bool(block.isTaken),
            "answers": .array(
                block.answers.map { answer in
                    .members([
                        "node": .string(answer.node), "refusal": answer.refusal.map { .string($0) } ?? .null,
                    ])
                }),
            "problem": block.problem.map { .string($0) } ?? .null,
        ])
    }

    private static func journal(_ journal: JournalSnapshot) -> JSONValue {
        .members([
            "groups": .integer(journal.groups),
            "commits": .integer(journal.commits),
            "failures": .integer(journal.failures),
            "problem": journal.problem.map { .string($0) } ?? .null,
            "replayed_shares": .integer(journal.replayedShares),
        ])
    }

    private static func node(_ node: NodeSnapshot) -> JSONValue {
        .members([
            "name": .string(node.name),
            "active": .bool(node.isActive),
            "reachable": .bool(node.isReachable),
            "height": node.height.map { .integer($0) } ?? .null,
            "problem": node.problem.map { .string($0) } ?? .null,
        ])
    }
}
