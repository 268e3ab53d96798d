import Testing

/// The checker of traces, on traces that are right and on traces that are wrong in one way each.
@Suite struct DurabilityTraceTests {
    private static let journal = "9</data/journal.tail>"
    private static let first = DurabilityTrace.Promise(id: "1", record: Array(1...12))
    private static let second = DurabilityTrace.Promise(id: "2", record: Array(21...32))

    // MARK: Lines of a trace

    private static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return "\"" + bytes.map { "\\x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined() + "\""
    }

    /// The write of a group; its beginning only, if the system took no more.
    private static func group(_ record: [UInt8], taken: Int = 512) -> String {
        let bytes = Array("RPT1".utf8) + [UInt8](repeating: 0, count: 60) + record
        let page = bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
        return "7 pwrite64(\(journal), \(text(page)), 512, 4096) = \(taken)"
    }

    private static let sync = "7 fdatasync(\(journal)) = 0"

    private static func answer(_ promise: DurabilityTrace.Promise, thread: Int = 8) -> String {
        let line = #"{"id":\#(promise.id),"result":true,"error":null}"# + "\n"
        return "\(thread) write(12<socket:[55]>, \(text(Array(line.utf8))), \(line.utf8.count)) = \(line.utf8.count)"
    }

    private static func breaches(
        _ lines: [String], _ promises: [DurabilityTrace.Promise] = [first]
    ) -> [DurabilityTrace.Breach] {
        DurabilityTrace(lines.joined(separator: "\n")).breaches(promises)
    }

    // MARK: Right ones

    @Test func theDiskFirstIsRight() {
        let group = [Self.group(Self.first.record)]
        #expect(Self.breaches(group + [Self.sync, Self.answer(Self.first)]) == [])
        let trace = DurabilityTrace((group + group + [Self.sync]).joined(separator: "\n"))
        #expect(trace.groupCount == 2)
    }

    /// The next group may be on its way to the disk while the one before is answered.
    @Test func theNextGroupMayBeWrittenMeanwhile() {
        let lines =
            [Self.group(Self.first.record)] + [Self.sync]
            + [Self.group(Self.second.record)] + [Self.answer(Self.first)] + [
                Self.sync, Self.answer(Self.second),
            ]
        #expect(Self.breaches(lines, [Self.first, Self.second]) == [])
    }

    @Test func callsOfSeveralThreadsAreToldApart() {
        let lines = [
            "7 fdatasync(\(Self.journal) <unfinished ...>", "8 epoll_wait(3<anon_inode:[eventpoll]>, [], 9, 0) = 0",
            "7 <... fdatasync resumed>)          = 0",
        ]
        let group = [Self.group(Self.first.record)]
        #expect(Self.breaches(group + lines + [Self.answer(Self.first)]) == [])
        let calls = SystemCall.all(in: lines.joined(separator: "\n"))
        #expect(calls.map(\.name) == ["fdatasync", "epoll_wait"])
        #expect(calls.map(\.began) == [0, 1])
        #expect(calls.map(\.returned) == [2, 1])
    }

    @Test func anAnswerMayStandInAnyCallAndPlace() {
        let group = [Self.group(Self.first.record)] + [Self.sync]
        let before = Array(#"{"id":7,"result":null,"error":[22,"duplicate share",null]}"#.utf8) + [10]
        let line = Array(#"{"id":1,"result":true,"error":null}"#.utf8) + [10]
        let vector = "[{iov_base=\(Self.text(before)), iov_len=60}, {iov_base=\(Self.text(line)), iov_len=36}]"
        #expect(Self.breaches(group + ["8 writev(12<socket:[55]>, \(vector), 2) = 96"]) == [])
        let address = "msg_name={sa_family=AF_INET, sin_addr=inet_addr(\"127.0.0.1\")}"
        #expect(Self.breaches(group + ["8 sendmsg(12<socket:[55]>, {\(address), msg_iov=\(vector)}, 0) = 96"]) == [])
    }

    // MARK: Wrong ones

    @Test func anAnswerBeforeTheDiskIsFound() {
        let group = [Self.group(Self.first.record)]
        let early = [DurabilityTrace.Breach.answeredFirst("1")]
        #expect(Self.breaches([Self.answer(Self.first)] + group + [Self.sync]) == early)
        #expect(Self.breaches(group + [Self.answer(Self.first), Self.sync]) == early)
        #expect(Self.breaches(group + [Self.answer(Self.first)]) == early)
        // Only the first of the two was early.
        let rest = [Self.group(Self.second.record)] + [Self.sync, Self.answer(Self.second)]
        #expect(Self.breaches(group + [Self.answer(Self.first)] + rest, [Self.first, Self.second]) == early)
    }

    @Test func aSyncThatHasNotReturnedIsNone() {
        let group = [Self.group(Self.first.record)]
        let began = "7 fdatasync(\(Self.journal) <unfinished ...>"
        let answer = Self.answer(Self.first)
        let early = [DurabilityTrace.Breach.answeredFirst("1")]
        #expect(Self.breaches(group + [began, answer, "7 <... fdatasync resumed>) = 0"]) == early)
        #expect(Self.breaches(group + [began, answer]) == early)
        for result in ["= -1 EIO (Input/output error)", "= ?"] {
            #expect(Self.breaches(group + [Self.sync.replacing("= 0", with: result), answer]) == early)
        }
    }

    @Test func aSyncOfAnotherFileIsNone() {
        let group = [Self.group(Self.first.record)]
        let other = "7 fdatasync(10</data/radpool.sqlite>) = 0"
        #expect(Self.breaches(group + [other, Self.answer(Self.first)]) == [.answeredFirst("1")])
    }

    /// A sync counts when it began behind the write.
    @Test func aSyncThatBeganBeforeTheWriteIsNone() {
        let began = "6 fdatasync(\(Self.journal) <unfinished ...>"
        let ended = "6 <... fdatasync resumed>) = 0"
        let lines = [began, Self.group(Self.first.record), ended, Self.answer(Self.first)]
        #expect(Self.breaches(lines) == [.answeredFirst("1")])
        #expect(Self.breaches([Self.sync] + lines) == [.answeredFirst("1")])
    }

    @Test func whatIsNotThereIsFound() {
        let group = [Self.group(Self.first.record)] + [Self.sync]
        #expect(Self.breaches(group) == [.notAnswered("1")])
        #expect(Self.breaches(group + [Self.answer(Self.second)], [Self.second]) == [.notWritten("2")])
        let cut = [Self.group(Self.first.record, taken: 256), Self.sync]
        #expect(Self.breaches(cut + [Self.answer(Self.first)]) == [.notWritten("1")])
        func digits(_ word: String) -> String { String(Self.text(Array(word.utf8)).dropFirst().dropLast()) }
        let refused = Self.answer(Self.first).replacing(digits("true"), with: digits("null"))
        #expect(Self.breaches(group + [refused]) == [.notAnswered("1")])
    }
}
