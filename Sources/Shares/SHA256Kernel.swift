internal import CShares

/// A SHA-256 kernel of CHash by name, for tests and benchmarks that force one.
public enum SHA256Kernel: UInt32, CaseIterable, Sendable {
    /// C11, one lane, on every CPU.
    case portable = 0
    /// One lane, schedule in AVX2 registers.
    case avx2 = 1
    /// SHA extensions, one lane.
    case shaNI = 2
    /// SHA extensions, two lanes interleaved.
    case shaNIx2 = 3
    /// AVX2, 8 lanes.
    case avx2x8 = 4
    /// AVX-512, 16 lanes.
    case avx512x16 = 5

    /// Whether this CPU has the kernel's instructions and the kernel passed its self test.
    public var isAvailable: Bool {
        rp_hash_kernel_status(cValue) == RP_HASH_OK
    }

    /// Independent messages that one call advances: 1, 2, 8 or 16.
    public var lanes: Int {
        Int(rp_hash_kernel_lanes(cValue))
    }

    /// The kernel's short name, such as "avx512-x16".
    public var name: String {
        unsafe String(cString: rp_hash_kernel_name(cValue))
    }

    var cValue: rp_hash_kernel {
        rp_hash_kernel(rawValue: rawValue)
    }
}
