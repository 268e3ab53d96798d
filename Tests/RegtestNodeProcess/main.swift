// What tests need a process of its own for.
//   LIBRARY DIRECTORY [PORT] a node, for tests that kill it: prints its port and serves until killed
//   --limited-journal PATH   a journal that meets the greatest size of files, as if the disk were full
import BitcoinNode
import Foundation

let arguments = CommandLine.arguments
guard (3...4).contains(arguments.count), let port = arguments.count == 4 ? Int(arguments[3]) : 0 else {
    FileHandle.standardError.write(Data("usage: regtest-node-process LIBRARY DIRECTORY [PORT]\n".utf8))
    exit(64)
}
if arguments[1] == "--limited-journal" {
    do {
        try appendToLimitedJournal(arguments[2])
        exit(0)
    } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(1)
    }
}
do {
    let directory = URL(filePath: arguments[2])
    let node = try RegtestNode(library: KernelLibrary(path: arguments[1]), directory: directory)
    let server = try await RPCServer(
        node: node, port: port, credentials: .cookie(file: directory.appending(path: ".cookie")))
    FileHandle.standardOutput.write(Data("\(server.port)\n".utf8))
    while true {
        try await Task.sleep(for: .seconds(3600))
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(69)
}
