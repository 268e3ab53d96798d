import Bitcoin
import Shares
import TestSupport
import Testing

@Suite("DuplicateFilter")
struct DuplicateFilterTests {
    /// What the filter should do, in plain Swift.
    private struct Model {
        var current: Set<Hash256> = []
        var previous: Set<Hash256> = []
        let capacity: Int

        mutating func insert(_ hash: Hash256, _ tip: DuplicateFilter.Tip) -> DuplicateFilter.Insertion {
            if current.contains(hash) || previous.contains(hash) { return .seen }
            switch tip {
            case .current:
                guard current.count < capacity else { return .full }
                current.insert(hash)
            case .previous:
                guard previous.count < capacity else { return .full }
                previous.insert(hash)
            }
            return .inserted
        }
    }

    @Test(
        "it answers as a pair of sets does, through inserts, removals and rotations", arguments: [1, 2, 3, 7, 48, 500])
    func likeSets(capacity: Int) throws {
        var generator = SeededGenerator(seed: UInt64(capacity))
        for round in 0..<Scale.count(4, full: 40) {
            let filter = try #require(DuplicateFilter(capacity: capacity, seed: generator.next()))
            var model = Model(capacity: capacity)
            // Few distinct hashes, many with the same low bytes, so that runs are long and wrap around.
            let pool = try (0..<2 * capacity + 3).map { index in
                var bytes = index % 3 == 0 ? [UInt8](repeating: 0, count: 32) : generator.bytes(32)
                if index > 0 {
                    bytes[31] = UInt8(truncatingIfNeeded: index)
                    bytes[30] = UInt8(index >> 8)
                }
                return try Hash256(internalBytes: bytes)
            }
            for step in 0..<capacity * 20 + 50 {
                let hash = pool.randomElement(using: &generator)!
                let place = "round \(round), step \(step)"
                switch generator.next() % 16 {
                case 0..<9:
                    let tip: DuplicateFilter.Tip = generator.next() % 4 == 0 ? .previous : .current
                    #expect(filter.insert(hash, tip: tip) == model.insert(hash, tip), "\(place)")
                case 9..<15:
                    let there = model.current.remove(hash) ?? model.previous.remove(hash)
                    #expect(filter.remove(hash) == (there != nil), "\(place)")
                default:
                    if generator.next() % 8 == 0 {
                        filter.rotate()
                        model.previous = model.current
                        model.current = []
                    }
                }
                #expect(filter.count(.current) == model.current.count, "\(place)")
                #expect(filter.count(.previous) == model.previous.count, "\(place)")
            }
            #expect(
                pool.allSatisfy { filter.contains($0) == (model.current.contains($0) || model.previous.contains($0)) })
        }
    }

    @Test("a hash of zero is a hash like any other")
    func zero() throws {
        let filter = try #require(DuplicateFilter(capacity: 2, seed: 0))
        #expect(!filter.contains(.zero))
        #expect(filter.insert(.zero, tip: .current) == .inserted)
        #expect(filter.insert(.zero, tip: .previous) == .seen)
        filter.rotate()
        #expect(filter.contains(.zero))
        #expect(filter.remove(.zero))
        #expect(!filter.remove(.zero))
        #expect(filter.count(.previous) == 0)
    }

    @Test("capacities outside 1...2^30 are refused")
    func capacities() {
        #expect(DuplicateFilter(capacity: 0, seed: 0) == nil)
        #expect(DuplicateFilter(capacity: -1, seed: 0) == nil)
        #expect(DuplicateFilter(capacity: 1 << 30 + 1, seed: 0) == nil)
        #expect(DuplicateFilter(capacity: .max, seed: 0) == nil)
        #expect(DuplicateFilter(capacity: 1, seed: 0) != nil)
    }

    @Test("it is rebuilt from a journal's hashes, each for its tip")
    func rebuild() throws {
        var random = RandomWork(seed: 50)
        let works = try random.works(jobs: 1, each: 2, branchCount: 1)
        let validator = ShareValidator()
        let old = (0..<60).map { random.submission(of: works[$0 % 2]) }
        let new = (0..<60).map { random.submission(of: works[$0 % 2]) }
        let filter = try #require(DuplicateFilter(capacity: 100, seed: 9))
        let oldResults = validator.judge(batch: old, filter: filter)
        filter.rotate()
        let newResults = validator.judge(batch: new, filter: filter)

        let rebuilt = try #require(DuplicateFilter(capacity: 100, seed: 10))
        for result in oldResults where result.verdict == .accepted {
            #expect(rebuilt.insert(result.hash, tip: .previous) == .inserted)
        }
        for result in newResults where result.verdict == .accepted {
            #expect(rebuilt.insert(result.hash, tip: .current) == .inserted)
        }
        #expect(
            validator.judge(batch: old + new, filter: rebuilt).map(\.verdict)
                == validator.judge(batch: old + new, filter: filter).map(\.verdict))
        rebuilt.rotate()
        #expect(oldResults.allSatisfy { !rebuilt.contains($0.hash) })
    }
}
