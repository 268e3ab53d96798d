import Foundation
import TestSupport
import Testing

/// Every rule has been seen to fail: each checker gets samples that it must find and samples that it must not.
@Suite struct HouseRulesTests {
    func file(_ path: String, _ text: String) throws -> SourceFile {
        try #require(SourceFile(path: path, text: text))
    }

    func core(_ text: String) throws -> SourceFile {
        try file("Sources/Bitcoin/Sample.swift", text)
    }

    func library(_ text: String, room: String = "CHash") throws -> SourceFile {
        try file("CSources/\(room)/sample.c", text)
    }

    func publicHeader(_ text: String) throws -> SourceFile {
        try file("CSources/CHash/include/Sample.h", text)
    }

    /// The lines of the findings.
    func lines(_ findings: [Finding]) -> [Int] {
        findings.map(\.line)
    }

    // MARK: Scanner

    @Test func commentsAndStringsAreNoCode() throws {
        let swift = try core(
            ##"""
            let a = "one // two" // three
            /* four /* five */ six */ let b = #"seven " eight"#
            let c = """
                nine "ten"
                """
            let d = "\(eleven("twelve")) \" thirteen"
            """##)
        let words = swift.tokens.filter(\.isWord).map(\.text)
        #expect(words == ["let", "a", "let", "b", "let", "c", "let", "d", "eleven"])
        #expect(swift.tokens.last?.line == 6)

        let c = try library("int a; /* one /* two */ int b = '\"'; // three\n#define X \\\n 1\nchar *c = \"\\\"four\";")
        #expect(c.tokens.filter(\.isWord).map(\.text) == ["int", "a", "int", "b", "define", "X", "1", "char", "c"])
        #expect(c.declarations.filter(\.isWord).map(\.text) == ["int", "a", "int", "b", "char", "c"])
        #expect(c.declarations.last?.line == 4)
        #expect(c.directives.map(\.line) == [2])
    }

    // MARK: Imports

    @Test(arguments: [
        "Foundation", "Dispatch", "Glibc", "Logging", "Synchronization", "GRDB", "NIOCore", "Wire", "CShares",
    ])
    func aCoreImportsOnlyWhatTheTableSays(module: String) throws {
        #expect(
            lines(House.imports(in: try core("import CHash\n@preconcurrency import struct \(module).Thing"))) == [2])
    }

    @Test(arguments: [
        ("Wire", "CHash"), ("Wire", "Shares"), ("Shares", "CHash"), ("Accounting", "Curve"), ("Margin", "Bitcoin"),
        ("Curve", "CSecp256k1"), ("Stratum", "CLibUV"), ("Stratum", "NIO"), ("Storage", "Curve"),
        ("Simulator", "Storage"), ("Simulator", "GRDB"), ("Member", "Margin"), ("Member", "Storage"),
        ("BitcoinNode", "Member"), ("Node", "Hummingbird"), ("Node", "CStratum"), ("Broadcast", "Threshold"),
    ])
    func forbiddenArrows(room: String, module: String) throws {
        let sample = try file("Sources/\(room)/Sample.swift", "import \(module)\n")
        #expect(lines(House.imports(in: sample)) == [1])
    }

    @Test(arguments: [
        ("Bitcoin", "CHash"), ("Shares", "CShares"), ("Broadcast", "Bitcoin"), ("Contracts", "Threshold"),
        ("Stratum", "Foundation"), ("Storage", "Bitcoin"), ("Storage", "GRDB"), ("Peering", "NIOSSL"),
        ("BitcoinNode", "AsyncHTTPClient"), ("Node", "Accounting"), ("Node", "NIOCore"), ("NodeAPI", "HummingbirdCore"),
        ("radpoold", "ArgumentParser"), ("Node", "Margin"),
    ])
    func allowedArrows(room: String, module: String) throws {
        let sample = try file("Sources/\(room)/Sample.swift", "internal import \(module)\n")
        #expect(House.imports(in: sample) == [])
    }

    @Test func aRoomOutsideTheTableIsFound() throws {
        #expect(lines(House.imports(in: try file("Sources/Common/Sample.swift", ""))) == [1])
        #expect(lines(House.includes(in: try library("", room: "CCommon"), ownHeaders: [])) == [1])
    }

    @Test func theTableItselfIsChecked() {
        #expect(ImportTable(rooms: [Room("A", .core, ["B"]), Room("B", .core)]).inconsistencies().count == 1)
        #expect(ImportTable(rooms: [Room("A", .core), Room("A", .core)]).inconsistencies().count == 1)
        #expect(ImportTable(rooms: [Room("C", .c)]).inconsistencies().count == 1)
        let shared = [Room("C", .c), Room("A", .core, ["C"]), Room("B", .core, ["C"])]
        #expect(ImportTable(rooms: shared).inconsistencies().count == 1)
        #expect(ImportTable(rooms: [Room("C", .c), Room("A", .core, ["C"])]).inconsistencies() == [])
    }

    @Test func twoModulesMayNotShareACModule() throws {
        let first = try file("Sources/Bitcoin/A.swift", "import CHash")
        let second = try file("Sources/Wire/B.swift", "import CHash")
        let program = try file("Sources/radpool/C.swift", "import CHash")
        #expect(House.sharedCModules(in: [first, program]) == [])
        #expect(House.sharedCModules(in: [first, second]).map(\.path) == ["CSources/CHash"])
    }

    @Test(arguments: [
        ("CHash", "<uv.h>"), ("CHash", "\"CShares.h\""), ("CHash", "<openssl/sha.h>"), ("CShares", "\"CStratum.h\""),
        ("CShares", "\"private.h\""), ("CStratum", "<secp256k1.h>"), ("CStratum", "\"CCurve.h\""), ("CCurve", "<uv.h>"),
        ("CCurve", "\"CShares.h\""), ("CHash", "SOME_HEADER"),
    ])
    func forbiddenIncludes(room: String, header: String) throws {
        let sample = try library("#include \"own.h\"\n#include \(header)\n", room: room)
        #expect(lines(House.includes(in: sample, ownHeaders: ["own.h"])) == [2])
    }

    @Test(arguments: [
        ("CHash", "<immintrin.h>"), ("CHash", "RP_SHANI_EMULATION"), ("CShares", "\"CHash.h\""),
        ("CShares", "\"CHashLanes.h\""), ("CStratum", "\"CShares.h\""), ("CStratum", "\"CHash.h\""),
        ("CStratum", "<uv.h>"), ("CStratum", "<openssl/ssl.h>"), ("CStratum", "<sys/socket.h>"),
        ("CCurve", "\"CHash.h\""),
        ("CCurve", "<secp256k1_schnorrsig.h>"),
    ])
    func allowedIncludes(room: String, header: String) throws {
        let sample = try library("# include \(header) /* why */\n#pragma once\n", room: room)
        #expect(House.includes(in: sample, ownHeaders: []) == [])
    }

    // MARK: Words

    @Test(arguments: [
        "let now = Date()", "let x: Double = 1", "var y = Float(2)", "let a = b as! C", "fatalError(\"no\")",
        "let r = Int.random(in: 0...1)", "list.shuffled()", "var g = SystemRandomNumberGenerator()", "x.hashValue",
        "Task { }", "DispatchQueue.main", "getenv(\"X\")", "ProcessInfo.processInfo", "let s = \"\\(Date())\"",
    ])
    func wordsBannedInCores(line: String) throws {
        #expect(lines(House.coreWords(in: try core("let first = 1\n" + line))) == [2])
    }

    @Test func wordsAllowedInCores() throws {
        let sample = try core(
            """
            // Double, Date() and random numbers stay outside.
            let note = "Float"
            let doubled = a as? B
            let date = Date(block: 7)
            let randomness: [UInt8] = []
            """)
        #expect(House.coreWords(in: sample) == [])
        #expect(House.coreWords(in: try file("Sources/Margin/A.swift", "let ruin: Double = 0")) == [])
        #expect(House.coreWords(in: try file("Sources/Margin/A.swift", "let ruin = Date()")).count == 1)
    }

    @Test(arguments: [
        "let m: [String: Int] = [:]\nfor (k, v) in m { }", "var s = Set<Int>()\nfor x in self.s where x > 0 { }",
        "var m = [Int: [Int]]()\nfor key in m.keys { }", "let a = f()\nfor value in other.values { }",
        "func f(_ m: inout [Int: Int]) {\nlet a = m.map { $0.key } }", "let s: Set<Int>\nlet x = s.first",
        "let m: [Int: Int]\nlet a = Array(m.values)", "let a = [1]\nfor x in Set(a) { }",
        "let s = Set([1])\nfor (i, x) in s.enumerated() { }", "let m: Dictionary<Int, Int>\nm.forEach { print($0) }",
    ])
    func unorderedWalks(text: String) throws {
        #expect(lines(House.coreWords(in: try core(text))) == [2])
    }

    @Test(arguments: [
        "let m: [String: Int] = [:]\nfor k in m.keys.sorted() { }", "let s = Set<Int>()\nfor x in s.sorted() { }",
        "let a: [[Int]] = []\nfor x in a { }", "let m = [1: [2]]\nfor x in m[1] { }",
        "let m: [Int: Int]\nlet n = m.values.count", "let m: [Int: Int]\nlet a = m.map { $0.key }.sorted()",
        "let m: [Int: Int]\nlet b = m.keys.contains(1)", "let a = [b ? c : d]\nfor x in a { }",
        "let s: Set<Int>\nlet b = s.contains(1)", "let rows: [(id: Int, sum: Int)]\nfor row in rows { }",
    ])
    func orderedWalks(text: String) throws {
        #expect(House.coreWords(in: try core(text)) == [])
    }

    @Test func wordsBannedInAllOfSources() throws {
        let postponed = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for line in ["try! f()", "print(1)", "struct A: @unchecked Sendable {}"] + postponed.map({ "// \($0): later" })
        {
            #expect(lines(House.swiftWords(in: try core("let a = 1\n" + line), isExecutable: false)) == [2], "\(line)")
        }
        let distant = "// Safe: locked.\nlet a = 1\nstruct A: @unchecked Sendable {}"
        #expect(lines(House.swiftWords(in: try core(distant), isExecutable: false)) == [3])
    }

    @Test func wordsAllowedInAllOfSources() throws {
        let sample = try core(
            """
            try? f()
            out.print(1)
            // print(2) and try! are only named here; prefixTO\("DO")
            /// Safe: the lock guards all of it,
            /// for as long as it lives.
            @frozen
            struct A: @unchecked Sendable {}
            """)
        #expect(House.swiftWords(in: sample, isExecutable: false) == [])
        #expect(House.swiftWords(in: try core("print(1)"), isExecutable: true) == [])
        #expect(House.swiftWords(in: try core("try! f()"), isExecutable: true).count == 1)
    }

    @Test(arguments: [
        "sprintf(a, b);", "strcpy(a, b);", "strcat(a, b);", "x = strtoul(a, 0, 10);", "x = atoi(a);", "system(a);",
        "p = alloca(9);", "p = malloc(9);", "p = calloc(1, 9);", "p = realloc(p, 9);", "free(p);", "float x;",
        "double y;", "__attribute__((target_clones(\"avx2\"))) int f(void);", "a = __DATE__;", "a = __TIME__;",
        "#define A atoi(b)", "// " + "FIX" + "ME",
    ])
    func wordsBannedInC(line: String) throws {
        #expect(lines(House.cWords(in: try library("int a;\n" + line))) == [2])
    }

    @Test func wordsAllowedInC() throws {
        let sample = try library("/* malloc( and double SHA */ x->free = 1; system_call(a); snprintf(a, 1, \"atoi\");")
        #expect(House.cWords(in: sample) == [])
        #expect(House.cWords(in: try library("p = malloc(9); free(p);", room: "CStratum")) == [])
        #expect(House.cWords(in: try library("double load;", room: "CStratum")) == [])
    }
}
