internal import Broadcast
internal import Wire

/// What a member holds stays within the bounds of the page (I7).
struct FootprintCheck {
    private let instances: Int
    private let choices: Int
    private let vertices: Int
    private let bytes: Int

    init(_ configuration: EpochConfiguration) {
        let authors = configuration.authors.count
        let voters = configuration.authors.count { $0.isVoter }
        instances = 8 * authors
        choices = 2 * voters
        vertices = 16 * authors
        bytes = 5 * authors * (Int(configuration.bounds.largestPayload) + Frame.vertexOverhead)
    }

    func judge(_ footprint: BroadcastFootprint) -> [String] {
        let sizes = [
            ("instances", footprint.instances, instances), ("digests of one instance", footprint.mostChoices, choices),
            ("held vertices", footprint.heldVertices, vertices), ("held bytes", footprint.heldBytes, bytes),
        ]
        return sizes.filter { $0.1 > $0.2 }.map { "\($0.1) \($0.0), at most \($0.2) are allowed" }
    }
}
