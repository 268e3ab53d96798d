internal import Bitcoin
package import Broadcast
package import Wire

/// The members of a simulated syndicate and their epoch.
package struct Syndicate: Sendable {
    /// What all members agree on.
    package let configuration: EpochConfiguration
    /// The same for the core.
    package let epoch: Epoch

    /// A syndicate of the given numbers of voters and of authors that do not vote, at least one voter.
    package init(voters: Int, observers: Int) throws(RecordFault) {
        var keys: [XOnlyKeyBytes] = []
        for index in 0..<(voters + observers) {
            let hash = TaggedHash("radpool/simulator/key").hash([UInt8(truncatingIfNeeded: index)])
            if let key = try? XOnlyKeyBytes(hash.bytes) { keys.append(key) }
        }
        // Observers are spread among the voters by the order of their keys.
        let authors = keys.enumerated()
            .map { EpochConfiguration.Author(key: $1, isVoter: $0 < voters) }
            .sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        let syndicate = TaggedHash("radpool/simulator/syndicate").hash([])
        configuration = try EpochConfiguration(
            syndicate: syndicate, number: 0, firstCommit: 0, start: syndicate, authors: authors,
            bounds: EpochConfiguration.Bounds())
        epoch = Epoch(configuration)
    }

    /// How many authors there are.
    package var authorCount: Int { configuration.authors.count }
}
