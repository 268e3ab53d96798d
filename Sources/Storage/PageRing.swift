/// Which pages of a file that is written in circles are taken: a record lies in one piece, and the oldest goes first.
///
/// A value without a file. Pages that are left over at the end of the file, because a record did not fit there, are
/// taken and given back with that record.
struct PageRing {
    /// How many pages the file has.
    let capacity: Int

    private var head = 0
    private var taken = 0
    /// Pages that were left over and that no record has been charged with.
    private var leftOver = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Where a record of so many pages can be written; nil where the room is taken. Nothing is taken before `take`.
    mutating func place(_ pages: Int) -> Int? {
        if taken == leftOver { (head, taken, leftOver) = (0, 0, 0) }
        let atEnd = capacity - head
        if pages > atEnd {
            guard taken + atEnd + pages <= capacity else { return nil }
            taken += atEnd
            leftOver += atEnd
            head = 0
        }
        return taken + pages <= capacity ? head : nil
    }

    /// The record is written where `place` said.
    ///
    /// - Returns: how many pages to give back when it is not needed any more.
    mutating func take(_ pages: Int) -> Int {
        defer { leftOver = 0 }
        head += pages
        taken += pages
        return pages + leftOver
    }

    /// The oldest records, of so many pages in all, are not needed any more.
    mutating func giveBack(_ pages: Int) {
        taken -= pages
    }
}
