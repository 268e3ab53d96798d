internal import Bitcoin
internal import Logging
internal import Shares
internal import Storage
internal import Stratum
internal import Synchronization
internal import Wire

/// The thread between the stratum server and the disk: takes what miners bring, resolves logins, stores everything in
/// one commit, and answers only then.
///
/// A commit starts whenever none is running and something waits; what arrives meanwhile is the next group. When the
/// disk refuses a group, its shares are refused, its new miners are not registered, and the next group is tried anew:
/// jobs are stored with the first group that needs them and succeeds.
final class JournalWriter: Sendable {
    /// What other threads ask of this one.
    enum Request: Sendable {
        /// A registration by the web or the operator; answered when it is stored.
        case register(AccountApplication, isOperator: Bool, answer: @Sendable (AccountDecision) -> Void)
        /// The webhook's word on a registration.
        case admit(AccountApplication, answer: @Sendable (AccountDecision) -> Void)
        /// The webhook's word on a login: an account, or nil to refuse it.
        case login(MinerLogin, AccountApplication?)
    }

    /// What the writer is made with.
    struct Parts: Sendable {
        let server: StratumServer
        let board: JobBoard
        let statistics: PoolStatistics
        let logger: Logger
        /// Asks the operator's webhook about a new miner.
        let approve: @Sendable (AccountApplication) async -> Bool
        /// Miners refuse the present job.
        let wantRefresh: @Sendable () -> Void
    }

    private let parts: Parts
    private let journal: Mutex<ShareJournal>
    private let accounts: Mutex<AccountBook>
    /// What is asked of the thread; nil when it is over.
    private let requests = Mutex<[Request]?>([])

    init(_ parts: Parts, journal: sending ShareJournal, accounts: AccountBook) {
        self.parts = parts
        self.journal = Mutex(journal)
        self.accounts = Mutex(accounts)
    }

    /// Asks something of the thread.
    func request(_ request: Request) {
        let isTaken = requests.withLock { requests in
            requests?.append(request)
            return requests != nil
        }
        if isTaken { parts.server.wake() } else { Self.refuse(request) }
    }

    /// Answers what came too late; a miner's connection is gone by then.
    private static func refuse(_ request: Request) {
        switch request {
        case .register(_, _, let answer), .admit(_, let answer): answer(.refused(.notStored))
        case .login: break
        }
    }

    /// Reads the journal, for the start.
    func read<Result: Sendable>(
        _ body: (ShareJournal) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try journal.withLock { journal throws(StorageError) in try body(journal) }
    }

    /// The keys of all miners, by their numbers.
    var minerKeys: [MinerID] {
        accounts.withLock { book in book.miners.map { MinerID($0.key) } }
    }

    /// Miners from a number on, in the order of their numbers; those whose group is being stored included.
    func miners(from number: UInt32, count: Int) -> [MinerRegistration] {
        accounts.withLock { book in Array(book.miners.dropFirst(Int(number)).prefix(max(count, 0))) }
    }

    // MARK: The thread

    /// Works until the server has stopped. To be called once, on a thread of its own.
    func run() {
        guard let intake = parts.server.makeIntake() else { return }
        var encoder = ShareBatchEncoder()
        var isGoingOn = true
        while isGoingOn {
            var replies = Replies()
            var wantsRefresh = false
            isGoingOn = intake.next { harvest in
                wantsRefresh = harvest.isRefreshWanted
                return store(harvest, &encoder, &replies)
            }
            parts.server.answer(replies.logins)
            for answer in replies.answers { answer() }
            if wantsRefresh { parts.wantRefresh() }
        }
        let late = requests.withLock { requests in
            defer { requests = nil }
            return requests ?? []
        }
        for request in late { Self.refuse(request) }
        flush()
    }

    /// What the database refuses now is in the journal's tail, and the next start tries again.
    private func flush() {
        do {
            try journal.withLock { journal throws(StorageError) in try journal.flush() }
        } catch {
            parts.logger.error(
                "stored shares could not be brought into the database; the next start will try",
                metadata: ["reason": "\(JournalFailure.storage(error))"])
        }
    }

    /// What is said when the group is on disk, or is known not to be.
    private struct Replies {
        var logins: [LoginAnswer] = []
        var answers: [@Sendable () -> Void] = []
    }

    /// Stores a harvest and what other threads asked; whether the shares are durable.
    private func store(
        _ harvest: borrowing Harvest, _ encoder: inout ShareBatchEncoder, _ replies: inout Replies
    ) -> Bool {
        let start = MonotonicClock.now
        if harvest.refusalCount > 0 {
            parts.statistics.withWork { work in
                harvest.forEachRefusal { work.refuse($0.verdict, worker: $0.worker) }
            }
        }
        let pending = resolve(harvest.logins)
        let batches = Self.encode(harvest, &encoder)
        let isStored = commit(pending.miners, batches, since: start)
        if isStored, harvest.shareCount > 0 {
            parts.statistics.withWork { work in
                harvest.forEachShare { work.store(level: $0.level, worker: $0.worker) }
            }
        }
        // The accounts from this number on do not exist after all.
        let lost = isStored ? nil : pending.miners.first?.number
        if let lost { accounts.withLock { $0.withdraw(from: lost) } }
        for outcome in pending.outcomes { reply(outcome, lostFrom: lost, &replies) }
        return isStored
    }

    /// The shares of a harvest, in as many batches as they need.
    private static func encode(
        _ harvest: borrowing Harvest, _ encoder: inout ShareBatchEncoder
    ) -> [EncodedShareBatch] {
        var batches: [EncodedShareBatch] = []
        encoder.removeAll()
        harvest.forEachShare { share in
            guard
                let work = JournalShare.Work(
                    jobSequence: share.jobSequence, minerNumber: share.account, level: share.level)
            else { return }
            let stored = JournalShare(
                work: work, extranonce: share.extranonce, ntime: share.roll.ntime, nonce: share.roll.nonce,
                versionBits: share.roll.versionBits)
            if !encoder.append(stored), let batch = encoder.finish() {
                batches.append(batch)
                encoder.append(stored)
            }
        }
        return encoder.finish().map { batches + [$0] } ?? batches
    }

    // MARK: The commit

    private func commit(_ miners: [MinerRegistration], _ batches: [EncodedShareBatch], since start: UInt64) -> Bool {
        guard !miners.isEmpty || !batches.isEmpty else { return true }
        do {
            try journal.withLock { journal throws(JournalFailure) in
                try Self.append(miners, batches, to: journal, from: parts.board)
            }
            let duration = (MonotonicClock.now - start) / 1_000
            succeeded(after: duration)
            return true
        } catch {
            failed(error)
            return false
        }
    }

    private static func append(
        _ miners: [MinerRegistration], _ batches: [EncodedShareBatch], to journal: ShareJournal, from board: JobBoard
    ) throws(JournalFailure) {
        var jobs: [JournalJob] = []
        for sequence in Set(batches.flatMap(\.jobs)).sorted() where !journal.hasJob(sequence) {
            guard let job = board.job(sequence), let record = try? JournalJob(job) else {
                throw .unknownJob(sequence)
            }
            jobs.append(record)
        }
        do {
            try journal.append(JournalGroup(miners: miners, jobs: jobs, batches: batches))
        } catch {
            throw .storage(error)
        }
    }

    private func succeeded(after microseconds: UInt64) {
        let (groups, miners) = journal.withLock { ($0.groupCount, $0.nextMinerNumber) }
        var wasRefused = false
        parts.statistics.withJournal { journal in
            wasRefused = journal.problem != nil
            journal.groups = groups
            journal.miners = miners
            journal.commits += 1
            journal.problem = nil
            journal.commit.record(microseconds: microseconds)
        }
        if wasRefused { parts.logger.notice("the share journal is written again") }
    }

    /// Said once when it begins, however many groups follow.
    private func failed(_ error: JournalFailure) {
        var isNew = false
        parts.statistics.withJournal { journal in
            isNew = journal.problem != error.description
            journal.failures += 1
            journal.problem = error.description
        }
        if isNew {
            parts.logger.error("shares are refused: the journal cannot be written", metadata: ["reason": "\(error)"])
        }
    }
}

/// Why a group is not stored.
private enum JournalFailure: Error, CustomStringConvertible {
    case unknownJob(UInt64)
    case storage(StorageError)

    var description: String {
        switch self {
        case .unknownJob(let sequence): "job \(sequence) is not known any more"
        case .storage(.diskFull): "the disk is full"
        case .storage(.inputOutput(let reason)): "the disk refuses: \(reason)"
        case .storage(let error): "\(error)"
        }
    }
}

// MARK: - Logins

extension JournalWriter {
    /// What a login or a request came to, before the group is stored.
    private enum Outcome {
        case login(MinerLogin, AccountDecision)
        case request(AccountApplication, AccountDecision, @Sendable (AccountDecision) -> Void)
    }

    /// Decides about logins and requests; `miners` are those that must be stored first.
    private func resolve(_ logins: [MinerLogin]) -> (outcomes: [Outcome], miners: [MinerRegistration]) {
        let requests = requests.withLock { requests in
            defer { requests = [] }
            return requests ?? []
        }
        guard !logins.isEmpty || !requests.isEmpty else { return ([], []) }
        return accounts.withLock { book in
            var outcomes = logins.map { login in
                Outcome.login(login, book.resolve(account: login.account, password: login.password))
            }
            outcomes += requests.map { Self.resolve($0, &book) }
            return (outcomes, outcomes.compactMap(Self.created))
        }
    }

    private static func resolve(_ request: Request, _ book: inout AccountBook) -> Outcome {
        switch request {
        case .register(let application, let isOperator, let answer):
            .request(application, book.register(application, isOperator: isOperator), answer)
        case .admit(let application, let answer):
            .request(application, book.admit(application), answer)
        case .login(let login, let application?):
            .login(login, book.admit(application))
        case .login(let login, nil):
            .login(login, .refused(.webhook))
        }
    }

    private static func created(_ outcome: Outcome) -> MinerRegistration? {
        switch outcome {
        case .login(_, .created(let miner)), .request(_, .created(let miner), _): miner
        default: nil
        }
    }

    /// Answers what can be answered now; the webhook's word comes back as a request.
    private func reply(_ outcome: Outcome, lostFrom lost: UInt32?, _ replies: inout Replies) {
        switch outcome {
        case .login(let login, .ask(let application)):
            Task {
                let isApproved = await parts.approve(application)
                request(.login(login, isApproved ? application : nil))
            }
        case .request(let application, .ask, let answer):
            Task {
                if await parts.approve(application) {
                    request(.admit(application, answer: answer))
                } else {
                    answer(.refused(.webhook))
                }
            }
        case .login(let login, let decision):
            replies.logins.append(answer(login, Self.decision(decision, lostFrom: lost)))
        case .request(_, let decision, let answer):
            let decision = Self.decision(decision, lostFrom: lost)
            replies.answers.append { answer(decision) }
        }
    }

    /// What a decision is worth where the accounts from a number on could not be stored.
    private static func decision(_ decision: AccountDecision, lostFrom lost: UInt32?) -> AccountDecision {
        switch decision {
        case .granted(let miner), .created(let miner):
            if let lost, miner.number >= lost { .refused(.notStored) } else { decision }
        case .ask, .refused: decision
        }
    }

    private func answer(_ login: MinerLogin, _ decision: AccountDecision) -> LoginAnswer {
        switch decision {
        case .granted(let miner): LoginAnswer(ticket: login.ticket, grant(login, miner, isKnown: true))
        case .created(let miner): LoginAnswer(ticket: login.ticket, grant(login, miner, isKnown: false))
        case .refused(let refusal): LoginAnswer(ticket: login.ticket, .refused(refusal.description))
        case .ask: LoginAnswer(ticket: login.ticket, .refused(AccountRefusal.webhook.description))
        }
    }

    private func grant(_ login: MinerLogin, _ miner: MinerRegistration, isKnown: Bool) -> LoginAnswer.Outcome {
        let worker = parts.statistics.withWork { work in
            work.number(
                account: miner.number, accountName: login.account, name: login.worker, agent: login.agent)
        }
        return .granted(
            LoginAnswer.Grant(miner: MinerID(miner.key), account: miner.number, worker: worker, isKnown: isKnown))
    }
}
