import Bitcoin
import Broadcast
import TestSupport
import Testing
import Wire

/// Scenarios 13 and 14, shards of an erasure-coded broadcast, cannot happen here: vertices travel whole, and a frame of
/// a type that the protocol does not have is refused by its first byte.
@Suite struct UnknownFrameTests {
    private struct State: Equatable {
        let footprint: BroadcastFootprint
        let delivered: [UInt64]
        let hash: Hash256

        init(_ core: BroadcastCore) {
            footprint = core.footprint
            delivered = core.deliveredSequences
            hash = core.commitHash
        }
    }

    /// A running cluster, and the time at which nothing of its own is due for a member.
    private func core() throws -> (core: BroadcastCore, epoch: Epoch, now: UInt64) {
        var cluster = try Cluster(voters: 4)
        cluster.run(milliseconds: 1_000)
        return (cluster.cores[0], cluster.epoch, cluster.now)
    }

    /// Each gets one frame: nothing is done because of it, nothing is held, and it is counted.
    private func expectRefusal(of frames: [[UInt8]]) throws {
        var (core, _, now) = try core()
        let before = State(core)
        let counted = core.counters.badFrames
        for (count, frame) in frames.enumerated() {
            #expect(core.step(.received(from: 1, bytes: frame), now: now).isEmpty, "\(frame.prefix(4))")
            #expect(core.counters.badFrames == counted + UInt64(count) + 1, "\(frame.prefix(4))")
        }
        #expect(State(core) == before)
        #expect(frames.count > 10)
    }

    @Test func typesThatAreNotOfTheProtocol() throws {
        var generator = SeededGenerator(seed: 13)
        let unknown = (UInt8.min...UInt8.max).filter { Frame.Kind(rawValue: $0) == nil }
        #expect(unknown.count == 247)
        var frames: [[UInt8]] = [[]]
        for type in unknown {
            frames += [[type], [type, 1], [type, 1] + generator.bytes(200)]
        }
        try expectRefusal(of: frames)
    }

    /// A shard with every field that can lie: its index, its length, the depth of its branch, padding.
    @Test func shards() throws {
        let epoch = try core().epoch
        var frames: [[UInt8]] = []
        for type: UInt8 in [0x47, 0x48, 0x49, 0x4f, 0x50] {
            for (index, length, depth): (UInt16, UInt64, UInt8) in [
                (0, 1_024, 2), (7, 1_024, 2), (.max, 1_024, 2), (0, .max, 2), (0, 0, 2), (0, 1_024, .max),
            ] {
                var writer = ByteWriter(capacity: 256)
                writer.append(type)
                writer.append(1 as UInt8)
                writer.append(epoch.id)
                writer.append(littleEndian: index)
                writer.append(littleEndian: length)
                writer.append(depth)
                writer.append([UInt8](repeating: 0, count: 64))
                frames.append(writer.bytes)
            }
        }
        try expectRefusal(of: frames)
    }

    /// What is of the protocol is refused as early: other versions, and more bytes than a frame of its type may have.
    @Test func versionsAndSizes() throws {
        var frames: [[UInt8]] = []
        for kind in Frame.Kind.allCases {
            frames += [[kind.rawValue], [kind.rawValue, 0], [kind.rawValue, 2] + [UInt8](repeating: 0, count: 100)]
            let longest = kind == .commits ? Frame.longestCommits : Frame.longestOther + Frame.vertexOverhead
            frames.append([kind.rawValue, 1] + [UInt8](repeating: 0xff, count: longest))
        }
        try expectRefusal(of: frames)
    }
}
