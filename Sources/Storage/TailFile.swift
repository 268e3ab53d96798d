internal import Foundation

/// The file of the journal's tail: of one size and filled with zeros from its beginning, so that a write in it changes
/// nothing but its pages, and the disk has it sooner than if the file grew.
///
/// Belongs to one thread.
final class TailFile {
    /// The name of the file in the data directory.
    static let name = "journal.tail"

    /// More than any tail has, and little enough to be read at once.
    static let largest = 1 << 30

    private let descriptor: Int32
    private let directory: URL
    /// Where a write failed, of which the disk may have anything: nothing, or all of it.
    private var failedPage: Int?

    /// Opens the file or makes an empty one.
    init(_ directory: URL) throws(StorageError) {
        let path = directory.appending(path: Self.name).path(percentEncoded: false)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        self.directory = directory
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
    }

    deinit {
        close(descriptor)
    }

    /// All of the file.
    func contents() throws(StorageError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
        guard status.st_size <= Self.largest else { throw .inputOutput("the journal's tail is too large to be one") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let (offset, count) = (done, bytes.count - done)
            let result = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + offset }, count, off_t(offset))
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw Self.failure(result < 0 ? errno : EIO) }
            done += result
        }
        return bytes
    }

    /// Makes a file of so many pages of it, unless it is one; what it held is lost then.
    func allocate(pages: Int) throws(StorageError) {
        let size = pages * TailRecord.pageSize
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
        if Int(status.st_size) != size { try fill(size) }
        // Also where the file was there: the start that made it may have been killed before this.
        guard fsync(descriptor) == 0 else { throw Self.failure(errno) }
        try synchronizeDirectory()
        forget()
    }

    /// Lets the system forget the pages that it has in memory, none of which is needed any more.
    ///
    /// It keeps what was read or written in large pieces in as large pieces, and would count, and on some file systems
    /// write, a whole one for each page that changes in it.
    private func forget() {
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }

    private func fill(_ size: Int) throws(StorageError) {
        guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(errno) }
        // The last page comes last: a file that is cut short by a crash is made anew.
        let piece = [UInt8](repeating: 0, count: min(size, 1 << 20))
        for offset in stride(from: 0, to: size, by: piece.count) {
            try put(piece.prefix(size - offset), at: offset)
        }
    }

    /// Writes a record's pages and waits until they are on the disk. After an error the disk may have them or not,
    /// until the next write has succeeded: then it has them not.
    func write(_ pages: [UInt8], atPage page: Int) throws(StorageError) {
        if let failedPage, failedPage != page {
            try overwrite([UInt8](repeating: 0, count: TailRecord.pageSize), atPage: failedPage)
        }
        failedPage = page
        if page == 0 { forget() }
        try overwrite(pages, atPage: page)
        failedPage = nil
    }

    private func overwrite(_ pages: [UInt8], atPage page: Int) throws(StorageError) {
        try put(pages[...], at: page * TailRecord.pageSize)
        guard fdatasync(descriptor) == 0 else { throw Self.failure(errno) }
    }

    private func put(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let (start, count) = (done, bytes.count - done)
            let result = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + start }, count, off_t(offset + start))
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw Self.failure(result < 0 ? errno : EIO) }
            done += result
        }
    }

    /// The file's name is on the disk, too.
    private func synchronizeDirectory() throws(StorageError) {
        let folder = open(directory.path(percentEncoded: false), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure(errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.failure(errno) }
    }

    private static func failure(_ code: Int32) -> StorageError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull : .inputOutput("the journal's tail: \(String(cString: strerror(code)))")
    }
}
