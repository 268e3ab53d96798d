import Foundation

/// What the system calls of a daemon say about the order of disk and answers.
///
/// The journal is SQLite's write-ahead log: a transaction is a row of frames, the last of which is marked as its
/// commit. An answer may be given when the disk has said that it has all frames of the transaction with the share.
struct DurabilityTrace {
    /// Something that was answered `true`.
    struct Promise: Equatable {
        /// The request's id as it stands in the answer.
        let id: String
        /// Bytes that only the record of it has.
        let record: [UInt8]
    }

    /// What is wrong with a promise.
    enum Breach: Equatable {
        /// The trace has no answer `true` to it.
        case notAnswered(String)
        /// The trace has no transaction with its record.
        case notWritten(String)
        /// When it was answered, no fdatasync had returned that began behind the last write of its transaction.
        case answeredFirst(String)
    }

    /// A transaction of the log.
    private struct Transaction {
        var content = Data()
        /// The line at which the last write of it had returned.
        var end = 0
    }

    private var transactions: [Transaction] = []
    private var syncs: [(began: Int, returned: Int)] = []
    private var answers: [(began: Int, text: Data)] = []

    /// - Parameter trace: as `SystemCall` reads it.
    init(_ trace: String) {
        let calls = SystemCall.all(in: trace)
        let log = calls.filter { $0.file.hasSuffix("-wal") }
        syncs = log.compactMap { call in
            guard call.name == "fdatasync" || call.name == "fsync", call.result == 0, let returned = call.returned
            else { return nil }
            return (call.began, returned)
        }
        answers = calls.filter { $0.file.hasPrefix("socket:") && !$0.bytes.isEmpty }
            .map { ($0.began, Data($0.bytes)) }
        collect(log.filter { $0.name == "pwrite64" })
    }

    /// How many transactions the trace has.
    var transactionCount: Int { transactions.count }

    /// Puts the writes together to transactions.
    private mutating func collect(_ writes: [SystemCall]) {
        let (logHeader, frameHeader) = (32, 24)
        var page = 0
        var open = Transaction()
        var isCommit = false
        for write in writes {
            guard let offset = write.lastArgument, let end = write.returned, write.result == write.bytes.count else {
                continue
            }
            if offset == 0, write.bytes.count == logHeader { page = Self.number(write.bytes[8..<12]) }
            guard offset >= logHeader, page > 0 else { continue }
            let place = (offset - logHeader) % (frameHeader + page)
            // Of a frame's header the second number is that of the database's pages, in a commit only.
            if place == 0, write.bytes.count >= 8 { isCommit = Self.number(write.bytes[4..<8]) != 0 }
            open.content += Data(write.bytes)
            guard isCommit, place + write.bytes.count == frameHeader + page else { continue }
            open.end = end
            transactions.append(open)
            open = Transaction()
            isCommit = false
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    /// What is wrong with promises, in their order; nothing where the disk came first each time.
    func breaches(_ promises: [Promise]) -> [Breach] {
        promises.compactMap { promise in
            let yes = Data(#"{"id":\#(promise.id),"result":true,"#.utf8)
            guard let answer = answers.first(where: { $0.text.range(of: yes) != nil }) else {
                return .notAnswered(promise.id)
            }
            let record = Data(promise.record)
            guard let transaction = transactions.first(where: { $0.content.range(of: record) != nil }) else {
                return .notWritten(promise.id)
            }
            let isDurable = syncs.contains { $0.began > transaction.end && $0.returned < answer.began }
            return isDurable ? nil : .answeredFirst(promise.id)
        }
    }
}
