// The one file that touches CHash. Everything unsafe of this module is here; callers see values only.

internal import CHash

#if _endian(big)
    #error("Hash256 stores a hash in internal byte order, which four native words give only on little-endian CPUs")
#endif

/// SHA-256 over values, on the fastest kernel of this CPU.
enum HashKernel {
    static func sha256(_ bytes: some Collection<UInt8>) -> Hash256 {
        unsafe withStorage(of: bytes) { start, count in
            unsafe result { out, engine in unsafe rp_hash_sha256(engine, out, start, count) }
        }
    }

    static func doubleSHA256(_ bytes: some Collection<UInt8>) -> Hash256 {
        unsafe withStorage(of: bytes) { start, count in
            unsafe result { out, engine in unsafe rp_hash_sha256d(engine, out, start, count) }
        }
    }

    /// The parents of `nodes`, taken in pairs; a last node without a partner is ignored.
    static func merkleLevel(_ nodes: [Hash256]) -> [Hash256] {
        var engine = unsafe rp_hash_best()
        let pairs = nodes.count / 2
        return unsafe withHashes(nodes) { start in
            unsafe [Hash256](unsafeUninitializedCapacity: pairs) { storage, count in
                if let first = storage.baseAddress, pairs > 0 {
                    let out = unsafe UnsafeMutableRawPointer(first).assumingMemoryBound(to: UInt8.self)
                    unsafe rp_hash_merkle_level(&engine, out, start, pairs)
                }
                count = pairs
            }
        }
    }

    /// SHA-256d(… SHA-256d(SHA-256d(leaf, branch[0]), branch[1]) …).
    static func merkleFold(_ leaf: Hash256, branch: [Hash256]) -> Hash256 {
        var engine = unsafe rp_hash_best()
        var node = leaf
        unsafe withHashes(branch) { start in
            unsafe withUnsafeMutableBytes(of: &node) { bytes in
                let inout32 = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
                if let inout32 = unsafe inout32 {
                    unsafe rp_hash_merkle_fold(&engine, inout32, start, branch.count)
                }
            }
        }
        return node
    }

    /// The first nonce of `count` from `first` on that makes the header's hash meet `target`, and that hash.
    static func scanNonces(
        header: [UInt8], target: Hash256, first: UInt32, count: UInt64
    ) -> (nonce: UInt32, hash: Hash256)? {
        var engine = unsafe rp_hash_best()
        var nonce: UInt32 = 0
        var hash = Hash256.zero
        let target = target.bytes
        let found = unsafe withUnsafeMutableBytes(of: &hash) { out in
            guard let out = unsafe out.assumingMemoryBound(to: UInt8.self).baseAddress else { return false }
            return unsafe rp_hash_scan_nonces(&engine, &nonce, out, header, target, first, count)
        }
        return found ? (nonce, hash) : nil
    }

    /// Calls `body` with the contiguous bytes of a collection.
    private static func withStorage(
        of bytes: some Collection<UInt8>, _ body: (UnsafePointer<UInt8>?, Int) -> Hash256
    ) -> Hash256 {
        let direct = bytes.withContiguousStorageIfAvailable { unsafe body($0.baseAddress, $0.count) }
        if let direct {
            return direct
        }
        return unsafe Array(bytes).withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
    }

    /// Calls `body` with the hashes as 32 bytes each; the pointer is valid for the call only.
    private static func withHashes<Result>(_ hashes: [Hash256], _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        // One spare element gives even an empty list an address, which CHash's non-null parameters need.
        let storage = hashes.isEmpty ? [Hash256.zero] : hashes
        return unsafe storage.withUnsafeBytes { bytes in
            guard let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
                preconditionFailure("an array with an element has an address")
            }
            return unsafe body(start)
        }
    }

    private static func result(_ body: (UnsafeMutablePointer<UInt8>, UnsafePointer<rp_hash_engine>) -> Void) -> Hash256
    {
        var engine = unsafe rp_hash_best()
        var hash = Hash256.zero
        unsafe withUnsafeMutableBytes(of: &hash) { bytes in
            if let out = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress {
                unsafe body(out, &engine)
            }
        }
        return hash
    }
}

/// A SHA-256 in progress, as a value: a copy continues on its own from where it was taken.
// Safe: the pointers inside the stream lead to CHash's immutable static kernel tables only.
@safe struct HashStream: @unchecked Sendable {
    private var stream: rp_hash_stream

    /// A stream that has taken in nothing.
    init() {
        var engine = unsafe rp_hash_best()
        var stream = unsafe rp_hash_stream()
        unsafe rp_hash_init(&stream, &engine)
        unsafe self.stream = unsafe stream
    }

    /// A stream that has taken in the BIP340 prefix of `tag`.
    init(tag: [UInt8]) {
        var engine = unsafe rp_hash_best()
        var stream = unsafe rp_hash_stream()
        unsafe rp_hash_tagged_init(&stream, &engine, tag, tag.count)
        unsafe self.stream = unsafe stream
    }

    mutating func update(_ bytes: [UInt8]) {
        unsafe rp_hash_update(&stream, bytes, bytes.count)
    }

    mutating func update(_ bytes: some Collection<UInt8>) {
        let direct: Void? = bytes.withContiguousStorageIfAvailable {
            unsafe rp_hash_update(&stream, $0.baseAddress, $0.count)
        }
        if direct == nil {
            let copy = Array(bytes)
            unsafe rp_hash_update(&stream, copy, copy.count)
        }
    }

    consuming func finalize() -> Hash256 {
        var hash = Hash256.zero
        var stream = unsafe stream
        unsafe withUnsafeMutableBytes(of: &hash) { bytes in
            if let out = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress {
                unsafe rp_hash_final(&stream, out)
            }
        }
        return hash
    }
}
