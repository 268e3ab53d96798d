import ArgumentParser
import Foundation

/// The embedded node as a process of its own.
final class RegtestChain {
    let child: Child
    let node: NodeClient

    init(folder: URL, processor: UInt32) async throws {
        let log = folder.appending(path: "node.log")
        let cookie = folder.appending(path: "node/.cookie")
        // The node lets everybody go first, so that its next template does not disturb the miners on its processor.
        child = try Child(
            "radpool", ["regtest-node", "--directory", folder.appending(path: "node").path, "--port", "0"],
            processor: processor, niceness: 19, log: log)
        do {
            let port = try await child.await("its port") { () -> UInt16? in
                let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                return text.firstMatch(of: /listening on http:\/\/127\.0\.0\.1:(\d+)/).flatMap { UInt16($0.1) }
            }
            node = NodeClient(port: port, cookie: cookie)
        } catch {
            child.stop()
            throw error
        }
    }
}
