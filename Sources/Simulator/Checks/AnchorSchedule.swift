internal import Bitcoin
internal import Wire

/// Who provides anchors, from the page's words.
enum AnchorSchedule {
    /// Authors in the order of the schedule: the anchor of even round r is by number (r/2) mod their count.
    static func authors(_ configuration: EpochConfiguration) -> [Int] {
        let authors = configuration.authors
        var schedule = authors.indices.filter { authors[$0].isVoter }
        let hash = TaggedHash("radpool/schedule/v1")
        var last = schedule.count - 1
        while last > 0 {
            var writer = ByteWriter(capacity: 40)
            writer.append(configuration.epochID)
            writer.append(littleEndian: UInt64(last))
            // The first eight bytes, little-endian: the hash's first word.
            let number = hash.hash(writer.bytes).littleEndianWords.0
            schedule.swapAt(last, Int(number % UInt64(last + 1)))
            last -= 1
        }
        return schedule
    }
}
