/// What a `NodeSet` knows of one node.
struct NodeStatus {
    /// The outcome of one look at a node.
    struct Report: Sendable {
        let state: NodeHealth.State
        var height: UInt32?
        var error: String?
    }

    let name: String
    private(set) var state = NodeHealth.State.connecting
    var height: UInt32?
    private(set) var lastError: String?
    /// Failures, less the looks that found the node as ready as before: what the next wait goes by.
    private var failures = 0
    /// Whether the node has failed while it gave the templates, and has not waited for that yet.
    private(set) var hasFailed = false

    /// More failures make no wait longer.
    private static let mostFailures = 16

    init(name: String) {
        self.name = name
    }

    /// Notes the outcome of a look.
    mutating func record(_ report: Report) {
        switch report.state {
        case .ready: failures = state == .ready ? max(failures - 1, 0) : failures
        case .syncing, .connecting: break
        case .unusable, .unreachable, .wrongChain: failures = min(failures + 1, Self.mostFailures)
        }
        state = report.state
        height = report.height ?? height
        lastError = report.error
    }

    /// Notes that the node failed while it gave the templates.
    mutating func fail(_ error: NodeError) {
        record(Self.report(error))
        hasFailed = true
    }

    /// Whether the node must wait once more, because it failed while it waited.
    mutating func takeFailure() -> Bool {
        defer { hasFailed = false }
        return hasFailed
    }

    /// How long to wait for the next look.
    func wait(_ settings: NodeSet.Settings) -> Duration {
        switch state {
        case .ready, .syncing, .connecting: settings.watch
        case .wrongChain: settings.lastRetry
        case .unusable, .unreachable: min(settings.firstRetry * (1 << max(failures - 1, 0)), settings.lastRetry)
        }
    }

    func health(isActive: Bool, isLagging: Bool) -> NodeHealth {
        let isBehind = isLagging && state == .ready
        return NodeHealth(
            name: name, state: isBehind ? .syncing : state, isActive: isActive, height: height,
            lastError: isBehind ? "it is behind the other nodes" : lastError)
    }

    /// What an error of a call says about a node.
    static func report(_ error: NodeError) -> Report {
        let state: NodeHealth.State
        switch error {
        case .unreachable, .connectionLost, .timedOut, .cancelled: state = .unreachable
        // RPC_CLIENT_IN_INITIAL_DOWNLOAD and RPC_IN_WARMUP.
        case .refused(let error) where error.code == -10 || error.code == -28: state = .syncing
        default: state = .unusable
        }
        return Report(state: state, error: error.description)
    }
}
