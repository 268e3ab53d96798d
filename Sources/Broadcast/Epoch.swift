public import Bitcoin
public import Wire

/// An epoch's configuration and what follows from it.
public struct Epoch: Sendable {
    /// What the epoch fixes.
    public let configuration: EpochConfiguration
    /// The tagged hash of the configuration.
    public let id: Hash256
    /// How many voters decide what.
    public let quorum: Quorum
    /// The voters' indices among the authors, ascending. A voter's place in this list is its position.
    public let voters: [Int]

    /// For each author its position among the voters; nil for an author that does not vote.
    let positions: [Int?]
    /// Positions in the order in which they provide anchors.
    let schedule: [Int]

    /// The epoch of a configuration.
    public init(_ configuration: EpochConfiguration) {
        self.configuration = configuration
        id = configuration.epochID
        let voters = configuration.authors.indices.filter { configuration.authors[$0].isVoter }
        var positions = [Int?](repeating: nil, count: configuration.authors.count)
        for (position, author) in voters.enumerated() { positions[author] = position }
        self.voters = voters
        self.positions = positions
        quorum = Quorum(voters: voters.count)
        schedule = Self.schedule(of: id, count: voters.count)
    }

    /// How many members have a lane.
    public var authorCount: Int { positions.count }

    /// An author's index; nil for a key that has no lane.
    public func index(of key: XOnlyKeyBytes) -> Int? {
        let place = configuration.authors.firstIndex(atOrAbove: key) { $0.key }
        return place < configuration.authors.count && configuration.authors[place].key == key ? place : nil
    }

    /// The author whose vertex of an even round is the round's anchor.
    public func anchorAuthor(round: UInt64) -> Int {
        voters[anchorPosition(round: round)]
    }

    func anchorPosition(round: UInt64) -> Int {
        schedule[Int(truncatingIfNeeded: (round / 2) % UInt64(schedule.count))]
    }

    /// Fisher-Yates from the last place down, on numbers that the epoch's id fixes.
    private static func schedule(of id: Hash256, count: Int) -> [Int] {
        let hash = TaggedHash("radpool/schedule/v1")
        var places = Array(0..<count)
        for place in places.indices.dropFirst().reversed() {
            var writer = ByteWriter(capacity: 40)
            writer.append(id)
            writer.append(littleEndian: UInt64(place))
            let number = hash.hash(writer.bytes).bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            places.swapAt(place, Int(truncatingIfNeeded: number % UInt64(place + 1)))
        }
        return places
    }
}

/// A set of voters by their positions, of which there are at most 100.
typealias VoterSet = UInt128

extension VoterSet {
    /// The set of one voter.
    init(position: Int) {
        self = 1 << VoterSet(truncatingIfNeeded: position)
    }

    func holds(_ position: Int) -> Bool {
        self & VoterSet(position: position) != 0
    }
}
