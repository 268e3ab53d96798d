import CHash
import COpenSSL
import TestSupport

// The pointers between Swift arrays and CHash, in one place.

/// The 32 bytes that `write` fills in.
func digest(_ write: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    digests(1, write)
}

/// The `count` digests that `write` fills in. The bytes start as 0xA5, so that an output left alone shows.
func digests(_ count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    var out = [UInt8](repeating: 0xA5, count: 32 * count)
    if count > 0 {
        out.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { write(base) }
        }
    }
    return out
}

/// libcrypto's SHA-256, the oracle.
func librarySHA256(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    digest { _ = SHA256(bytes, count, $0) }
}

/// libcrypto's SHA-256, the oracle.
func librarySHA256(_ bytes: [UInt8]) -> [UInt8] {
    librarySHA256(bytes, bytes.count)
}

/// Double SHA-256 by libcrypto.
func librarySHA256d(_ bytes: [UInt8]) -> [UInt8] {
    librarySHA256(librarySHA256(bytes))
}

extension rp_hash_engine {
    func sha256(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafePointer(to: self) { engine in digest { rp_hash_sha256(engine, $0, bytes, bytes.count) } }
    }

    func sha256d(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafePointer(to: self) { engine in digest { rp_hash_sha256d(engine, $0, bytes, bytes.count) } }
    }

    func tagged(_ tag: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        withUnsafePointer(to: self) { engine in
            digest { rp_hash_tagged(engine, $0, tag, tag.count, bytes, bytes.count) }
        }
    }

    func stream() -> rp_hash_stream {
        var stream = rp_hash_stream()
        withUnsafePointer(to: self) { rp_hash_init(&stream, $0) }
        return stream
    }

    func taggedStream(_ tag: [UInt8]) -> rp_hash_stream {
        var stream = rp_hash_stream()
        withUnsafePointer(to: self) { rp_hash_tagged_init(&stream, $0, tag, tag.count) }
        return stream
    }

    func midstate(_ blocks: [UInt8]) -> [UInt32] {
        var state = [UInt32](repeating: 0, count: 8)
        withUnsafePointer(to: self) { rp_hash_midstate($0, &state, blocks, blocks.count / 64) }
        return state
    }

    func header(midstate: [UInt32], tail: [UInt8]) -> [UInt8] {
        withUnsafePointer(to: self) { engine in
            digest { rp_hash_header_from_midstate(engine, $0, midstate, tail) }
        }
    }

    func merkleStep(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        withUnsafePointer(to: self) { engine in digest { rp_hash_merkle_step(engine, $0, left, right) } }
    }

    func merkleFold(_ leaf: [UInt8], _ branch: [UInt8]) -> [UInt8] {
        var out = leaf
        withUnsafePointer(to: self) { rp_hash_merkle_fold($0, &out, branch, branch.count / 32) }
        return out
    }

    func merkleLevel(_ nodes: UnsafePointer<UInt8>, _ pairs: Int) -> [UInt8] {
        withUnsafePointer(to: self) { engine in
            digests(pairs) { rp_hash_merkle_level(engine, $0, nodes, pairs) }
        }
    }
}

extension rp_hash_stream {
    mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBufferPointer { rp_hash_update(&self, $0.baseAddress, $0.count) }
    }

    mutating func final() -> [UInt8] {
        digest { rp_hash_final(&self, $0) }
    }
}

/// Words in lane order, aligned as CHashLanes demands and freed with the value.
struct LaneWords: ~Copyable {
    let base: UnsafeMutablePointer<UInt32>
    let lanes: Int

    /// `rows` words of each lane, word `row` of lane `lane` being `word(row, lane)`.
    init(rows: Int, lanes: Int, word: (_ row: Int, _ lane: Int) -> UInt32 = { _, _ in 0 }) {
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: 4 * rows * lanes, alignment: Int(RP_HASH_LANE_ALIGN))
        base = raw.bindMemory(to: UInt32.self, capacity: rows * lanes)
        self.lanes = lanes
        for row in 0..<rows {
            for lane in 0..<lanes {
                (base + row * lanes + lane).initialize(to: word(row, lane))
            }
        }
    }

    deinit {
        UnsafeMutableRawPointer(base).deallocate()
    }

    /// The first `rows` words of one lane.
    func lane(_ lane: Int, rows: Int) -> [UInt32] {
        (0..<rows).map { base[$0 * lanes + lane] }
    }
}

/// Calls `body` with one pointer to each of `arrays`, as lane loads take them.
func withPointers<Element>(
    to arrays: [[Element]], _ body: (UnsafePointer<UnsafePointer<Element>?>) -> Void
) {
    let flat = arrays.flatMap { $0 }
    var starts: [Int] = []
    var next = 0
    for array in arrays {
        starts.append(next)
        next += array.count
    }
    flat.withUnsafeBufferPointer { buffer in
        let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
        pointers.withUnsafeBufferPointer { table in
            if let base = table.baseAddress { body(base) }
        }
    }
}

/// The bytes that a string of hexadecimal digits and spaces names.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

extension SeededGenerator {
    /// `count` uniformly distributed words.
    mutating func words(_ count: Int) -> [UInt32] {
        (0..<count).map { _ in UInt32(truncatingIfNeeded: next() >> 32) }
    }
}
