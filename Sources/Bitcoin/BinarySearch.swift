extension RandomAccessCollection {
    /// The first place whose element has a key of at least `key`, by halving; the end if none has.
    ///
    /// The elements must ascend by that key.
    @inlinable
    package func firstIndex<Key: Comparable>(atOrAbove key: Key, by keyOf: (Element) -> Key) -> Index {
        var low = startIndex
        var count = self.count
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if keyOf(self[middle]) < key {
                low = index(after: middle)
                count -= half + 1
            } else {
                count = half
            }
        }
        return low
    }
}
