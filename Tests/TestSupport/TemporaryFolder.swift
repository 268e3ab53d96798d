public import Foundation
import Synchronization

/// A new, empty folder in the temporary directory. It goes with its last reference, so that a test leaves nothing
/// behind, also when it fails or throws.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let url: URL

    /// All folders of this process.
    private static let made = Mutex<[URL]>([])

    /// A thing that outlives its folder may make it anew, as the kernel does when it closes its block files: what is
    /// there at the end of the process goes then.
    private static let sweepsAtExit = atexit { TemporaryFolder.sweep() } == 0

    /// Makes the folder.
    ///
    /// - Parameter purpose: a word of its name, for whoever finds it while the test runs.
    public init(_ purpose: String) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "radpool-\(purpose)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let made = url
        if Self.sweepsAtExit { Self.made.withLock { $0.append(made) } }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    private static func sweep() {
        for url in made.withLock({ $0 }) { try? FileManager.default.removeItem(at: url) }
    }

    /// The path of a file or folder in it, which need not exist.
    public func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
}
