import Foundation
import TestSupport
import Testing

/// The house holds its own rules: one test a rule, one issue a breach.
@Suite struct HouseTests {
    private static let tree = Result {
        try Tree(
            root: Conformance.repositoryRoot,
            reading: [
                "Package.swift", "Sources", "CSources", "Tests", "Benchmarks", "docs", "scripts", "README.md",
                "ARCHITECTURE.md", ".ci",
            ])
    }

    private static let sources = tree.map { $0.sources() }

    /// The sources below one folder; a test over none of them would show nothing.
    private func sources(in folder: String) throws -> [SourceFile] {
        let found = try Self.sources.get().filter { $0.path.hasPrefix(folder + "/") }
        try #require(!found.isEmpty, "no source file in \(folder)")
        return found
    }

    private func layer(of file: SourceFile) -> Room.Layer? {
        ImportTable.house.room(file.room)?.layer
    }

    private func record(_ findings: [Finding]) {
        for finding in findings {
            Issue.record(Comment(rawValue: finding.description))
        }
    }

    @Test func tableIsConsistent() {
        #expect(ImportTable.house.inconsistencies() == [])
    }

    @Test func foldersAreRooms() throws {
        record(House.strangers(in: try Self.tree.get()))
    }

    @Test func swiftImportsFollowTheTable() throws {
        record(try sources(in: "Sources").filter { $0.language == .swift }.flatMap { House.imports(in: $0) })
    }

    @Test func oneSwiftModuleForEachCModule() throws {
        record(House.sharedCModules(in: try sources(in: "Sources")))
    }

    @Test func cIncludesFollowTheTable() throws {
        let files = try sources(in: "CSources")
        var headers: [String: Set<String>] = [:]
        for file in files {
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            headers[file.room, default: []].insert(name)
        }
        record(files.flatMap { House.includes(in: $0, ownHeaders: headers[$0.room] ?? []) })
    }

    @Test func sizesAreWithinLimits() throws {
        record(try Self.sources.get().flatMap { House.sizes(of: $0) })
    }

    @Test func coresAvoidBannedWords() throws {
        record(try sources(in: "Sources").filter { layer(of: $0) == .core }.flatMap { House.coreWords(in: $0) })
    }

    @Test func swiftAvoidsBannedWords() throws {
        for file in try sources(in: "Sources") where file.language == .swift {
            record(House.swiftWords(in: file, isExecutable: layer(of: file) == .executable))
        }
    }

    @Test func cAvoidsBannedWords() throws {
        record(try sources(in: "CSources").flatMap { House.cWords(in: $0) })
    }

    @Test func publicHeadersAreCommentedAndPrefixed() throws {
        let headers = try sources(in: "CSources").filter { $0.language == .header && $0.path.contains("/include/") }
        try #require(!headers.isEmpty)
        record(headers.flatMap { House.header($0) })
    }

    @Test func publicSwiftIsDocumented() throws {
        record(try sources(in: "Sources").filter { $0.language == .swift }.flatMap { House.undocumented(in: $0) })
    }

    @Test func everyModuleHasATest() throws {
        record(House.untested(in: try Self.tree.get()))
    }

    @Test func theHouseIsComplete() {
        record(House.missing(from: Conformance.repositoryRoot))
    }

    @Test func noPathOfOneMachine() throws {
        record(try Self.tree.get().texts.flatMap { House.machinePaths(in: $0.text, path: $0.path) })
    }
}
