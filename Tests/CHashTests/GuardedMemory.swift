import Foundation

/// Memory that ends directly before a page which may not be touched: a function that reads past what it was given
/// ends the test run.
struct GuardedMemory: ~Copyable {
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private let page: Int

    /// Nil where the system refuses the memory.
    static func make(capacity: Int) -> GuardedMemory? {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let size = (capacity + page - 1) / page * page
        guard let base = mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0),
            base != MAP_FAILED, mprotect(base + size, page, PROT_NONE) == 0
        else { return nil }
        return GuardedMemory(base: base, size: size, page: page)
    }

    deinit {
        munmap(base, size + page)
    }

    /// Copies `bytes`, at most the capacity, so that the last one is the last that may be read. The address holds
    /// until the next call.
    func place(_ bytes: [UInt8]) -> UnsafePointer<UInt8> {
        let start = base + size - bytes.count
        start.copyMemory(from: bytes, byteCount: bytes.count)
        return UnsafePointer(start.assumingMemoryBound(to: UInt8.self))
    }
}
