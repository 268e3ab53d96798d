import Foundation
import Storage
import Testing

@Suite struct DataDirectoryTests {
    @Test func oneAtATime() throws {
        let scratch = try Scratch()
        let processID = ProcessInfo.processInfo.processIdentifier
        var first: DataDirectory? = try DataDirectory(scratch.url)
        #expect(throws: StorageError.self) { try DataDirectory(scratch.url) }
        do {
            _ = try DataDirectory(scratch.url)
        } catch {
            guard case .directoryInUse(let path, let holder) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path.contains(scratch.url.lastPathComponent))
            #expect(holder == processID)
        }
        #expect(first?.url == scratch.url)
        first = nil
        #expect(throws: Never.self) { try DataDirectory(scratch.url) }
    }

    @Test func theDirectoryIsPrivate() throws {
        let scratch = try Scratch()
        _ = try DataDirectory(scratch.url)
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.url.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test func aFileInItsPlaceIsNamed() throws {
        let scratch = try Scratch()
        try Data([1]).write(to: scratch.url)
        do {
            _ = try DataDirectory(scratch.url)
            Issue.record("a file is a directory")
        } catch {
            guard case .cannotOpen(let path, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path.contains(scratch.url.lastPathComponent))
        }
    }
}
