import Foundation

/// A tree of files by their paths from its root, read once.
struct Tree {
    /// Texts of all files that are UTF-8, hidden ones left out.
    let texts: [(path: String, text: String)]
    let root: URL

    /// Reads `folders` and single files below `root`; what is missing is left to `House.missing`.
    init(root: URL, reading entries: [String]) throws {
        self.root = root
        var texts: [(path: String, text: String)] = []
        for path in try entries.flatMap({ try Self.files(under: $0, of: root) }) {
            let data = try Data(contentsOf: root.appending(path: path))
            if let text = String(data: data, encoding: .utf8) { texts.append((path, text)) }
        }
        self.texts = texts
    }

    private static func files(under entry: String, of root: URL) throws -> [String] {
        var isFolder: ObjCBool = false
        let path = root.appending(path: entry).path
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [entry] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
            .filter { !$0.hasPrefix(".") && !$0.contains("/.") }
            .map { entry + "/" + $0 }
            .filter { sub in
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(
                    atPath: root.appending(path: sub).path, isDirectory: &isFolder)
                return exists && !isFolder.boolValue
            }
    }

    /// The Swift and C files outside the data folders, all or those below `folder`.
    func sources(in folder: String = "") -> [SourceFile] {
        texts.filter { file in
            file.path.hasPrefix(folder) && !House.dataFolders.contains { file.path.hasPrefix($0) }
        }
        .compactMap { SourceFile(path: $0.path, text: $0.text) }
    }

    /// The folders directly in `folder`.
    func rooms(in folder: String) -> Set<String> {
        Set(
            texts.compactMap { file in
                let parts = file.path.split(separator: "/")
                return parts.count > 2 && parts[0] == folder ? String(parts[1]) : nil
            })
    }
}

extension House {
    static let requiredFiles = ["README.md", "ARCHITECTURE.md", "LICENSE"]
    static let requiredScripts = [".ci/run", "scripts/setup", "scripts/run", "scripts/test"]

    /// Files that must be there, and scripts that must be executable as well.
    static func missing(from root: URL) -> [Finding] {
        let files = FileManager.default
        return (requiredFiles + requiredScripts).compactMap { path in
            let full = root.appending(path: path).path
            if !files.fileExists(atPath: full) { return Finding(path: path, line: 0, rule: "is missing") }
            if requiredScripts.contains(path), !files.isExecutableFile(atPath: full) {
                return Finding(path: path, line: 0, rule: "is not executable")
            }
            return nil
        }
    }

    /// Folders of Sources and CSources that the table does not know or knows as something else.
    static func strangers(in tree: Tree, table: ImportTable = .house) -> [Finding] {
        ["Sources", "CSources"].flatMap { folder in
            tree.rooms(in: folder).sorted().compactMap { name in
                let layer = table.room(name)?.layer
                let isC = layer == .c || layer == .system
                return layer != nil && isC == (folder == "CSources")
                    ? nil : Finding(path: "\(folder)/\(name)", line: 0, rule: "is not a room of the import table")
            }
        }
    }

    /// C rooms that more than one Swift module of Sources imports.
    static func sharedCModules(in sources: [SourceFile], table: ImportTable = .house) -> [Finding] {
        let cRooms = Set(table.rooms.filter { $0.layer == .c || $0.layer == .system }.map(\.name))
        var importers: [String: Set<String>] = [:]
        for file in sources where file.path.hasPrefix("Sources/") && table.room(file.room)?.layer != .executable {
            for module in importedModules(in: file) where cRooms.contains(module.text) {
                importers[module.text, default: []].insert(file.room)
            }
        }
        return importers.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { module, rooms in
            Finding(path: "CSources/\(module)", line: 0, rule: "imported by several modules: \(rooms.sorted())")
        }
    }

    /// Modules and C libraries that no test imports and for which there is no folder of tests. Programs and module
    /// maps are exempt: they hold no logic of their own.
    static func untested(in tree: Tree, table: ImportTable = .house) -> [Finding] {
        let tests = tree.sources(in: "Tests/").filter { $0.language == .swift }
        let imported = Set(tests.flatMap { importedModules(in: $0).map(\.text) })
        let folders = tree.rooms(in: "Tests")
        return ["Sources", "CSources"].flatMap { folder in
            tree.rooms(in: folder).sorted().compactMap { name in
                let layer = table.room(name)?.layer
                if layer == .executable || layer == .system { return nil }
                return imported.contains(name) || folders.contains(name + "Tests")
                    ? nil : Finding(path: "\(folder)/\(name)", line: 0, rule: "no test imports it")
            }
        }
    }

    /// Paths of one machine. Put together from pieces, so that the rule does not find itself.
    static let machinePaths = [["work", ""], ["tmp", "ref"], ["opt", "swift"], ["root", ""]]
        .map { "/" + $0.joined(separator: "/") }

    /// Places in a text that name a path of one machine.
    static func machinePaths(in text: String, path: String) -> [Finding] {
        guard machinePaths.contains(where: { text.contains($0) }) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            machinePaths.filter { names($0, in: line) }
                .map { Finding(path: path, line: index + 1, rule: "names a path of one machine: \($0)") }
        }
    }

    /// Whether `path` begins in `line`, and is not the middle of a longer one such as `merkle/root/hash`.
    private static func names(_ path: String, in line: Substring) -> Bool {
        line.ranges(of: path).contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber && !"_-.})".contains(before)
        }
    }
}
