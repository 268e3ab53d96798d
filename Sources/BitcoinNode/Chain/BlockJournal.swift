internal import Bitcoin
internal import Foundation
internal import Glibc

/// The blocks of the embedded node, in the order they were taken, in one file that only grows.
///
/// `append` returns when the block is on the disk: whatever is answered afterwards survives a SIGKILL and a power cut.
/// docs/protocol/node-rpc.md has the format byte by byte.
package struct BlockJournal {
    /// The blocks that the file held when it was opened, until they are taken.
    private var recovered: [[UInt8]]

    /// How many bytes of a torn last record were cut off at the opening.
    let cutOff: Int

    private let file: FileHandle
    private var end: UInt64

    /// The first 16 bytes of the file: a name and the version of the format.
    private static let preamble = Array("radpool blocks 1".utf8)

    /// The start of every record.
    private static let mark = Array("RPBJ".utf8)

    /// Mark, length and checksum.
    private static let recordHead = 16

    /// The longest block: what consensus allows.
    private static let longest = 4_000_000

    /// Opens or makes the file, reads all blocks and cuts off what an interrupted append left.
    package init(path: String) throws(BlockJournalError) {
        do {
            let isNew = !FileManager.default.fileExists(atPath: path)
            if isNew {
                guard FileManager.default.createFile(atPath: path, contents: nil) else {
                    throw BlockJournalError.cannotOpen(path: path)
                }
            }
            guard let handle = FileHandle(forUpdatingAtPath: path) else {
                throw BlockJournalError.cannotOpen(path: path)
            }
            let bytes = [UInt8](try handle.readToEnd() ?? Data())
            let start = try Self.checkPreamble(bytes)
            let (blocks, offset) = try Self.records(in: bytes, from: start)
            file = handle
            recovered = blocks
            cutOff = bytes.count - offset
            end = UInt64(offset)
            if cutOff > 0 || start == 0 {
                try handle.truncate(atOffset: end)
                try handle.seek(toOffset: end)
                if start == 0 { try handle.write(contentsOf: Self.preamble) }
                try handle.synchronize()
            }
            end = UInt64(max(offset, Self.preamble.count))
            if isNew { try Self.synchronizeFolder(of: path) }
        } catch let error as BlockJournalError {
            throw error
        } catch {
            throw .cannotOpen(path: path)
        }
    }

    /// Gives the blocks that the file held when it was opened, in order and once.
    package mutating func takeRecovered() -> [[UInt8]] {
        defer { recovered = [] }
        return recovered
    }

    /// Appends a block and waits until it is on the disk.
    ///
    /// A failed append leaves the file as it was before; it may be tried again.
    package mutating func append(_ block: [UInt8]) throws(BlockJournalError) {
        let record = Self.record(block, at: Int(end))
        do {
            try file.seek(toOffset: end)
            try file.write(contentsOf: record)
            try file.synchronize()
        } catch {
            try? file.truncate(atOffset: end)
            throw .cannotWrite(String(describing: error))
        }
        end += UInt64(record.count)
    }

    /// A record: mark, length (4 bytes, little-endian), the first 8 bytes of the checksum, block.
    private static func record(_ block: [UInt8], at offset: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: recordHead + block.count)
        writer.append(mark)
        writer.append(littleEndian: UInt32(truncatingIfNeeded: block.count))
        writer.append(checksum(block, at: offset))
        writer.append(block)
        return writer.bytes
    }

    /// Double SHA-256 of the record's offset, the block's length and the block; the offset keeps a record from being
    /// read anywhere but at its place.
    private static func checksum(_ block: some Collection<UInt8>, at offset: Int) -> ArraySlice<UInt8> {
        var writer = ByteWriter(capacity: 12 + block.count)
        writer.append(littleEndian: UInt64(offset))
        writer.append(littleEndian: UInt32(truncatingIfNeeded: block.count))
        writer.append(Array(block))
        return SHA256.doubleHash(writer.bytes).bytes[..<8]
    }

    /// Where records begin; 0 for a file in which not even the preamble was finished.
    private static func checkPreamble(_ bytes: [UInt8]) throws(BlockJournalError) -> Int {
        if bytes.starts(with: preamble) {
            return preamble.count
        }
        guard preamble.starts(with: bytes) || (bytes.count <= preamble.count && bytes.allSatisfy { $0 == 0 }) else {
            throw .notAJournal
        }
        return 0
    }

    /// The blocks, and the offset behind the last whole record.
    private static func records(
        in bytes: [UInt8], from start: Int
    ) throws(BlockJournalError) -> ([[UInt8]], Int) {
        guard start > 0 else {
            return ([], 0)
        }
        var blocks: [[UInt8]] = []
        var offset = start
        while offset < bytes.count {
            guard let block = record(in: bytes, at: offset) else {
                // An append is finished before the next one begins, so only the last record can be torn.
                guard !holdsRecord(bytes, after: offset) else {
                    throw .corrupt(offset: offset)
                }
                break
            }
            blocks.append(Array(block))
            offset = block.endIndex
        }
        return (blocks, offset)
    }

    /// The block of a whole and correct record at `offset`.
    private static func record(in bytes: [UInt8], at offset: Int) -> ArraySlice<UInt8>? {
        let body = offset + recordHead
        guard body <= bytes.count, bytes[offset..<(offset + 4)].elementsEqual(mark) else {
            return nil
        }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
        guard length <= longest, body + length <= bytes.count else {
            return nil
        }
        let block = bytes[body..<(body + length)]
        return bytes[(offset + 8)..<body] == checksum(block, at: offset) ? block : nil
    }

    private static func holdsRecord(_ bytes: [UInt8], after offset: Int) -> Bool {
        bytes.indices[(offset + 1)...].contains { bytes[$0] == mark[0] && record(in: bytes, at: $0) != nil }
    }

    /// Makes the file's name durable.
    private static func synchronizeFolder(of path: String) throws(BlockJournalError) {
        let descriptor = unsafe open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .cannotOpen(path: path)
        }
    }
}

/// Why the journal of blocks cannot be used.
public enum BlockJournalError: Error, Hashable, Sendable {
    /// The file cannot be made, read or written.
    case cannotOpen(path: String)
    /// The file is something else, or of another version.
    case notAJournal
    /// The record at the offset is wrong while records behind it are right.
    case corrupt(offset: Int)
    /// A block could not be written; the system's words. The file is as before.
    case cannotWrite(String)
}

extension BlockJournalError: CustomStringConvertible {
    /// One line for the operator.
    public var description: String {
        switch self {
        case .cannotOpen(let path): "cannot open \(path)"
        case .notAJournal: "the journal of blocks begins like something else"
        case .corrupt(let offset): "the journal of blocks is corrupt at byte \(offset)"
        case .cannotWrite(let words): "cannot write to the journal of blocks: \(words)"
        }
    }
}
