import CShares
import TestSupport
import Testing

/// A filter that grows as a server's does: a larger one takes over the smaller one, little by little.
@Suite("Filters that take over others")
struct FilterTakeOverTests {
    /// Filters in memory of their own, of which the last may be taking over the one before.
    private struct Growing: ~Copyable {
        private(set) var filter: OpaquePointer
        private(set) var capacity: Int
        private var memories: [UnsafeMutableRawPointer] = []
        private(set) var takenOver = 0

        init(capacity: Int, seed: UInt64) throws {
            self.capacity = capacity
            let memory = Self.memory(capacity)
            filter = try #require(rp_share_filter_init_zeroed(memory, rp_share_filter_size(capacity), capacity, seed))
            memories.append(memory)
        }

        deinit {
            for memory in memories { memory.deallocate() }
        }

        private static func memory(_ capacity: Int) -> UnsafeMutableRawPointer {
            let size = rp_share_filter_size(capacity)
            let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Int(RP_SHARE_ALIGN))
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            return memory
        }

        var isTakingOver: Bool { memories.count > 1 }

        mutating func grow(to capacity: Int) throws {
            let memory = Self.memory(capacity)
            memories.append(memory)
            filter = try #require(
                rp_share_filter_take_over(memory, rp_share_filter_size(capacity), capacity, filter))
            self.capacity = capacity
        }

        /// What is retired is overwritten, so that a filter that still used it would be found out.
        mutating func retire() {
            guard let retired = rp_share_filter_retire(filter) else { return }
            let memory = memories.removeFirst()
            #expect(UnsafeMutableRawPointer(retired) == memory)
            memory.initializeMemory(as: UInt8.self, repeating: 0xee, count: 64)
            memory.deallocate()
            takenOver += 1
        }
    }

    /// What it should do, in plain Swift.
    private struct Model {
        var tips: [[[UInt8]]] = [[], []]

        func contains(_ hash: [UInt8]) -> Bool { tips.contains { $0.contains(hash) } }

        mutating func remove(_ hash: [UInt8]) -> Bool {
            for tip in tips.indices {
                guard let place = tips[tip].firstIndex(of: hash) else { continue }
                tips[tip].remove(at: place)
                return true
            }
            return false
        }

        mutating func insert(_ hash: [UInt8], tip: Int, capacity: Int) -> rp_share_filter_answer {
            if contains(hash) { return RP_SHARE_FILTER_SEEN }
            guard tips[tip].count < capacity else { return RP_SHARE_FILTER_FULL }
            tips[tip].append(hash)
            return RP_SHARE_FILTER_INSERTED
        }
    }

    @Test(
        "they answer as sets do, through inserts, removals, rotations and growth at any moment",
        arguments: [1, 2, 5, 24, 97])
    func likeSets(capacity: Int) throws {
        var takenOver = 0
        for seed in 0..<UInt64(Scale.count(20, full: 200)) {
            var generator = SeededGenerator(seed: seed << 8 | UInt64(capacity))
            var growing = try Growing(capacity: capacity, seed: generator.next())
            var model = Model()
            // Some of one home, so that runs are long and wrap around; the first is zero.
            let pool = (0..<6 * capacity + 5).map { index in
                var hash = index % 3 == 0 ? [UInt8](repeating: 0, count: 32) : generator.bytes(32)
                (hash[30], hash[31]) = (UInt8(index >> 8), UInt8(truncatingIfNeeded: index))
                return hash
            }
            for step in 0..<60 * capacity + 60 {
                let hash = pool[Int(generator.next() % UInt64(pool.count))]
                let tip = generator.next() % 4 == 0 ? RP_SHARE_PREVIOUS_TIP : RP_SHARE_CURRENT_TIP
                switch generator.next() % 32 {
                case 0..<20:
                    let expected = model.insert(hash, tip: Int(tip.rawValue), capacity: growing.capacity)
                    #expect(rp_share_filter_insert(growing.filter, tip, hash) == expected, "seed \(seed), \(step)")
                case 20..<30:
                    #expect(rp_share_filter_remove(growing.filter, hash) == model.remove(hash), "seed \(seed), \(step)")
                case 30:
                    guard generator.next() % 8 == 0 else { break }
                    rp_share_filter_rotate(growing.filter)
                    model.tips = [[], model.tips[0]]
                default:
                    guard !growing.isTakingOver, growing.capacity < 4 * capacity else { break }
                    try growing.grow(to: growing.capacity + 1 + Int(generator.next() % UInt64(growing.capacity)))
                }
                for (place, which) in [RP_SHARE_CURRENT_TIP, RP_SHARE_PREVIOUS_TIP].enumerated() {
                    #expect(rp_share_filter_count(growing.filter, which) == model.tips[place].count)
                }
                growing.retire()
            }
            for hash in pool {
                #expect(rp_share_filter_contains(growing.filter, hash) == model.contains(hash), "seed \(seed)")
            }
            takenOver += growing.takenOver
        }
        #expect(takenOver > 0)
    }

    @Test("all is taken over before a filter of twice the capacity is full", arguments: [1, 3, 4, 48, 49, 1_000])
    func inTime(capacity: Int) throws {
        var generator = SeededGenerator(seed: UInt64(capacity))
        var growing = try Growing(capacity: capacity, seed: 1)
        func fill(_ count: Int, _ filter: OpaquePointer) {
            for _ in 0..<count {
                let answer = rp_share_filter_insert(filter, RP_SHARE_CURRENT_TIP, generator.bytes(32))
                #expect(answer == RP_SHARE_FILTER_INSERTED)
            }
        }
        fill(capacity, growing.filter)
        try growing.grow(to: 2 * capacity)
        fill(capacity, growing.filter)
        growing.retire()
        #expect(growing.takenOver == 1)
        #expect(
            rp_share_filter_insert(growing.filter, RP_SHARE_CURRENT_TIP, generator.bytes(32)) == RP_SHARE_FILTER_FULL)
    }

    @Test("a filter that is taking over is not taken over, nor one by a smaller one")
    func refused() throws {
        var growing = try Growing(capacity: 100, seed: 1)
        #expect(rp_share_filter_retire(growing.filter) == nil)
        let size = rp_share_filter_size(200)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Int(RP_SHARE_ALIGN))
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        #expect(rp_share_filter_take_over(memory, size, 99, growing.filter) == nil)
        #expect(rp_share_filter_take_over(memory, size - 1, 200, growing.filter) == nil)
        try growing.grow(to: 150)
        #expect(rp_share_filter_take_over(memory, size, 200, growing.filter) == nil)
    }
}
