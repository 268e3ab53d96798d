internal import Glibc

/// A directory taken for one process at a time; given back when the last reference goes or the process ends.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock file; nil if another holds it or it cannot be made.
    init?(path: String) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return nil
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        // A child that is just being started has the descriptor too, and would keep the lock until its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
