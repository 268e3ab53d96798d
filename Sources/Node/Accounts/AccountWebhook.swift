internal import Bitcoin
internal import BitcoinNode
internal import Wire

/// The operator's service that is asked about each new miner.
///
/// One question at a time for each miner: whoever asks about it meanwhile gets the same answer.
public actor AccountWebhook {
    private let url: String
    private let timeout: Duration
    private var running: [AccountApplication: Task<Bool, Never>] = [:]

    /// The most questions at a time; beyond it miners are refused, and may try again.
    public static let maximumRunning = 64

    /// A service at an `http://` URL.
    public init(url: String, timeout: Duration) {
        self.url = url
        self.timeout = timeout
    }

    /// Whether the service answers 200 in time to a POST of `{"key":"64 hex","name":"text or null"}`.
    public func approves(_ application: AccountApplication) async -> Bool {
        if let task = running[application] { return await task.value }
        guard running.count < Self.maximumRunning else { return false }
        let (url, timeout) = (url, timeout)
        let task = Task { await Self.ask(application, url: url, timeout: timeout) }
        running[application] = task
        let answer = await task.value
        running[application] = nil
        return answer
    }

    private static func ask(_ application: AccountApplication, url: String, timeout: Duration) async -> Bool {
        let body = JSONValue.members([
            "key": .string(Hex.encode(application.key.bytes)),
            "name": application.name.map { .string($0.text) } ?? .null,
        ])
        let request = HTTPExchange(
            "POST", url: url, headers: [("Content-Type", "application/json")], body: Array(body.encoded.utf8))
        guard let answer = try? await request?.perform(timeout: timeout) else { return false }
        return answer.status == 200
    }
}
