internal import CCurve

/// 32 secret bytes in a page of their own that is locked in memory where the system allows it, and wiped at the end.
///
/// How randomness and key files come in and how key files go out: the bytes are never in an array, and there is no
/// description, no equality and no copy.
///
/// Safe: the one value that owns the page is its only user; whoever has it may move it to another thread.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    let page: OpaquePointer

    /// How many bytes there are.
    public static let count = 32

    /// 32 zero bytes.
    ///
    /// - Throws: `SecretKeyError.noMemory` if the system gives no page.
    public init() throws(SecretKeyError) {
        guard let page = unsafe rp_curve_key_open() else {
            throw .noMemory
        }
        unsafe self.page = unsafe page
    }

    /// Takes over the page of a key whose secret is in the buffer.
    init(page: OpaquePointer) {
        unsafe self.page = unsafe page
    }

    /// Calls `body` with the bytes, to be filled; what it returns must not hold them.
    public mutating func withMutableBytes<Result, Failure>(
        _ body: (inout MutableRawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: rp_curve_key_buffer32(page), count: Self.count)
        var bytes = unsafe buffer.mutableBytes
        return try body(&bytes)
    }

    /// Calls `body` with the bytes, to be read; what it returns must not hold them.
    public borrowing func withBytes<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeRawBufferPointer(start: rp_curve_key_buffer32(page), count: Self.count)
        return try body(unsafe buffer.bytes)
    }

    /// Gives the page to a new owner, who must close it.
    consuming func release() -> OpaquePointer {
        let page = unsafe page
        discard self
        return unsafe page
    }

    deinit {
        unsafe rp_curve_key_close(page)
    }
}
