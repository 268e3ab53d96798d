internal import Bitcoin
internal import Shares
internal import Wire

/// The shares of an open height.
struct HeightBook: Sendable {
    /// A job that has shares. An MSP's job is known by its sequence, whatever epoch it is recorded in.
    struct Job: Sendable {
        let msp: XOnlyKeyBytes
        let job: LedgerJob
    }

    /// What shares are credited to.
    struct Work: Hashable, Sendable {
        let job: Int
        let miner: XOnlyKeyBytes
        let level: ShareLevel
    }

    private struct JobName: Hashable {
        let msp: XOnlyKeyBytes
        let sequence: UInt64
    }

    let height: UInt32
    private(set) var jobs: [Job] = []
    /// In the order of their first shares, with how many shares each has.
    private(set) var works: [(work: Work, shares: UInt64)] = []
    /// Work taken in a commit under a job, in the log's order.
    private(set) var entries: [(commit: UInt64, job: Int, work: UInt128)] = []
    private var identities: IdentitySet
    /// Of all shares taken. No part of it is larger, so that one check guards all sums.
    private var total: UInt128 = 0

    private var jobPlaces: [JobName: Int] = [:]
    private var workPlaces: [Work: UInt32] = [:]

    init(height: UInt32, seed: UInt64) {
        self.height = height
        identities = IdentitySet(seed: seed)
    }

    /// The number of a job, which it has from now on; nil where the MSP's sequence is that of another job.
    mutating func place(_ job: LedgerJob, of msp: XOnlyKeyBytes) -> Int? {
        let name = JobName(msp: msp, sequence: job.sequence)
        let index = jobPlaces[name] ?? jobs.count
        if index == jobs.count {
            jobPlaces[name] = index
            jobs.append(Job(msp: msp, job: job))
        }
        return jobs[index].job.digest == job.digest ? index : nil
    }

    /// The number of a work under a job's number, which it has from now on; nil where there are 2^32 works.
    mutating func place(_ job: Int, miner: XOnlyKeyBytes, level: ShareLevel) -> UInt32? {
        guard works.count < Int(UInt32.max) else { return nil }
        let work = Work(job: job, miner: miner, level: level)
        if let known = workPlaces[work] { return known }
        let place = UInt32(works.count)
        workPlaces[work] = place
        works.append((work, 0))
        return place
    }

    /// Judges a share of a work.
    mutating func take(_ place: UInt32, _ share: ShareFingerprint, in commit: UInt64) -> ShareJudgement {
        let work = works[Int(place)].work
        let (sum, overflow) = total.addingReportingOverflow(work.level.work)
        guard !overflow else { return .void }
        guard identities.insert(place, share) else { return .duplicate }
        total = sum
        works[Int(place)].shares += 1
        if let last = entries.last, last.commit == commit, last.job == work.job {
            entries[entries.count - 1].work += work.level.work
        } else {
            entries.append((commit, work.job, work.level.work))
        }
        return .taken
    }
}
