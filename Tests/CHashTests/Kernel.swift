import CHash
import CHashEmulated
import Testing

/// A kernel under test: one of CHash's own, or a SHA-NI kernel with its instructions emulated.
struct Kernel: Sendable, CustomTestStringConvertible {
    let code: UInt32
    let isEmulated: Bool

    static let portable = Kernel(code: RP_HASH_PORTABLE.rawValue, isEmulated: false)

    /// Every kernel that CHash names, whether or not this CPU has it.
    static let native = (0..<UInt32(RP_HASH_KERNEL_COUNT)).map { Kernel(code: $0, isEmulated: false) }

    /// The emulated ones: all that this architecture compiles.
    static let emulated = native.map { Kernel(code: $0.code, isEmulated: true) }
        .filter { rp_hash_emulated_ops($0.value) != nil }

    /// What this machine can run. The others are named by `KernelSelectionTests`.
    static let runnable = native.filter { rp_hash_kernel_status($0.value) == RP_HASH_OK } + emulated

    /// The runnable kernels that can hash one message after the other.
    static let singles = runnable.filter { $0.lanes == 1 }

    var value: rp_hash_kernel { rp_hash_kernel(rawValue: code) }
    var lanes: Int { Int(rp_hash_kernel_lanes(value)) }
    var name: String { String(cString: rp_hash_kernel_name(value)) + (isEmulated ? " (emulated)" : "") }
    var testDescription: String { name }

    /// This kernel for batches, and for single messages too when it has one lane.
    func engine() throws -> rp_hash_engine {
        var engine = rp_hash_best()
        try #require(rp_hash_force(&engine, RP_HASH_PORTABLE, RP_HASH_PORTABLE) == RP_HASH_OK)
        if isEmulated {
            engine.batch = try #require(rp_hash_emulated_ops(value))
            engine.single = lanes == 1 ? engine.batch : engine.single
        } else {
            try #require(rp_hash_force(&engine, lanes == 1 ? value : RP_HASH_PORTABLE, value) == RP_HASH_OK)
        }
        return engine
    }
}
