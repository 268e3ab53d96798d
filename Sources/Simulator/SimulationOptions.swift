package import Broadcast

/// What is simulated.
public struct SimulationOptions: Sendable {
    /// How many voters there are, 1 ... 50.
    public var nodes: Int
    /// How many of them are byzantine. More than f break every promise.
    public var byzantine: Int
    /// How long a run is in virtual seconds; chaos ends in the middle.
    public var seconds: UInt64
    /// How many authors do not vote; nil lets the seed decide.
    package var observers: Int?
    /// The rules that correct members follow.
    package var rules = Rules.product

    /// Runs of so many virtual seconds with so many voters.
    public init(nodes: Int, byzantine: Int, seconds: UInt64 = 60) {
        self.nodes = min(max(nodes, 1), 50)
        self.byzantine = min(max(byzantine, 0), self.nodes)
        self.seconds = min(max(seconds, 1), 3_600)
    }

    /// The command that repeats a run.
    public func command(seed: UInt64) -> String {
        let length = seconds == 60 ? "" : " --seconds \(seconds)"
        return "radpool simulate --seed \(seed) --nodes \(nodes) --byzantine \(byzantine)\(length)"
    }
}
