import Foundation
import TestSupport
import Testing

/// The rules about sizes, headers, documentation and the tree, each seen to fail.
@Suite struct HouseRulesSizeTests {
    func file(_ path: String, _ text: String) throws -> SourceFile {
        try #require(SourceFile(path: path, text: text))
    }

    func lines(_ findings: [Finding]) -> [Int] {
        findings.map(\.line)
    }

    // MARK: Sizes

    @Test(arguments: [("A.swift", 600), ("a.c", 800)])
    func filesAreLimitedInLines(name: String, limit: Int) throws {
        let full = String(repeating: "\n", count: limit)
        #expect(House.sizes(of: try file("Sources/X/\(name)", full)) == [])
        #expect(lines(House.sizes(of: try file("Sources/X/\(name)", full + "\n"))) == [1])
        #expect(lines(House.sizes(of: try file("Sources/X/\(name)", full + ";"))) == [1])
        let generated = "// \(House.generatedMark)scripts/tables\n" + full
        #expect(House.sizes(of: try file("Sources/X/\(name)", generated)) == [])
    }

    @Test func headersAreLimitedInCode() throws {
        let full = String(repeating: "int a;\n/* why */\n\n", count: 300)
        #expect(House.sizes(of: try file("CSources/X/a.h", full)) == [])
        #expect(lines(House.sizes(of: try file("CSources/X/a.h", full + "int b;"))) == [1])
    }

    @Test(arguments: [("A.swift", 120), ("a.c", 100), ("a.h", 100)])
    func linesAreLimited(name: String, limit: Int) throws {
        let full = "//" + String(repeating: "é", count: limit - 2)
        #expect(House.sizes(of: try file("Tests/X/\(name)", "\n" + full)) == [])
        #expect(lines(House.sizes(of: try file("Tests/X/\(name)", "\n" + full + "x"))) == [2])
    }

    @Test func swiftFunctionsAreLimited() throws {
        for head in ["func f(a: (Int) -> Int = { $0 }) -> [Int: Int]", "init?<T>(_ t: T) where T: P"] {
            let full = "struct A {\n\(head) {\n" + String(repeating: "g()\n", count: 68) + "}\n}\n"
            let long = full.replacingOccurrences(of: "g()\n}", with: "g()\nself.init()\n}")
            #expect(House.sizes(of: try file("Sources/X/A.swift", full)) == [])
            #expect(lines(House.sizes(of: try file("Sources/X/A.swift", long))) == [2])
        }
        let requirements =
            "protocol P {\nfunc f()\nvar x: Int { get }\ninit()\n}\n" + String(repeating: "\n", count: 90)
        #expect(House.swiftFunctions(in: try file("Sources/X/A.swift", requirements + "struct S {}")) == [])
    }

    @Test func cFunctionsAreLimited() throws {
        let head = "__attribute__((target(\"avx2\"))) static int\nf(int (*g)(void), struct s *p) {\n"
        let table = "static const int t[] = {\n" + String(repeating: "1,\n", count: 90) + "};\n"
        let full = table + head + String(repeating: "g('}');\n", count: 67) + "}\n"
        let long = full.replacingOccurrences(of: "'}');\n}", with: "'}');\n\n}")
        let macro = "#define M(x) \\\n" + String(repeating: "  do { x(); \\\n", count: 90) + "\n"
        #expect(House.cFunctions(in: try file("CSources/X/a.c", full)).map(\.name) == ["f"])
        #expect(House.sizes(of: try file("CSources/X/a.c", macro + full)) == [])
        #expect(lines(House.sizes(of: try file("CSources/X/a.c", long))) == [93])
    }

    // MARK: Headers and documentation

    @Test func goodHeader() throws {
        let sample = try file(
            "CSources/CHash/include/Sample.h",
            """
            /* What it is. */
            #ifndef RP_SAMPLE_H
            #define RP_SAMPLE_H
            #include <stddef.h>
            /* A kind. */
            typedef enum __attribute__((enum_extensibility(closed), swift_name("Kind"))) rp_kind {
                RP_KIND_A __attribute__((swift_name("a"))) = 0, /* first */
                RP_KIND_B = 1 << (2),
            } rp_kind;
            /* Limits. */
            enum { RP_LIMIT = 9 };
            _Static_assert(RP_LIMIT == 9, "nine");
            /* Opaque. */
            typedef struct rp_thing rp_thing;
            /* Values. */
            struct rp_pair {
                int a, b;
                void (*call)(int x);
            };
            /* Called back. */
            typedef void (*rp_callback)(void *context);
            /* A table. */
            extern const int rp_table[8];
            /* Does it. */
            RP_NODISCARD rp_kind rp_do(const rp_thing *thing,
                                       rp_callback callback);
            #endif
            """)
        #expect(House.header(sample) == [])
    }

    @Test(arguments: [
        "int rp_f(void);", "enum { RP_A = 1 };", "typedef struct rp_a rp_a;", "typedef enum rp_e {\nRP_E\n} rp_e;",
        "struct rp_s {\nint a;\n};", "extern int rp_x;", "/* far */\n\nstatic inline int rp_f(void) {\nreturn 1;\n}",
    ])
    func uncommentedDeclarations(text: String) throws {
        let found = House.header(try file("CSources/CHash/include/A.h", "#include <a.h>\n" + text))
        #expect(found.map(\.rule) == ["declaration without a comment directly above"])
    }

    @Test(arguments: [
        "int f(void);", "int *make(void (*rp_call)(int));", "typedef int number;", "typedef void (*callback)(int);",
        "extern const int table[4];", "struct pair { int a; };", "enum { A = 1 };", "enum rp_e { RP_A, B };",
        "typedef enum { RP_A } kind;",
    ])
    func unprefixedSymbols(text: String) throws {
        let found = House.header(try file("CSources/CHash/include/A.h", "/* Why. */\n" + text))
        #expect(lines(found) == [2] && found.allSatisfy { $0.rule.contains("does not start with") })
    }

    @Test func unprefixedMacros() throws {
        let found = House.header(try file("CSources/CHash/include/A.h", "#ifdef X\n#  define LIMIT 3\n#endif"))
        #expect(found.map(\.rule) == ["macro LIMIT does not start with RP_"] && lines(found) == [2])
    }

    @Test func publicSwiftIsDocumented() throws {
        let bad = try file(
            "Sources/Bitcoin/A.swift",
            """
            public struct A {
                // Not a documentation comment.
                @inlinable
                public static func f() {}
                /// Separated.

                public var x = 1
                let y = 2; public private(set) var z = 3
            }
            open class B {}
            """)
        #expect(lines(House.undocumented(in: bad)) == [1, 4, 7, 8, 10])
        let good = try file(
            "Sources/Bitcoin/A.swift",
            """
            public import CHash
            /// A.
            public struct A {
                /// Does it.
                @inlinable
                @discardableResult
                public static func f() -> Int { open ? 1 : 2 }
                func g() {}
            }
            public extension A {}
            """)
        #expect(House.undocumented(in: good) == [])
    }

    // MARK: The tree

    /// Calls `body` with a folder of the given files, and removes it afterwards.
    func withFolder(_ files: [String: String], _ body: (URL) throws -> Void) throws {
        let folder = try TemporaryFolder("house")
        let root = folder.url
        for (path, text) in files {
            let url = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        try body(root)
    }

    @Test func requiredFilesAndModes() throws {
        let all = House.requiredFiles + House.requiredScripts
        try withFolder(Dictionary(uniqueKeysWithValues: all.map { ($0, "x") })) { root in
            let found = House.missing(from: root)
            #expect(found.map(\.path) == House.requiredScripts)
            #expect(found.allSatisfy { $0.rule == "is not executable" })
            for script in House.requiredScripts {
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: root.appending(path: script).path)
            }
            #expect(House.missing(from: root) == [])
            try FileManager.default.removeItem(at: root.appending(path: "README.md"))
            #expect(House.missing(from: root).map(\.description) == ["README.md:0: is missing"])
        }
    }

    @Test func strangersAndUntestedRooms() throws {
        let files = [
            "Sources/Bitcoin/A.swift": "", "Sources/Wire/A.swift": "", "Sources/Curve/A.swift": "",
            "Sources/Common/A.swift": "", "Sources/radpool/main.swift": "", "CSources/CHash/a.c": "",
            "CSources/CShares/a.c": "", "CSources/CLibUV/shim.h": "", "CSources/Wire/a.c": "",
            "Tests/WireTests/A.swift": "@testable import Bitcoin // import Curve\n", "Tests/CHashTests/A.swift": "",
            "Tests/Vectors/Sample.swift": "import CShares",
        ]
        try withFolder(files) { root in
            let tree = try Tree(root: root, reading: ["Sources", "CSources", "Tests", "docs"])
            #expect(tree.texts.count == files.count)
            #expect(tree.sources().count == files.count - 1)
            #expect(House.strangers(in: tree).map(\.path) == ["Sources/Common", "CSources/Wire"])
            #expect(House.untested(in: tree).map(\.path) == ["Sources/Common", "Sources/Curve", "CSources/CShares"])
        }
    }

    @Test func pathsOfOneMachine() {
        for path in House.machinePaths {
            let found = House.machinePaths(in: "a\ncd \(path)x\n\"\(path)\"", path: "scripts/run")
            #expect(lines(found) == [2, 3], "\(path)")
            #expect(House.machinePaths(in: "merkle\(path)hash, ${HOME}\(path)x", path: "scripts/run") == [], "\(path)")
        }
        #expect(House.machinePaths.count == 4)
    }
}
