/// A room of the house: a folder of Sources or CSources, and what it may import.
struct Room {
    enum Layer {
        /// A C library.
        case c
        /// A module map around a library of the system.
        case system
        /// A pure core: bytes and time come in as arguments, effects go out as values.
        case core
        /// Swift that touches the world.
        case adapter
        /// A program; free to import anything.
        case executable
    }

    let name: String
    let layer: Layer
    /// Rooms above this one in the table. What they import is allowed too, except that a C room belongs to the one
    /// Swift room that names it here.
    let imports: [String]
    /// Modules of outside packages, or for C the public headers of outside libraries; `*` stands for any ending.
    let outside: [String]

    init(_ name: String, _ layer: Layer, _ imports: [String] = [], outside: [String] = []) {
        self.name = name
        self.layer = layer
        self.imports = imports
        self.outside = outside
    }
}

/// Who may import whom. Arrows point up the table only.
struct ImportTable {
    let rooms: [Room]

    static let house = ImportTable(rooms: [
        Room("CLibUV", .system, outside: ["uv.h"]),
        Room("CSecp256k1", .system, outside: ["secp256k1*"]),
        Room("COpenSSL", .system, outside: ["openssl/*"]),
        Room("CZMQ", .system, outside: ["zmq.h"]),

        Room("CHash", .c),
        Room("CShares", .c, ["CHash"]),
        Room("CStratum", .c, ["CShares"], outside: ["uv.h", "openssl/*"]),
        Room("CCurve", .c, ["CHash"], outside: ["secp256k1*"]),
        Room("CKernel", .c, outside: ["bitcoinkernel.h"]),

        Room("Bitcoin", .core, ["CHash"]),
        Room("Shares", .core, ["Bitcoin", "CShares"]),
        Room("Wire", .core, ["Bitcoin"]),
        Room("Curve", .core, ["Bitcoin", "CCurve"]),
        Room("Broadcast", .core, ["Wire", "Shares", "Curve"]),
        Room("Threshold", .core, ["Wire", "Curve"]),
        Room("Accounting", .core, ["Wire", "Shares", "Bitcoin"]),
        Room("Contracts", .core, ["Curve", "Threshold", "Wire", "Bitcoin"]),
        Room(
            "Member", .core,
            ["Bitcoin", "Shares", "Wire", "Curve", "Broadcast", "Threshold", "Accounting", "Contracts"]),
        Room("Margin", .core),

        Room("Stratum", .adapter, ["Shares", "Bitcoin", "CStratum"]),
        Room("BitcoinNode", .adapter, ["Bitcoin", "CKernel", "CZMQ"], outside: ["AsyncHTTPClient", "NIO*"]),
        Room("Mining", .adapter, ["Bitcoin", "Shares", "BitcoinNode"], outside: ["NIO*"]),
        Room("Storage", .adapter, ["Wire"], outside: ["GRDB"]),
        Room("Peering", .adapter, ["Wire"], outside: ["NIO*"]),
        Room(
            "Node", .adapter, ["Member", "Margin", "Stratum", "BitcoinNode", "Storage", "Peering"],
            outside: ["TOMLKit"]),
        Room("NodeAPI", .adapter, ["Node"], outside: ["Hummingbird*", "HTTPTypes", "ServiceLifecycle"]),
        Room("Simulator", .adapter, ["Bitcoin", "Wire", "Broadcast"]),

        Room("radpoold", .executable),
        Room("radpool", .executable),
    ])

    /// What comes with the toolchain and touches the world, plus the logging facade: for adapters only.
    static let platform: Set<String> = [
        "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "Glibc", "Musl", "Darwin",
        "Synchronization", "Logging",
    ]

    /// Headers of libc and of the compiler; anything else between angle brackets belongs to an outside library.
    static let libc: [String] = [
        "arpa/*", "net/*", "netinet/*", "sys/*", "assert.h", "cpuid.h", "ctype.h", "dlfcn.h", "errno.h", "fcntl.h",
        "immintrin.h", "emmintrin.h", "inttypes.h", "limits.h", "netdb.h", "poll.h", "pthread.h", "sched.h",
        "signal.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h",
        "stdlib.h", "string.h", "strings.h", "time.h", "unistd.h",
    ]

    /// A test compiles CHash's SHA-NI kernels with this macro naming a header; the only include by macro.
    static let includeMacros: Set<String> = ["RP_SHANI_EMULATION"]

    func room(_ name: String) -> Room? {
        rooms.first { $0.name == name }
    }

    /// All rooms that `name` reaches, itself left out.
    func reach(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var pending = room(name)?.imports ?? []
        while let next = pending.popLast() {
            if reached.insert(next).inserted { pending += room(next)?.imports ?? [] }
        }
        return reached
    }

    /// Whether Swift in `room` may say `import module`.
    func allows(_ room: Room, importing module: String) -> Bool {
        if room.layer == .executable || module == room.name || room.imports.contains(module) { return true }
        if room.layer == .adapter, Self.platform.contains(module) { return true }
        let reached = reach(of: room.name)
        if let other = self.room(module) {
            return reached.contains(module) && other.layer != .c && other.layer != .system
        }
        let outside = room.outside + reached.flatMap { swiftOutside($0) }
        return outside.contains { Self.matches($0, module) }
    }

    /// Whether C in `room` may include `header`, which lies outside its own folder.
    func allows(_ room: Room, including header: String) -> Bool {
        if Self.libc.contains(where: { Self.matches($0, header) }) { return true }
        let reached = reach(of: room.name)
        if let library = rooms.first(where: { $0.layer == .c && header.hasPrefix($0.name) }) {
            return reached.contains(library.name)
        }
        return room.outside.contains { Self.matches($0, header) }
    }

    /// Breaches of the table by itself: an import that does not point up, or a C room with two Swift wrappers.
    func inconsistencies() -> [String] {
        var found: [String] = []
        var above: Set<String> = []
        for room in rooms {
            found += room.imports.filter { !above.contains($0) }.map { "\(room.name) imports \($0), not above it" }
            if !above.insert(room.name).inserted { found.append("\(room.name) is there twice") }
        }
        for library in rooms where library.layer == .c {
            let wrappers = rooms.filter { $0.layer != .c && $0.imports.contains(library.name) }.map(\.name)
            if wrappers.count != 1 { found.append("\(library.name) is wrapped by \(wrappers)") }
        }
        return found
    }

    private func swiftOutside(_ name: String) -> [String] {
        guard let room = room(name), room.layer == .adapter else { return [] }
        return room.outside
    }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
}

extension House {
    /// Imports of a Swift file in Sources that the table does not allow.
    static func imports(in file: SourceFile, table: ImportTable = .house) -> [Finding] {
        guard let room = table.room(file.room) else {
            return [file.finding(1, "\(file.room) is not a room of the house")]
        }
        return importedModules(in: file)
            .filter { !table.allows(room, importing: $0.text) }
            .map { file.finding($0.line, "\(room.name) may not import \($0.text)") }
    }

    /// The module of every import declaration.
    static func importedModules(in file: SourceFile) -> [Token] {
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        let tokens = file.tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "import" else { return nil }
            let next = tokens[(index + 1)...].prefix(2)
            return next.first { !kinds.contains($0.text) && $0.isWord }
        }
    }

    /// Includes of a C file in CSources that the table does not allow. `ownHeaders`: the file names in its library.
    static func includes(in file: SourceFile, ownHeaders: Set<String>, table: ImportTable = .house) -> [Finding] {
        guard let room = table.room(file.room) else {
            return [file.finding(1, "\(file.room) is not a room of the house")]
        }
        return file.directives.compactMap { directive in
            // Taken from the raw line: the blanked one has lost what stands between quotation marks.
            let words = file.trimmed(directive.line).dropFirst().drop { $0 == " " }
            guard words.hasPrefix("include") else { return nil }
            let target = words.dropFirst("include".count).drop { $0 == " " }
            guard let open = target.first, let close = ["\"": "\"", "<": ">"][String(open)] else {
                let macro = String(target.prefix { $0 != " " })
                return ImportTable.includeMacros.contains(macro)
                    ? nil : file.finding(directive.line, "include by macro \(macro)")
            }
            let header = String(target.dropFirst().prefix { String($0) != close })
            if open == "\"", ownHeaders.contains(header) { return nil }
            return table.allows(room, including: header)
                ? nil : file.finding(directive.line, "\(room.name) may not include \(header)")
        }
    }
}
