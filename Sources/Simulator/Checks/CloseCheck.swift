internal import Bitcoin
internal import Broadcast
internal import Wire

/// An epoch ends where the page says and nowhere else. Computed apart from the core.
struct CloseCheck {
    private let configuration: EpochConfiguration
    private let epoch: Hash256
    private let quorum: Int
    /// By author: the encoding of its newest committed mark.
    private var marks: [[UInt8]?]
    /// What follows, once it is due.
    private(set) var expected: EpochConfiguration?

    init(_ configuration: EpochConfiguration) {
        self.configuration = configuration
        epoch = configuration.epochID
        let voters = configuration.authors.count { $0.isVoter }
        quorum = (voters + (voters - 1) / 3) / 2 + 1
        marks = Array(repeating: nil, count: configuration.authors.count)
    }

    /// The next commit, at the first correct member that makes it.
    mutating func committed(_ commit: Commit) -> String? {
        if expected != nil { return "commit \(commit.number) comes after the end of its epoch" }
        for item in commit.vertices where configuration.authors[item.name.author].isVoter {
            for record in item.vertex.records {
                if let mark = try? CloseMark(decoding: record), mark.epoch == epoch { marks[item.name.author] = record }
            }
        }
        for mark in marks.compactMap({ $0 }) where marks.count(where: { $0 == mark }) >= quorum {
            guard let said = try? CloseMark(decoding: mark) else { continue }
            expected = try? EpochConfiguration(
                syndicate: configuration.syndicate, number: configuration.number + 1, firstCommit: commit.number,
                start: commit.hash, authors: said.authors, bounds: said.bounds)
        }
        return nil
    }

    /// A correct member has ended the epoch.
    func ended(with next: EpochConfiguration) -> String? {
        next == expected ? nil : "the epoch ended at \(next.firstCommit) with what Q voters did not say"
    }
}
