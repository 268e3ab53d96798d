import ArgumentParser
import CLoad
import Foundation

/// Where the stratum benchmarks run: a node with a full pool, and pool servers on it. All of it in a new directory,
/// on the file system that is to be measured.
final class StratumBed {
    let processors: Processors
    let folder: URL
    let chain: RegtestChain
    var users = Users()
    private var servers: [PoolServer] = []

    /// Starts the node; its pool is empty.
    ///
    /// - Parameter path: an existing directory; the temporary one by default.
    init(path: String?) async throws {
        processors = try Processors.two()
        guard rp_load_pin(processors.generator) else { throw ValidationError("cannot stay on one processor") }
        guard rp_load_raise_descriptors() >= 11_000 else {
            throw ValidationError("needs 11,000 descriptors: ulimit -Hn says fewer")
        }
        let parent = path.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
        folder = parent.appending(path: "radpool-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            chain = try await RegtestChain(folder: folder, processor: processors.generator)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    /// A server with nothing in its store.
    func startServer(nodePort: UInt16? = nil) async throws -> PoolServer {
        let server = try PoolServer(
            folder: folder.appending(path: "server-\(servers.count)"), cookie: chain.node.cookie,
            nodePort: nodePort ?? chain.node.port, processor: processors.server)
        servers.append(server)
        try await server.awaitFirstJob()
        return server
    }

    /// Ends a server as an operator would; it must take that well.
    func stop(_ server: PoolServer) throws {
        let status = server.child.stop()
        guard status == 0 else {
            throw ValidationError("radpoold ended with \(status): \(server.complaints.last ?? "no word in its log")")
        }
    }

    /// A new block, so that the duplicate filter begins anew, and work on it.
    func nextTip(_ server: PoolServer) async throws {
        let height = try await server.height()
        try await chain.node.submit(try await chain.node.makeEmptyBlock())
        try await server.awaitJob(after: height)
    }

    /// Ends everything that still runs and removes everything.
    func remove() {
        for server in servers { server.child.stop() }
        chain.child.stop()
        try? FileManager.default.removeItem(at: folder)
    }
}
