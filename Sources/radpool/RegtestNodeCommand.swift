import ArgumentParser
import BitcoinNode
import Foundation
import Node
import UnixSignals

/// `radpool regtest-node`: the embedded node alone.
struct RegtestNodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regtest-node", abstract: "Run the embedded regtest node alone, on 127.0.0.1.",
        discussion: """
            Answers bitcoind's calls (docs/protocol/node-rpc.md) with every block validated by Bitcoin Core's kernel. \
            Its cookie is .cookie in its directory unless --cookie says otherwise. SIGINT or SIGTERM ends it.
            """)

    @Option(help: "The directory of the node's chain; made if it is missing.")
    var directory: String

    @Option(help: "The port of JSON-RPC; 0 takes a free one.")
    var port: UInt16 = 18443

    @Option(help: "Where to write the cookie file.")
    var cookie: String?

    @Option(
        help: """
            The kernel library; otherwise RADPOOL_KERNEL_LIBRARY, else .kernel/libbitcoinkernel.so here or in a folder \
            above the program.
            """)
    var kernelLibrary: String?

    func run() async throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        let folder = URL(filePath: directory, directoryHint: .isDirectory)
        let cookieFile = cookie.map { URL(filePath: $0) } ?? folder.appending(path: ".cookie")
        do {
            let library = try KernelLibrary(path: kernelLibrary ?? KernelLibrary.path(folder: here))
            let node = try RegtestNode(library: library, directory: folder)
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            let server = try await RPCServer(node: node, port: Int(port), credentials: .cookie(file: cookieFile))
            FileHandle.standardOutput.write(
                Data("listening on http://127.0.0.1:\(server.port), cookie \(cookieFile.path)\n".utf8))
            for await _ in signals { break }
            await node.stop()
            await server.stop()
        } catch {
            throw ProgramFailure(error)
        }
    }
}
