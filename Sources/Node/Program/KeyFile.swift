public import Curve
internal import Glibc

/// A secret key in a file: its 32 bytes, most significant first, and nothing else. Mode 0600.
///
/// The bytes go between the file and locked memory directly: they are in no other place of this process.
public enum KeyFile {
    /// A context that is blinded by the system's randomness.
    public static func makeContext() throws(KeyFileError) -> CurveContext {
        CurveContext(seed: try randomBytes())
    }

    /// Makes a new key and stores it; durable on return.
    ///
    /// - Throws: `KeyFileError.exists` where there is anything of that name: no key is ever overwritten.
    public static func create(path: String, context: CurveContext) throws(KeyFileError) -> XOnlyPublicKey {
        let key: SecretKey
        do {
            key = try SecretKey(try randomBytes(), context: context)
        } catch let error as KeyFileError {
            throw error
        } catch {
            throw .arithmetic
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let reason = errno
            throw reason == EEXIST ? .exists(path: path) : .cannotCreate(path: path, reason: Self.words(reason))
        }
        defer { close(descriptor) }
        guard let secret = try? key.copySecret() else { throw .arithmetic }
        let isWritten = secret.withBytes { bytes in
            bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == SecretBytes.count
        }
        guard isWritten, fsync(descriptor) == 0, syncDirectory(of: path) else {
            let reason = errno
            unlink(path)
            throw .cannotWrite(path: path, reason: Self.words(reason))
        }
        return key.publicKey
    }

    /// Reads a key that only its owner may read.
    public static func read(path: String, context: CurveContext) throws(KeyFileError) -> SecretKey {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            throw reason == EACCES ? .notPermitted(path: path) : .cannotRead(path: path, reason: Self.words(reason))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotRead(path: path, reason: Self.words(errno))
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .notPrivate(path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size == SecretBytes.count else {
            throw .notAKey(path: path)
        }
        guard var secret = try? SecretBytes() else { throw .arithmetic }
        let isRead = secret.withMutableBytes { bytes in
            bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) } == SecretBytes.count
        }
        guard isRead else {
            throw .cannotRead(path: path, reason: Self.words(errno))
        }
        do {
            return try SecretKey(secret, context: context)
        } catch {
            throw .notAKey(path: path)
        }
    }

    private static func randomBytes() throws(KeyFileError) -> SecretBytes {
        guard var bytes = try? SecretBytes() else { throw .arithmetic }
        do {
            try SystemRandomness.fill(&bytes)
        } catch {
            throw .noRandomness
        }
        return bytes
    }

    /// Makes the file's name durable, too.
    private static func syncDirectory(of path: String) -> Bool {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    private static func words(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}

/// Why a key file cannot be made or read.
public enum KeyFileError: Error, Hashable, Sendable {
    /// There is a file of that name; keys are not overwritten.
    case exists(path: String)
    /// The file cannot be made.
    case cannotCreate(path: String, reason: String)
    /// The disk refuses the key.
    case cannotWrite(path: String, reason: String)
    /// The file cannot be opened or read.
    case cannotRead(path: String, reason: String)
    /// This user may not read the file.
    case notPermitted(path: String)
    /// Others than the owner may read or write the file.
    case notPrivate(path: String)
    /// The file is not a key: not 32 bytes, or not within 1 ..< n.
    case notAKey(path: String)
    /// The system has no randomness to give.
    case noRandomness
    /// No locked memory, or the machine computes wrongly.
    case arithmetic
}

extension KeyFileError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .exists(let path): "\(path) is there already: a key is never overwritten"
        case .cannotCreate(let path, let reason): "cannot make \(path): \(reason)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
        case .notPermitted(let path): "\(path): this user may not read it"
        case .notPrivate(let path): "\(path) may be read by others than its owner: chmod 600 it"
        case .notAKey(let path): "\(path) is not a key file: it must have 32 bytes"
        case .noRandomness: "the system has no randomness to give"
        case .arithmetic: "no memory for a key"
        }
    }
}
