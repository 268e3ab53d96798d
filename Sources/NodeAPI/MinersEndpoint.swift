internal import Bitcoin
internal import BitcoinNode
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import Node
internal import Wire

/// `/api/v1/miners`: who is registered, and registration.
actor MinersEndpoint {
    /// The largest body of a registration in bytes.
    private static let maximumBody = 4096

    /// The most miners of one answer.
    private static let maximumCount = 1000

    private let service: any PoolService
    private let cache: SnapshotCache
    private let adminToken: String?
    private let start = ContinuousClock.now
    private var bucket: RegistrationBucket

    init(_ service: any PoolService, cache: SnapshotCache, settings: HTTPSettings) {
        self.service = service
        self.cache = cache
        adminToken = settings.adminToken
        bucket = RegistrationBucket(perMinute: settings.registrationsPerMinute, now: 0)
    }

    /// The miners from the number `from` on, at most `count`.
    func list(_ request: Request) async -> Response {
        guard let from = Self.number(request, "from", fallback: 0).flatMap({ UInt32(exactly: $0) }),
            let count = Self.number(request, "count", fallback: 100), (1...Self.maximumCount).contains(count)
        else {
            return APIServer.error("from is a number, count one of 1 to \(Self.maximumCount)", status: .badRequest)
        }
        let network = await network()
        let miners = await service.miners(from: from, count: count)
        return APIServer.json(.members(["miners": .array(miners.map { Self.json($0, network) })]))
    }

    /// Registers a miner.
    func register(_ request: Request) async -> Response {
        guard Self.isOfSameOrigin(request) else {
            return APIServer.error("a page of another site may not register miners", status: .forbidden)
        }
        let isOperator: Bool
        switch authority(of: request) {
        case .refused: return APIServer.error("this is not the operator's token", status: .unauthorized)
        case .visitor: isOperator = false
        case .operator: isOperator = true
        }
        let elapsed = UInt64(clamping: start.duration(to: .now).milliseconds)
        guard isOperator || bucket.take(now: elapsed) else {
            return APIServer.error("too many registrations: try again in a minute", status: .tooManyRequests)
        }
        let fields: RegistrationFields
        do {
            fields = try await RegistrationFields(request, maximumBody: Self.maximumBody)
        } catch {
            return APIServer.error(error.text, status: error.status)
        }
        let network = await network()
        do {
            let application = try AccountApplication(
                keyText: fields.key, nameText: fields.name, inviteCode: fields.invite, network: network)
            let (miner, isNew) = try await service.register(application, isOperator: isOperator)
            await cache.forget()
            return APIServer.json(Self.json(miner, network), status: isNew ? .created : .ok)
        } catch {
            return APIServer.error(error.description, status: Self.status(of: error))
        }
    }

    // MARK: Who asks

    private enum Authority {
        case visitor
        case `operator`
        case refused
    }

    private func authority(of request: Request) -> Authority {
        guard let header = request.headers[.authorization] else { return .visitor }
        guard let adminToken else { return .refused }
        let given = Array(header.utf8)
        let expected = Array("Bearer \(adminToken)".utf8)
        // All bytes are compared, so that the time does not tell how much of a guess is right.
        let difference = zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return given.count == expected.count && difference == 0 ? .operator : .refused
    }

    /// False for what a browser says a page of another site sends.
    private static func isOfSameOrigin(_ request: Request) -> Bool {
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name],
            site != "same-origin", site != "none"
        {
            return false
        }
        guard let origin = request.headers[.origin] else { return true }
        let host = origin.split(separator: "/").last.map(String.init)
        return host == request.head.authority
    }

    // MARK: Parts

    private func network() async -> Network {
        await cache.snapshot().identity.network
    }

    private static func number(_ request: Request, _ name: String, fallback: Int) -> Int? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return fallback }
        return Int(text)
    }

    private static func json(_ miner: MinerRegistration, _ network: Network) -> JSONValue {
        .members([
            "number": .integer(miner.number),
            "key": .string(Hex.encode(miner.key.bytes)),
            "name": miner.name.map { .string($0.text) } ?? .null,
            "address": Address(script: .payToTaproot(miner.key), network: network).map { .string($0.encoded) },
        ])
    }

    private static func status(of refusal: AccountRefusal) -> HTTPResponse.Status {
        switch refusal {
        case .closed, .wrongInvite, .webhook: .forbidden
        case .nameTaken, .keyRegistered: .conflict
        case .full, .notStored: .serviceUnavailable
        case .unknown, .otherNetwork, .notTaproot, .brokenAddress, .notOnCurve, .notAKey, .badName: .badRequest
        }
    }
}
