import Bitcoin
import Shares
import TestSupport
import Testing

/// Jobs and works are read by many threads at once, and the CPU is looked at by whoever comes first. The thread
/// sanitizer watches this suite in CI.
@Suite("Threads")
struct ConcurrencyTests {
    @Test("threads that share jobs and works agree with one that does not")
    func sharedWorks() async throws {
        var random = RandomWork(seed: 70)
        let works = try random.works(jobs: 2, each: 4, branchCount: 5)
        let submissions = (0..<200).map { random.submission(of: works[$0 % works.count]) }
        let expected = submissions.map { ShareValidator().judge($0) }
        let results = await withTaskGroup(of: [ShareResult].self) { group in
            for _ in 0..<8 {
                group.addTask { ShareValidator().judge(batch: submissions) }
            }
            return await group.reduce(into: [[ShareResult]]()) { $0.append($1) }
        }
        #expect(results.count == 8)
        #expect(results.allSatisfy { $0 == expected })
    }
}
