import Foundation

/// What the system calls of a daemon say about the order of disk and answers.
///
/// A group is a record of the journal's tail, which is written in one call. An answer may be given when the disk has
/// said that it has the record with the share.
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
        /// The trace has no group with its record.
        case notWritten(String)
        /// When it was answered, no fdatasync had returned that began behind the write of its group.
        case answeredFirst(String)
    }

    /// A group that was written whole.
    private struct Group {
        let content: Data
        /// The line at which the write had returned.
        let end: Int
    }

    private var groups: [Group] = []
    private var syncs: [(began: Int, returned: Int)] = []
    private var answers: [(began: Int, text: Data)] = []

    /// - Parameter trace: as `SystemCall` reads it.
    init(_ trace: String) {
        let calls = SystemCall.all(in: trace)
        let tail = calls.filter { $0.file.hasSuffix("/journal.tail") }
        syncs = tail.compactMap { call in
            guard call.name == "fdatasync" || call.name == "fsync", call.result == 0, let returned = call.returned
            else { return nil }
            return (call.began, returned)
        }
        answers = calls.filter { $0.file.hasPrefix("socket:") && !$0.bytes.isEmpty }
            .map { ($0.began, Data($0.bytes)) }
        groups = tail.compactMap { call in
            guard call.name == "pwrite64", call.result == call.bytes.count, let end = call.returned,
                call.bytes.starts(with: Self.mark)
            else { return nil }
            return Group(content: Data(call.bytes), end: end)
        }
    }

    /// How a record begins; what the file is filled with at first does not.
    private static let mark = Array("RPT1".utf8)

    /// How many groups the trace has.
    var groupCount: Int { groups.count }

    /// What is wrong with promises, in their order; nothing where the disk came first each time.
    func breaches(_ promises: [Promise]) -> [Breach] {
        promises.compactMap { promise in
            let yes = Data(#"{"id":\#(promise.id),"result":true,"#.utf8)
            guard let answer = answers.first(where: { $0.text.range(of: yes) != nil }) else {
                return .notAnswered(promise.id)
            }
            let record = Data(promise.record)
            guard let group = groups.first(where: { $0.content.range(of: record) != nil }) else {
                return .notWritten(promise.id)
            }
            let isDurable = syncs.contains { $0.began > group.end && $0.returned < answer.began }
            return isDurable ? nil : .answeredFirst(promise.id)
        }
    }
}
