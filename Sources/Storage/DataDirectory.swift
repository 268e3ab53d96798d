public import Foundation

/// A data directory that this process alone uses, until the value goes.
///
/// The lock is the system's (`flock`): it goes with the process, however that ends, and needs no cleaning up.
public final class DataDirectory: Sendable {
    /// The directory.
    public let url: URL

    private let descriptor: Int32

    /// The name of the file that carries the lock and the process id of its holder.
    public static let lockName = "lock"

    /// Locks a directory, which is made with mode 0700 if it is missing.
    ///
    /// - Throws: `StorageError.directoryInUse` or `cannotOpen`.
    public init(_ url: URL) throws(StorageError) {
        let path = url.path(percentEncoded: false)
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .cannotOpen(path: path, reason: error.localizedDescription)
        }
        let lockPath = url.appending(path: Self.lockName).path(percentEncoded: false)
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: lockPath, reason: Self.reason(errno))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { close(descriptor) }
            if reason == EWOULDBLOCK {
                throw .directoryInUse(path: path, processID: Self.holder(lockPath))
            }
            throw .cannotOpen(path: lockPath, reason: Self.reason(reason))
        }
        self.url = url
        self.descriptor = descriptor
        Self.write(processID: getpid(), to: descriptor)
    }

    deinit {
        // A child that is just being started has the descriptor too, and would keep the lock until its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The id is for people: a holder that cannot write it holds the lock all the same.
    private static func write(processID: pid_t, to descriptor: Int32) {
        let text = Array("\(processID)\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func holder(_ lockPath: String) -> Int32? {
        guard let text = try? String(contentsOfFile: lockPath, encoding: .utf8) else { return nil }
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
