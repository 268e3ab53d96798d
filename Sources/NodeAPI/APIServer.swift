internal import BitcoinNode
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
public import Node
internal import ServiceLifecycle

/// The HTTP server: JSON under `/api/v1`, Prometheus text under `/metrics`, one page under `/`.
public struct APIServer: Sendable {
    /// The most connections at a time; more wait in the system's queue.
    public static let maximumConnections = 256

    /// A connection that is silent for so long is closed.
    private static let idleTimeout = TimeAmount.seconds(60)

    /// Bytes of all header fields of a request together.
    private static let maximumHeaderSize = 16 * 1024

    /// What is still being answered after this time is cut off.
    private static let shutdownTime = Duration.seconds(2)

    private let settings: HTTPSettings
    private let service: any PoolService
    private let logger: Logger

    /// A server of a pool; `run` starts it.
    public init(_ settings: HTTPSettings, service: any PoolService, logger: Logger) {
        self.settings = settings
        self.service = service
        self.logger = logger
    }

    /// Serves until the task is cancelled; requests that are being answered then are answered.
    ///
    /// - Parameter onListening: called with the port once it is listened on.
    /// - Throws: what the system says when the port cannot be listened on.
    public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Self.maximumHeaderSize, maxHeaderListSize: Self.maximumHeaderSize,
            maxHeaderFieldCount: 64)
        let application = Application(
            router: router(),
            server: .http1(
                configuration: .init(idleTimeout: Self.idleTimeout, httpDecoderConfiguration: decoder)),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.address, port: Int(settings.port)),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections, logger: logger)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        var group = ServiceGroupConfiguration(services: [application], logger: logger)
        group.maximumGracefulShutdownDuration = Self.shutdownTime
        let services = ServiceGroup(configuration: group)
        // A task of its own, so that our being cancelled asks the server to end instead of cutting it off.
        let serving = Task { try await services.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await services.triggerGracefulShutdown() }
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ProtectiveHeaders())
        let cache = SnapshotCache(service)
        let miners = MinersEndpoint(service, cache: cache, settings: settings)
        router.get("/api/v1/status") { _, _ in Self.json(StatusJSON.value(await cache.snapshot())) }
        router.get("/api/v1/miners") { request, _ in await miners.list(request) }
        router.post("/api/v1/miners") { request, _ in await miners.register(request) }
        router.get("/metrics") { _, _ in
            Self.response("text/plain; version=0.0.4; charset=utf-8", MetricsText.text(await cache.snapshot()))
        }
        router.get("/") { _, _ in Self.response("text/html; charset=utf-8", Page.html) }
        router.get("/page.css") { _, _ in Self.response("text/css; charset=utf-8", Page.style) }
        router.get("/page.js") { _, _ in Self.response("text/javascript; charset=utf-8", Page.script) }
        return router
    }
}

// MARK: Answers

extension APIServer {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        response("application/json", value.encoded + "\n", status: status)
    }

    static func error(_ text: String, status: HTTPResponse.Status) -> Response {
        json(.members(["error": .string(text)]), status: status)
    }

    private static func response(
        _ type: String, _ body: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}

/// Headers that keep a browser from doing with an answer anything but what the page does.
private struct ProtectiveHeaders: RouterMiddleware {
    typealias Context = BasicRequestContext

    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """

    func handle(
        _ request: Request, context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            response = APIServer.error(error.body ?? error.status.reasonPhrase, status: error.status)
        }
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }
}
