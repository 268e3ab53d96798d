public import Bitcoin
public import CStratum
import Foundation
public import StratumConversations

/// The server of CStratum in this process, with a storing thread and a chain of nothing but tips: what the daemon has
/// in disk, node and account book, this has in memory.
public final class ServerPool: Endpoint, @unchecked Sendable {
    private let rules: PoolRules
    private let certificate: Certificate
    /// Guards everything below.
    private let state = NSCondition()
    private var server: OpaquePointer?
    private var running = 0
    private var jobs: [TrialJob] = []
    private var tip: UInt8 = 1
    private var stored: [(share: rp_stratum_share, miner: [UInt8])] = []
    private var blocks: [rp_stratum_block] = []
    private var accounts: [[UInt8]] = []
    private var agents: [String: String] = [:]
    private var addresses: [String: String] = [:]
    private var isHeld = false
    private var isFailing = false
    private var groups: [Int] = []
    private var ports: [UInt16] = [0, 0, 0]

    /// The plain port.
    public var port: UInt16 { ports[0] }
    /// The TLS port.
    public var tlsPort: UInt16 { ports[1] }
    /// The high-difficulty port.
    public var highPort: UInt16 { ports[2] }
    /// The one address whose PROXY headers are believed.
    public let proxySource = "127.0.0.2"

    /// Starts a server and publishes its first job.
    public init(_ rules: PoolRules) throws {
        self.rules = rules
        certificate = try Certificate()
        try start()
        try publish(RP_STRATUM_JOB_NEW_TIP)
        try waitForPorts()
    }

    // MARK: Start and end

    private func start() throws {
        let configuration = try ServerConfiguration(rules, ports: ports, folder: certificate.folder)
        var config = configuration.config
        let status = withExtendedLifetime(configuration) { rp_stratum_server_create(&server, &config) }
        guard status == RP_STRATUM_OK, let server else { throw Mismatch("no server: status \(status)") }
        ports = (0..<3).map { rp_stratum_server_port(server, $0) }
        running = 2
        let handle = Handle(server: server)
        Thread(block: { self.store(handle.server) }).start()
        Thread(block: { self.collectBlocks(handle.server) }).start()
    }

    /// A server's address, which any thread may use.
    private struct Handle: @unchecked Sendable {
        let server: OpaquePointer
    }

    /// Begins the graceful end.
    public func stop() throws {
        guard let server = state.withLock({ server }) else { return }
        rp_stratum_server_stop(server)
    }

    /// Ends the server and frees it, when all of its threads are done.
    public func end() {
        release()
        guard let server = state.withLock({ server }) else { return }
        rp_stratum_server_stop(server)
        state.lock()
        while running > 0 { state.wait() }
        self.server = nil
        state.unlock()
        rp_stratum_server_destroy(server)
    }

    /// Ends the server and starts another one with the jobs and shares of this one.
    public func restart() throws {
        end()
        try start()
        guard let server = state.withLock({ server }) else { return }
        for job in jobs.suffix(Int(RP_STRATUM_MAX_RESTORED)) where job.tip == tip || job.tip + 1 == tip {
            let kind = job.tip == tip ? RP_STRATUM_JOB_RESTORED : RP_STRATUM_JOB_RESTORED_STALE
            rp_stratum_publish(server, try job.make(), kind, 0)
        }
        let kept = stored.map(\.share)
        let credited = rp_stratum_replay(server, kept, stored.flatMap(\.miner), kept.count)
        guard credited == kept.count else { throw Mismatch("\(credited) of \(kept.count) stored shares are credited") }
        try publish(RP_STRATUM_JOB_NEW_TIP)
        try waitForPorts()
    }

    /// The ports open when a loop has its first job. The connections that find it out have gone when this returns.
    private func waitForPorts() throws {
        for port in ports {
            for _ in 0..<Connection.safetyNet {
                if let connection = try? Connection(port: port, source: "127.0.0.9") {
                    connection.endSending()
                    try connection.expectEnd()
                    break
                }
                usleep(1_000)
            }
        }
    }

    // MARK: Jobs and blocks

    private func publish(_ kind: rp_stratum_job_kind) throws {
        state.lock()
        defer { state.unlock() }
        guard let server else { return }
        let job = TrialJob(sequence: UInt64(jobs.count) + 1, tip: tip)
        jobs.append(job)
        rp_stratum_publish(server, try job.make(), kind, 0)
    }

    /// Makes another block the tip.
    public func newTip() throws {
        state.withLock { tip += 1 }
        try publish(RP_STRATUM_JOB_NEW_TIP)
    }

    /// Makes a new job on the same tip.
    public func refresh() throws {
        try publish(RP_STRATUM_JOB_REFRESH)
    }

    /// The template's mintime.
    public func minimumTime(of job: Job) -> UInt32? {
        guard let sequence = UInt64(job.id.prefix(14), radix: 16) else { return nil }
        return TrialJob(sequence: sequence, tip: 0).minimumTime
    }

    private func collectBlocks(_ server: OpaquePointer) {
        var block = rp_stratum_block()
        while rp_stratum_take_block(server, &block) {
            state.withLock {
                blocks.append(block)
                state.broadcast()
            }
        }
        threadEnded()
    }

    private func threadEnded() {
        state.withLock {
            running -= 1
            state.broadcast()
        }
    }

    /// Waits for a block with this hash.
    public func waitForBlock(_ hash: Hash256) throws {
        try wait("no block \(hash)") {
            self.blocks.contains { block in withUnsafeBytes(of: block.hash32) { Array($0) } == hash.bytes }
        }
    }

    /// Waits until something is so; never longer than the safety net.
    private func wait(_ complaint: String, until isSo: () -> Bool) throws {
        let limit = Date(timeIntervalSinceNow: Double(Connection.safetyNet) / 1_000)
        state.lock()
        defer { state.unlock() }
        while !isSo() {
            guard state.wait(until: limit) else { throw Mismatch(complaint) }
        }
    }

    // MARK: Disk

    private func store(_ server: OpaquePointer) {
        var harvest = rp_stratum_harvest()
        repeat {
            rp_stratum_take(server, &harvest)
            for login in UnsafeBufferPointer(start: harvest.logins, count: harvest.login_count) {
                answer(login, server)
            }
            // The server asks; the pool decides, as it does for the daemon.
            if harvest.refresh_wanted, (try? refresh()) == nil { return }
            if harvest.share_count > 0 {
                let shares = UnsafeBufferPointer(start: harvest.shares, count: harvest.share_count)
                rp_stratum_settle(server, keep(shares))
            }
        } while !harvest.finished
        threadEnded()
    }

    /// Waits while the disk is held, then keeps the shares unless it fails.
    private func keep(_ shares: UnsafeBufferPointer<rp_stratum_share>) -> Bool {
        state.lock()
        defer { state.unlock() }
        groups.append(shares.count)
        state.broadcast()
        while isHeld { state.wait() }
        if !isFailing {
            stored += shares.map { ($0, accounts[Int($0.account)]) }
        }
        state.broadcast()
        return !isFailing
    }

    /// Lets the disk take no group until `release`.
    public func hold() {
        state.withLock { isHeld = true }
    }

    /// Lets the disk go on.
    public func release() {
        state.withLock {
            isHeld = false
            state.broadcast()
        }
    }

    /// Lets the disk refuse groups, or take them again.
    public func fail(_ isFailing: Bool) {
        state.withLock { self.isFailing = isFailing }
    }

    /// Whether accepted shares are taken at all.
    public func accept(_ isAccepting: Bool) {
        state.withLock { server.map { rp_stratum_set_accepting($0, isAccepting) } }
    }

    /// client.show_message to everybody.
    public func show(_ text: String) {
        state.withLock { server.map { rp_stratum_show($0, text) } }
    }

    /// Waits until so many groups have come to the disk.
    public func waitForGroups(_ count: Int) throws {
        try wait("no group \(count)") { self.groups.count >= count }
    }

    /// The sizes of the groups so far.
    public var groupSizes: [Int] {
        state.withLock { groups }
    }

    /// The shares that were stored, by the hex of extranonce2.
    public var storedExtranonces: [String] {
        state.withLock {
            stored.map { entry in Hex.encode(withUnsafeBytes(of: entry.share.extranonce2) { Array($0) }) }
        }
    }

    /// The server's counters.
    public var metrics: rp_stratum_metrics {
        var metrics = rp_stratum_metrics()
        state.withLock { server.map { rp_stratum_read_metrics($0, &metrics) } }
        return metrics
    }

    // MARK: Accounts

    private func answer(_ login: rp_stratum_login, _ server: OpaquePointer) {
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        let account = text(login.account)
        let key = account.utf8.count == 64 ? (try? Hex.decode(account)) : nil
        var grant = rp_stratum_grant()
        grant.ticket = login.ticket
        grant.granted = key != nil
        state.withLock {
            agents[account] = text(login.agent)
            addresses[account] = text(login.address)
            guard let key else { return }
            let number = accounts.firstIndex(of: key) ?? accounts.count
            if number == accounts.count { accounts.append(key) }
            grant.account = UInt32(number)
            grant.known = stored.contains { $0.share.account == grant.account }
            withUnsafeMutableBytes(of: &grant.miner_id32) { $0.copyBytes(from: key) }
        }
        Accounts.unknownText.withCString { reason in
            grant.reason = reason
            rp_stratum_answer(server, &grant, 1)
        }
    }

    /// The user agent of an account's last login.
    public func agent(of account: String) -> String? {
        state.withLock { agents[account] }
    }

    /// The address of an account's last login.
    public func address(of account: String) -> String? {
        state.withLock { addresses[account] }
    }
}
