internal import CShares

/// Memory for one object of CShares, aligned as CShares demands; freed when the last reference goes.
///
/// Safe: jobs and works are written once by their maker, before anyone else has the reference, and only read from then
/// on (CSharesCore.h: immutable, any thread). Filters are mutable and stay with the one thread that owns the
/// `DuplicateFilter`, which is not Sendable.
@safe
final class CSharesStorage: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer
    let size: Int
    /// Keeps what the object points to.
    private let owner: CSharesStorage?

    init(size: Int, keeping owner: CSharesStorage? = nil) {
        unsafe memory = .allocate(byteCount: size, alignment: Int(RP_SHARE_ALIGN))
        self.size = size
        self.owner = owner
    }

    deinit {
        unsafe memory.deallocate()
    }
}

/// The kernels that a validator uses.
///
/// Safe: the two pointers in `raw` are to constant tables that live as long as the process (CHash.h).
@safe
struct CSharesEngine: @unchecked Sendable {
    let raw: rp_hash_engine

    init() {
        unsafe raw = rp_hash_best()
    }

    init?(single: SHA256Kernel, batch: SHA256Kernel) {
        var engine = unsafe rp_hash_best()
        guard unsafe rp_hash_force(&engine, single.cValue, batch.cValue) == RP_HASH_OK else { return nil }
        unsafe raw = engine
    }

    var single: SHA256Kernel { kernel(unsafe withUnsafePointer(to: raw) { unsafe rp_hash_single_kernel($0) }) }

    var batch: SHA256Kernel { kernel(unsafe withUnsafePointer(to: raw) { unsafe rp_hash_batch_kernel($0) }) }

    private func kernel(_ raw: rp_hash_kernel) -> SHA256Kernel {
        SHA256Kernel(rawValue: raw.rawValue) ?? .portable
    }
}
