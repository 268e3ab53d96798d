public import Foundation

/// The conformance data that lies beside the repository, in `../shared/vectors`.
///
/// In a stand-alone clone it is absent: tests that need it are disabled with a plain message. With `CI=true` they
/// run all the same and fail for want of their data.
public enum Conformance {
    /// `../shared/vectors`, seen from the repository's root.
    public static let folder = repositoryRoot.deletingLastPathComponent().appending(path: "shared/vectors")

    /// The repository's root folder.
    public static let repositoryRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Whether a test that reads conformance data should run: where the data is, and always in CI.
    public static let isExpected =
        FileManager.default.fileExists(atPath: folder.path) || ProcessInfo.processInfo.environment["CI"] == "true"

    /// What a test says when it is disabled because the data is absent.
    public static let absence: String = "conformance data absent: no ../shared/vectors beside this clone"

    /// The bytes of one vector file, such as `bitcoin/sighash.json`.
    public static func data(_ path: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: path))
    }

    /// One vector file parsed as JSON; the caller casts to the shape it knows.
    public static func json(_ path: String) throws -> Any {
        try JSONSerialization.jsonObject(with: data(path))
    }
}
