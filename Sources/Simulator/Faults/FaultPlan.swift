package import Broadcast

/// All that goes wrong in one run, and how much there is to do. Times are microseconds of virtual time.
package struct FaultPlan: Sendable {
    /// A member loses its power and comes back.
    package struct Crash: Sendable {
        package var author: Int
        package var time: UInt64
        package var point: CrashPoint
        package var downtime: UInt64

        package init(author: Int, time: UInt64, point: CrashPoint = .now, downtime: UInt64) {
            self.author = author
            self.time = time
            self.point = point
            self.downtime = downtime
        }
    }

    /// A member loses its power and does not come back.
    package struct Death: Sendable {
        package var author: Int
        package var time: UInt64

        package init(author: Int, time: UInt64) {
            self.author = author
            self.time = time
        }
    }

    /// A member loses its power and comes back with an old copy of its log. It counts among the f.
    package struct Amnesia: Sendable {
        package var author: Int
        package var time: UInt64
        package var downtime: UInt64
        /// Of a million entries of its log, so many are in the copy.
        package var kept: UInt64

        package init(author: Int, time: UInt64, downtime: UInt64, kept: UInt64) {
            self.author = author
            self.time = time
            self.downtime = downtime
            self.kept = kept
        }
    }

    /// The members agree to end an epoch: the first of the plan's ends epoch 0, and so on.
    package struct Close: Sendable {
        package var time: UInt64
        /// Who votes in the next epoch, a bit each.
        package var voters: UInt64
        /// Who never gives its mark, a bit each.
        package var refusers: UInt64 = 0
        /// Who asks for itself as the only voter, a bit each.
        package var liars: UInt64 = 0

        package init(time: UInt64, voters: UInt64) {
            self.time = time
            self.voters = voters
        }
    }

    /// A member's disk and clock.
    package struct Machine: Sendable {
        /// How long a write takes to be durable.
        package var syncDelay: ClosedRange<UInt64> = 200...2_000
        /// From then on no write becomes durable: the disk is full.
        package var diskFullTime: UInt64?
        /// What the member's clock is ahead of the others', microseconds.
        package var clockLead: UInt64 = 0
        /// How much its clock jumps ahead, and when.
        package var clockJump: (time: UInt64, by: UInt64)?
        /// How much its clock goes back, and when.
        package var clockSetback: (time: UInt64, by: UInt64)?
        /// The commit from which on its ledger comes to something else than the others'.
        package var wrongLedgerStart: UInt64?
        /// Whether its node sees blocks come and go.
        package var seesReorganisations = false
        /// How often records come in, on average.
        package var submissionInterval: UInt64 = 400_000

        package init() {}
    }

    package var duration: UInt64
    /// When chaos ends.
    package var healTime: UInt64
    /// No records come in any more from here on, so that all of them can be committed by the end.
    package var lastSubmission: UInt64
    /// By sender and receiver: `from * authors + to`.
    package var links: [LinkQuality]
    package var cuts: [Cut] = []
    package var crashes: [Crash] = []
    package var deaths: [Death] = []
    package var amnesias: [Amnesia] = []
    package var closes: [Close] = []
    /// By author; nil for a correct one.
    package var behaviours: [Behaviour?]
    package var machines: [Machine]
    package var settings = BroadcastSettings()
    /// Whether members are asked to get on after the end of chaos.
    package var demandsProgress = true

    /// Nothing goes wrong.
    package static func calm(authors: Int, seconds: UInt64) -> FaultPlan {
        let duration = seconds * 1_000_000
        return FaultPlan(
            duration: duration, healTime: duration / 2, lastSubmission: duration / 4 * 3,
            links: Array(repeating: LinkQuality(), count: authors * authors),
            behaviours: Array(repeating: nil, count: authors), machines: Array(repeating: Machine(), count: authors))
    }

    /// Nobody may count on this author: it is byzantine or it dies.
    package func isFaulty(_ author: Int) -> Bool {
        behaviours[author] != nil || deaths.contains { $0.author == author }
            || machines[author].diskFullTime != nil
    }
}
