internal import Bitcoin

/// A hash as C takes it: 32 bytes in a row.
struct CHash32 {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    init() {
        words = (0, 0, 0, 0)
    }

    init(_ hash: Hash256) {
        let (a, b, c, d) = hash.littleEndianWords
        words = (a.littleEndian, b.littleEndian, c.littleEndian, d.littleEndian)
    }

    var hash: Hash256 {
        Hash256(
            littleEndianWords: (
                UInt64(littleEndian: words.0), UInt64(littleEndian: words.1), UInt64(littleEndian: words.2),
                UInt64(littleEndian: words.3)
            ))
    }

    func withBytes<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe withUnsafeBytes(of: words) {
            unsafe body($0.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped)
        }
    }

    mutating func withMutableBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
        unsafe withUnsafeMutableBytes(of: &words) {
            unsafe body($0.assumingMemoryBound(to: UInt8.self).baseAddress.unsafelyUnwrapped)
        }
    }
}
