import Foundation
import StratumConversations
import TestSupport
import Testing

/// A disk of a few megabytes in the place of one folder: a tmpfs in a user and a mount namespace that a process keeps
/// as long as this value lives. Only what is run by `command` sees it there.
final class SmallDisk {
    /// Also with CI=true, where it must work.
    static let isExpected =
        Tool.isCI || Tool.succeeds(namespace + ["mount", "-t", "tmpfs", "tmpfs", NSTemporaryDirectory()])

    static let absence: Comment = "a tmpfs in a user namespace is not permitted here"

    /// Runs what follows it in new namespaces, as their root.
    private static let namespace = ["unshare", "--user", "--map-root-user", "--mount"]

    private let keeper = Process()
    private let folder: URL

    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - name: a folder in it that stays on the usual disk.
    init(at folder: URL, megabytes: Int, except name: String) throws {
        self.folder = folder
        let usual = folder.appending(path: name)
        try FileManager.default.createDirectory(at: usual, withIntermediateDirectories: true)
        let made = try TemporaryFolder("mount")
        // Put together elsewhere, because it hides what is in its place.
        let script = """
            set -e
            mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs "$3"
            mkdir "$3/$2"
            mount --bind "$1/$2" "$3/$2"
            mount --rbind "$3" "$1"
            echo ready
            exec cat
            """
        let output = Pipe()
        keeper.executableURL = URL(filePath: "/usr/bin/env")
        keeper.arguments =
            Self.namespace + ["sh", "-c", script, "sh", folder.path, name, made.url.path]
        // It ends with this process, whatever becomes of that.
        keeper.standardInput = Pipe()
        keeper.standardOutput = output
        try keeper.run()
        guard String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "ready\n" else {
            throw Mismatch("no tmpfs in a namespace")
        }
    }

    deinit {
        guard keeper.isRunning else { return }
        keeper.terminate()
        keeper.waitUntilExit()
    }

    /// Runs what follows it where the disk is seen, in the same working folder.
    var command: [String] {
        let here = FileManager.default.currentDirectoryPath
        return [
            "nsenter", "--target", String(keeper.processIdentifier), "--user", "--mount", "--preserve-credentials",
            "env", "--chdir", here,
        ]
    }

    /// Where this process sees the disk.
    private var url: URL { URL(filePath: "/proc/\(keeper.processIdentifier)/root\(folder.path)") }

    private var filler: String { url.appending(path: "filler").path }

    /// Writes a file until not one page more can be written.
    func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw Mismatch("no file on the small disk: error \(errno)") }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, page, page.count) > 0 {}
        guard errno == ENOSPC else { throw Mismatch("the small disk is not full: error \(errno)") }
    }

    /// Removes the file again.
    func makeRoom() throws {
        try FileManager.default.removeItem(atPath: filler)
    }

    /// Copies the files of a database that is not in use.
    func copy(_ name: String, to target: URL) throws {
        for ending in ["", "-wal"] {
            let file = url.appending(path: name + ending)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try FileManager.default.copyItem(at: file, to: target.appending(path: name + ending))
        }
    }
}
