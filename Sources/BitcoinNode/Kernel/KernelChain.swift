internal import Bitcoin
internal import CKernel

/// A regtest chain of Bitcoin Core's kernel: every block that goes in is validated in full.
///
/// Its databases are in memory, so it knows nothing at its start and forgets all at its end; `BlockJournal` remembers.
/// Where all unsafe pointers of this module stop, together with `KernelLibrary`.
@safe
final class KernelChain {
    private let library: KernelLibrary
    private let chain: OpaquePointer

    /// Opens a chain that holds the genesis block only. `directory` takes the block files and must be empty.
    init(library: KernelLibrary, directory: String) throws(KernelError) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: rp_kernel_chain_size(), alignment: Int(RP_KERNEL_ALIGN))
        let chain = OpaquePointer(memory)
        guard unsafe rp_kernel_chain_open(chain, library.table, directory) == RP_KERNEL_OK else {
            unsafe memory.deallocate()
            throw .cannotOpenChain(directory: directory)
        }
        self.library = library
        unsafe self.chain = chain
    }

    deinit {
        unsafe rp_kernel_chain_close(chain)
        unsafe UnsafeMutableRawPointer(chain).deallocate()
    }

    /// Validates a serialised block and connects it where it makes the best chain.
    func process(_ block: [UInt8]) throws(KernelError) -> BlockVerdict {
        var outcome = rp_kernel_outcome()
        unsafe rp_kernel_chain_process(chain, block, block.count, &outcome)
        switch outcome.verdict {
        case RP_KERNEL_CONNECTED: return .connected
        case RP_KERNEL_STORED: return .stored
        case RP_KERNEL_KNOWN: return .known
        case RP_KERNEL_UNREADABLE: return .unreadable
        case RP_KERNEL_REFUSED: return .refused(reason: Self.reason(of: outcome))
        default: throw .cannotJudge
        }
    }

    private static func reason(of outcome: rp_kernel_outcome) -> String {
        let text = unsafe withUnsafeBytes(of: outcome.reason) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        // Bitcoin Core answers so where a state carries no reason (BIP22).
        return text.isEmpty ? "rejected" : text
    }

    /// The height of the best chain's tip.
    var height: Int { unsafe Int(rp_kernel_chain_height(chain)) }

    /// The hash of the best chain's block at a height; nil outside the chain.
    func hash(atHeight height: Int) -> Hash256? {
        guard let height = Int32(exactly: height) else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 32)
        guard unsafe rp_kernel_chain_hash(chain, height, &bytes) else {
            return nil
        }
        return try? Hash256(internalBytes: bytes)
    }

    /// The serialised block of a hash, on any branch; nil if the chain has none.
    func block(_ hash: Hash256) -> [UInt8]? {
        let capacity = Int(RP_KERNEL_MAX_BLOCK)
        let hash = hash.bytes
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            guard let start = buffer.baseAddress else {
                return
            }
            count = unsafe rp_kernel_chain_read(chain, hash, start, capacity)
        }
        // A copy, so that a small block does not keep the large buffer.
        return bytes.isEmpty ? nil : Array(bytes[...])
    }

    /// The first input of a transaction that may not spend its output by the script rules; nil if all may.
    ///
    /// - Parameter spent: what the inputs spend, in their order; as many as there are inputs.
    func failedInput(of transaction: [UInt8], spending spent: [TransactionOutput]) -> Int? {
        let outputs = spent.map { rp_kernel_output(satoshis: $0.satoshis, script_length: $0.script.bytes.count) }
        let scripts = spent.flatMap(\.script.bytes) + [0]
        var failed = 0
        let all = unsafe verify(transaction, transaction.count, outputs, scripts, outputs.count, &failed)
        return all ? nil : failed
    }

    private func verify(
        _ transaction: UnsafePointer<UInt8>, _ length: Int, _ outputs: UnsafePointer<rp_kernel_output>,
        _ scripts: UnsafePointer<UInt8>, _ count: Int, _ failed: inout Int
    ) -> Bool {
        var spend = unsafe rp_kernel_spend(
            transaction: transaction, length: length, spent: outputs, spent_count: count, scripts: scripts)
        return unsafe rp_kernel_verify(library.table, &spend, &failed)
    }
}
