internal import Foundation

extension [UInt8] {
    /// Where `byte` stands first at `start` or behind it; libc's search, which passes a megabyte in some 50 µs.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start >= 0, start < count else {
            return nil
        }
        if self[start] == byte { return start }
        return unsafe withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), buffer.count - start)
            else {
                return nil
            }
            return unsafe base.distance(to: UnsafeRawPointer(found))
        }
    }

    /// What `transform` makes of each pair of bytes in a range of even length within the array.
    func mapPairs(in range: Range<Int>, _ transform: (UInt8, UInt8) -> UInt8) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= count else {
            return []
        }
        let pairs = range.count / 2
        return unsafe withUnsafeBufferPointer { source in
            unsafe [UInt8](unsafeUninitializedCapacity: pairs) { target, initialized in
                for index in 0..<pairs {
                    let from = range.lowerBound + 2 * index
                    unsafe target[index] = unsafe transform(source[from], source[from + 1])
                }
                initialized = pairs
            }
        }
    }
}
