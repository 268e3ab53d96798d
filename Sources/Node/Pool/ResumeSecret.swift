internal import Foundation
internal import Storage

/// The secret of the resume tokens, which must be the same after a restart: a file of the data directory.
enum ResumeSecret {
    /// The file's name.
    static let fileName = "resume.key"

    /// The 32 bytes; made at the first start.
    static func load(_ directory: DataDirectory) throws(StorageError) -> [UInt8] {
        let url = directory.url.appending(path: fileName)
        let path = url.path(percentEncoded: false)
        if let data = try? Data(contentsOf: url), data.count == 32 { return Array(data) }
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(secret), attributes: [.posixPermissions: 0o600])
        else {
            throw .cannotOpen(path: path, reason: "it cannot be written")
        }
        return secret
    }
}
