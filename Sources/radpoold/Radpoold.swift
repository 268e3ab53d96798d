import ArgumentParser
import Foundation
import Logging
import Node
import NodeAPI
import UnixSignals

/// The daemon: one MSP's pool server.
@main
struct Radpoold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "radpoold",
        abstract: "The pool server of a Mining Service Provider.",
        discussion: """
            SIGTERM or SIGINT ends it in an orderly way: what waits for the disk is answered, miners are told to \
            reconnect. A second signal ends it at once.

            Exit codes: 0 stopped as asked, 64 wrong command line, 69 something outside is missing (the kernel \
            library, a port), 70 a mistake of the program, 73 a file cannot be made or the data directory is in use, \
            74 the disk refuses or the journal is damaged, 77 permissions, 78 wrong configuration or genesis.
            """)

    @Option(help: "The configuration file.")
    var config = "radpool.toml"

    @Flag(help: "Read the configuration, the genesis and the key, say what is wrong with them, and end.")
    var check = false

    static func main() async {
        do {
            let command = try parse()
            try await command.serve()
            Foundation.exit(0)
        } catch let failure as ProgramFailure {
            failure.exit(program: "radpoold")
        } catch {
            exit(withError: error)
        }
    }

    private func serve() async throws {
        signal(SIGPIPE, SIG_IGN)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let founding = try Founding(configurationPath: config, environment: ProcessInfo.processInfo.environment)
        if check { return }
        let configuration = founding.configuration
        LoggingSystem.bootstrap { LineLogHandler(label: $0, settings: configuration.log) }
        let logger = Logger(label: "radpoold")
        warnOfFewDescriptors(configuration, logger)
        let daemon = try await PoolDaemon(founding, logger: logger)
        tell(daemon, configuration, logger)
        let failure = await serveAPI(daemon, configuration.http, until: signals, logger)
        logger.notice("stopping")
        await daemon.stop()
        logger.notice("stopped")
        if let failure { throw failure }
    }

    /// Serves the API until the first signal; what ended it otherwise is returned. The second signal ends the process.
    private func serveAPI(
        _ daemon: PoolDaemon, _ settings: HTTPSettings, until signals: UnixSignalsSequence, _ logger: Logger
    ) async -> ProgramFailure? {
        let (endings, ending) = AsyncStream.makeStream(of: ProgramFailure?.self)
        Task {
            for await _ in signals {
                if case .terminated = ending.yield(nil) { Foundation.exit(ProgramFailure.Status.software.rawValue) }
            }
        }
        let server = Task {
            guard settings.isEnabled else { return }
            do {
                let api = APIServer(
                    settings, service: EnginePool(daemon.engine), logger: Logger(label: "radpoold.http"))
                try await api.run { port in
                    logger.notice("HTTP is served", metadata: ["url": "http://\(settings.address):\(port)/"])
                }
            } catch is CancellationError {
                return
            } catch {
                ending.yield(
                    ProgramFailure(.unavailable, "cannot serve HTTP on \(settings.address):\(settings.port): \(error)"))
            }
        }
        var failure: ProgramFailure?
        for await cause in endings {
            failure = cause
            break
        }
        ending.finish()
        server.cancel()
        await server.value
        return failure
    }

    private func tell(_ daemon: PoolDaemon, _ configuration: Configuration, _ logger: Logger) {
        if let port = daemon.embeddedPort {
            logger.notice("the embedded regtest node answers", metadata: ["url": "http://127.0.0.1:\(port)/"])
        }
        for (index, listener) in configuration.stratum.listeners.enumerated() {
            guard let port = daemon.engine.port(ofListener: index) else { continue }
            let host = listener.address.contains(":") ? "[\(listener.address)]" : listener.address
            let scheme = listener.tls ? "stratum+ssl" : "stratum+tcp"
            logger.notice("miners are served", metadata: ["url": "\(scheme)://\(host):\(port)"])
        }
    }

    private func warnOfFewDescriptors(_ configuration: Configuration, _ logger: Logger) {
        let limit = FileDescriptors.raiseLimit()
        let wanted = UInt64(configuration.stratum.maximumConnections) + 512
        if limit < wanted {
            logger.warning(
                "the system allows fewer open files than max_connections needs",
                metadata: ["allowed": "\(limit)", "needed": "\(wanted)"])
        }
    }
}
