/// Values by author and sequence. Sequences above 65,536 are not kept: only broken or byzantine members use them.
struct LaneTable<Value> {
    private var rows: [[Value?]]

    init(authorCount: Int) {
        rows = Array(repeating: [], count: authorCount)
    }

    subscript(author: Int, sequence: UInt64) -> Value? {
        get {
            guard rows.indices.contains(author), (1...Self.highest).contains(sequence) else { return nil }
            let index = Int(sequence - 1)
            return index < rows[author].count ? rows[author][index] : nil
        }
        set {
            guard rows.indices.contains(author), (1...Self.highest).contains(sequence) else { return }
            let index = Int(sequence - 1)
            while rows[author].count <= index { rows[author].append(nil) }
            rows[author][index] = newValue
        }
    }

    /// The highest sequence of a lane that may have a value.
    func top(_ author: Int) -> UInt64 { UInt64(rows[author].count) }

    private static var highest: UInt64 { 1 << 16 }
}
