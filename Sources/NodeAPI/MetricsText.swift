internal import Bitcoin
internal import Node
internal import Shares
internal import Stratum

/// A snapshot in Prometheus's text format, version 0.0.4.
enum MetricsText {
    static func text(_ snapshot: PoolSnapshot) -> String {
        var writer = MetricsWriter()
        writer.gauge("radpool_uptime_seconds", "Seconds since the start.", snapshot.uptime)
        writer.gauge(
            "radpool_accepting", "1 while shares are taken, else 0.", snapshot.refusesShares == nil ? 1 : 0)
        write(shares: snapshot, into: &writer)
        write(stratum: snapshot.stratum, into: &writer)
        write(work: snapshot, into: &writer)
        write(journal: snapshot.journal, into: &writer)
        write(nodes: snapshot.nodes, into: &writer)
        return writer.text
    }

    /// 32 bits as eight lower-case digits.
    static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    private static func write(shares snapshot: PoolSnapshot, into writer: inout MetricsWriter) {
        writer.begin("radpool_shares_total", .counter, "Answered submits by verdict.")
        for verdict in ShareVerdict.allCases {
            writer.sample("radpool_shares_total", [("verdict", verdict.name)], snapshot.stratum[verdict])
        }
        writer.counter(
            "radpool_work_total", "Work of stored shares in units of 2^-31 difficulty.", snapshot.total.work)
        writer.begin("radpool_hashrate", .gauge, "Hashes a second by stored shares over a window.")
        for (window, value) in windows(snapshot.total.hashrate) {
            writer.sample("radpool_hashrate", [("window", window)], value)
        }
        writer.begin("radpool_worker_hashrate", .gauge, "Hashes a second of a worker over a window.")
        for worker in snapshot.workers {
            for (window, value) in windows(worker.totals.hashrate) {
                writer.sample("radpool_worker_hashrate", labels(worker) + [("window", window)], value)
            }
        }
        writer.begin("radpool_worker_shares_total", .counter, "Stored shares of a worker.")
        for worker in snapshot.workers {
            writer.sample("radpool_worker_shares_total", labels(worker), worker.totals.acceptedShares)
        }
    }

    private static func write(stratum: StratumMetrics, into writer: inout MetricsWriter) {
        writer.gauge("radpool_connections", "Open connections.", stratum.connections)
        writer.gauge("radpool_miners", "Connections that are subscribed and authorised.", stratum.miners)
        writer.counter(
            "radpool_connections_accepted_total", "Connections accepted.", stratum.acceptedConnections)
        writer.begin("radpool_connections_ended_total", .counter, "Connections ended by reason.")
        for ending in ConnectionEnding.allCases {
            writer.sample("radpool_connections_ended_total", [("reason", ending.name)], stratum[ending])
        }
        writer.counter("radpool_lines_total", "Lines read from miners.", stratum.lines)
        writer.counter("radpool_received_bytes_total", "Bytes read from miners.", stratum.bytesIn)
        writer.counter("radpool_sent_bytes_total", "Bytes written to miners.", stratum.bytesOut)
        writer.begin("radpool_request_errors_total", .counter, "Requests refused by JSON-RPC error.")
        let errors = ["parse_error", "invalid_request", "method_not_found", "invalid_params"]
        for (name, count) in zip(errors, stratum.requestErrors) {
            writer.sample("radpool_request_errors_total", [("error", name)], count)
        }
        writer.counter("radpool_logins_refused_total", "Logins refused.", stratum.refusedLogins)
        writer.counter("radpool_resumed_total", "Sessions resumed.", stratum.resumed)
        writer.counter("radpool_notifies_total", "Jobs written to a miner.", stratum.notifies)
        writer.gauge("radpool_filter_shares", "Shares in the duplicate filters.", stratum.filteredShares)
        writer.gauge("radpool_waiting_shares", "Shares that wait for the disk.", stratum.waitingShares)
        writer.histogram(
            "radpool_submit_reply_seconds", "From the read of a submit to the write of its answer.", stratum.reply)
        writer.histogram(
            "radpool_template_notify_seconds", "From a node's template to the write of its job to a miner.",
            stratum.notify)
    }

    private static func write(work snapshot: PoolSnapshot, into writer: inout MetricsWriter) {
        writer.counter("radpool_jobs_published_total", "Jobs published.", snapshot.publishedJobs)
        if let job = snapshot.job {
            writer.gauge("radpool_job_height", "Height of the block that miners work on.", job.height)
            writer.gauge("radpool_job_age_seconds", "Seconds since the job was published.", job.age)
            writer.gauge("radpool_job_transactions", "Transactions of the job.", job.transactionCount)
        }
        writer.counter("radpool_blocks_solved_total", "Shares that solved a block.", snapshot.stratum.blocks)
    }

    private static func write(journal: JournalSnapshot, into writer: inout MetricsWriter) {
        writer.gauge("radpool_registered_miners", "Registered miners.", journal.miners)
        writer.counter("radpool_journal_groups_total", "Groups in the share journal.", journal.groups)
        writer.counter("radpool_journal_commits_total", "Groups committed since the start.", journal.commits)
        writer.counter("radpool_journal_failures_total", "Groups that the disk refused.", journal.failures)
        writer.histogram(
            "radpool_journal_commit_seconds", "From the take of a group to its being durable.", journal.commit)
    }

    private static func write(nodes: [NodeSnapshot], into writer: inout MetricsWriter) {
        writer.begin("radpool_node_up", .gauge, "1 if a bitcoin node answers, else 0.")
        for node in nodes { writer.sample("radpool_node_up", [("node", node.name)], node.isReachable ? 1 : 0) }
        writer.begin("radpool_node_active", .gauge, "1 for the bitcoin node that templates come from, else 0.")
        for node in nodes { writer.sample("radpool_node_active", [("node", node.name)], node.isActive ? 1 : 0) }
        writer.begin("radpool_node_height", .gauge, "Height of a bitcoin node's tip.")
        for node in nodes {
            if let height = node.height { writer.sample("radpool_node_height", [("node", node.name)], height) }
        }
    }

    private static func windows(_ hashrate: Hashrate) -> [(String, UInt128)] {
        [("1m", hashrate.oneMinute), ("10m", hashrate.tenMinutes), ("1h", hashrate.oneHour)]
    }

    private static func labels(_ worker: WorkerSnapshot) -> [(String, String)] {
        [
            ("account", worker.account.map(String.init) ?? ""), ("account_name", worker.accountName),
            ("worker", worker.name ?? ""),
        ]
    }
}
