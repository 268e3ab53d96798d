internal import CShares

/// Judges shares exactly: coinbase with the owner commitment, merkle branch, header, and a 256-bit comparison with the
/// targets of the level and of the block (DESIGN sections 3 and 4). A value without state; use it from any thread.
///
/// The order of judging: the hash is always made and the block target always tested; then ntime range, version mask,
/// duplicate, stale, difficulty. A share is credited the level that its coinbase commits to, or nothing.
public struct ShareValidator: Sendable {
    let engine: CSharesEngine

    /// A validator over the fastest kernels of this CPU.
    public init() {
        engine = CSharesEngine()
    }

    /// A validator over two named kernels, or nil when this CPU lacks one or `single` has several lanes.
    public init?(single: SHA256Kernel, batch: SHA256Kernel) {
        guard let engine = CSharesEngine(single: single, batch: batch) else { return nil }
        self.engine = engine
    }

    /// The kernel that judges one share at a time.
    public var singleKernel: SHA256Kernel { engine.single }

    /// The kernel that judges batches.
    public var batchKernel: SHA256Kernel { engine.batch }

    /// Judges one share. With a filter, an accepted share is remembered there and the same one refused later.
    public func judge(_ submission: ShareSubmission, filter: DuplicateFilter? = nil) -> ShareResult {
        CSharesBridge.judge(submission, engine: engine, filter: filter)
    }

    /// Judges shares of any mixture of jobs over the lanes of the batch kernel: the results, in order, are those of
    /// judging one after the other.
    public func judge(batch submissions: [ShareSubmission], filter: DuplicateFilter? = nil) -> [ShareResult] {
        var results: [ShareResult] = []
        judge(batch: submissions, filter: filter, into: &results)
        return results
    }

    /// The same, replacing the contents of `results` and keeping its memory: for callers that judge batch after batch.
    public func judge(
        batch submissions: [ShareSubmission], filter: DuplicateFilter? = nil, into results: inout [ShareResult]
    ) {
        CSharesBridge.judge(batch: submissions, engine: engine, filter: filter, into: &results)
    }

    /// Whether every one of the shares is accepted, with no filter: the same answer as the verdicts of `judge(batch:)`
    /// give, without making results. Stops after a refused one.
    public func accepts(batch submissions: [ShareSubmission]) -> Bool {
        CSharesBridge.accepts(batch: submissions, engine: engine)
    }

    /// Hashes one header of a core.
    public func hash(_ candidate: HeaderCore.Candidate) -> HeaderCore.Outcome {
        CSharesBridge.hash(candidate, engine: engine)
    }

    /// Hashes headers of any mixture of cores over the lanes of the batch kernel.
    public func hash(batch candidates: [HeaderCore.Candidate]) -> [HeaderCore.Outcome] {
        CSharesBridge.hash(batch: candidates, engine: engine)
    }
}
