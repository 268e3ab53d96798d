// swift-tools-version: 6.2
// The house of Radpool; ARCHITECTURE.md says what each room is for, and HouseTests holds who may import whom.
//
// RADPOOL_CORES_ONLY=1 leaves out the adapters, the executables and every outside package: the sanitizer runs
// build only the C libraries, the pure cores and their tests.
// RADPOOL_FUZZ=1 adds the libFuzzer targets, which have no main of their own.

import Foundation
import PackageDescription

let environment = ProcessInfo.processInfo.environment
let coresOnly = environment["RADPOOL_CORES_ONLY"] == "1"
let fuzzing = environment["RADPOOL_FUZZ"] == "1"

let strictC: [CSetting] = [
    .headerSearchPath("."),
    .enableWarning("all"),
    .enableWarning("extra"),
    .enableWarning("conversion"),
    .enableWarning("vla"),
    .treatAllWarnings(as: .error),
]

let strictSwift: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Modules that wrap a C library carry `unsafe` at every place where memory safety rests on an argument.
let wrapsC: [SwiftSetting] = strictSwift + [.strictMemorySafety()]

func systemModule(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(name: name, path: "CSources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func cLibrary(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "CSources/\(name)", cSettings: strictC)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strictSwift)
}

var targets: [Target] = [
    systemModule("CLibUV", pkgConfig: "libuv", apt: "libuv1-dev"),
    systemModule("CSecp256k1", pkgConfig: "libsecp256k1", apt: "libsecp256k1-dev"),
    systemModule("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),

    cLibrary("CHash"),
    cLibrary("CShares", ["CHash"]),
    cLibrary("CCurve", ["CHash", "CSecp256k1"]),
    cLibrary("CStratum", ["CShares", "CLibUV", "COpenSSL"]),

    .target(name: "Bitcoin", dependencies: ["CHash"], swiftSettings: wrapsC),

    .target(name: "Shares", dependencies: ["Bitcoin", "CShares"], swiftSettings: wrapsC),
    .target(name: "Wire", dependencies: ["Bitcoin"], swiftSettings: strictSwift),
    .target(name: "Curve", dependencies: ["Bitcoin", "CCurve"], swiftSettings: wrapsC),
    .target(name: "Broadcast", dependencies: ["Bitcoin", "Wire", "Shares", "Curve"], swiftSettings: strictSwift),
    .target(name: "Accounting", dependencies: ["Bitcoin", "Wire", "Shares"], swiftSettings: strictSwift),
    .target(name: "Simulator", dependencies: ["Bitcoin", "Wire", "Broadcast"], swiftSettings: strictSwift),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strictSwift),
    .target(
        name: "CHashEmulated", dependencies: ["CHash"], path: "Tests/CHashEmulated",
        cSettings: strictC + [.headerSearchPath("../../CSources/CHash")]),
    .target(name: "CMemoryScan", path: "Tests/CMemoryScan", cSettings: strictC),
    tests("HouseTests", []),
    tests("CHashTests", ["CHash", "CHashEmulated", "COpenSSL"]),
    tests("BitcoinTests", ["Bitcoin", "CSecp256k1"]),
    tests("SharesTests", ["Bitcoin", "Shares"]),
    tests("CSharesTests", ["Bitcoin", "CHash", "CHashEmulated", "CShares"]),
    tests("CurveTests", ["Bitcoin", "Curve", "CCurve", "CMemoryScan"]),
    tests("WireTests", ["Bitcoin", "Wire"]),
    tests("AccountingTests", ["Bitcoin", "Wire", "Shares", "Accounting"]),
    tests("BroadcastTests", ["Bitcoin", "Shares", "Wire", "Curve", "Broadcast", "Accounting"]),
    .executableTarget(
        name: "simulation-process", dependencies: ["Simulator"], path: "Tests/SimulationProcess",
        swiftSettings: strictSwift),
    tests("SimulatorTests", ["Bitcoin", "Wire", "Broadcast", "Accounting", "Simulator", "simulation-process"]),
    .target(
        name: "CStratumChecks", dependencies: ["CStratum"], path: "Tests/Fuzz/CStratumChecks", cSettings: strictC),
    tests("CStratumTests", ["Bitcoin", "CShares", "CStratum", "CStratumChecks"]),
    .target(
        name: "StratumConversations", dependencies: ["Bitcoin", "COpenSSL", "TestSupport"],
        path: "Tests/StratumConversations", swiftSettings: strictSwift),
    .target(
        name: "StratumServerHost",
        dependencies: ["Bitcoin", "COpenSSL", "CShares", "CStratum", "CStratumInside", "StratumConversations"],
        path: "Tests/StratumServerHost", swiftSettings: strictSwift),
    .executableTarget(
        name: "stratum-probe", dependencies: ["StratumConversations", "StratumServerHost"], path: "Tests/StratumProbe",
        swiftSettings: strictSwift),
    .target(
        name: "CStratumInside", dependencies: ["CStratum"], path: "Tests/CStratumInside",
        cSettings: strictC + [.headerSearchPath("../../CSources/CStratum")]),
    tests("CStratumServerTests", ["CShares", "CStratum", "StratumConversations", "StratumServerHost"]),

    .target(
        name: "FuzzTargets", dependencies: ["Bitcoin", "Wire"], path: "Tests/Fuzz/FuzzTargets",
        swiftSettings: strictSwift),
    tests("FuzzCorpusTests", ["FuzzTargets"]),
]

var dependencies: [Package.Dependency] = []

if !coresOnly {
    dependencies += [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    ]
    targets += [
        // Debian's libzmq.pc names flags of its private dependencies that SwiftPM refuses; the library needs none.
        systemModule("CZMQ", apt: "libzmq3-dev"),
        cLibrary("CKernel"),
        .target(
            name: "BitcoinNode",
            dependencies: [
                "Bitcoin", "CKernel", "CZMQ",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: wrapsC),
        .executableTarget(
            name: "regtest-node-process", dependencies: ["BitcoinNode"], path: "Tests/RegtestNodeProcess",
            swiftSettings: strictSwift),
        tests(
            "BitcoinNodeTests",
            [
                "Bitcoin", "BitcoinNode", "CKernel", "CZMQ", "regtest-node-process",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Mining",
            dependencies: [
                "Bitcoin", "Shares", "BitcoinNode",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strictSwift),
        tests(
            "MiningTests",
            [
                "Bitcoin", "Shares", "BitcoinNode", "Mining", "CLoad",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(
            name: "Storage", dependencies: ["Wire", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strictSwift),
        .target(name: "Stratum", dependencies: ["Bitcoin", "Shares", "CStratum"], swiftSettings: wrapsC),
        .target(
            name: "Node",
            dependencies: [
                "Bitcoin", "Shares", "Wire", "Curve", "Stratum", "BitcoinNode", "Storage",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strictSwift),
        .target(
            name: "NodeAPI",
            dependencies: [
                "Bitcoin", "BitcoinNode", "Node", "Shares", "Stratum", "Wire",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strictSwift),
        .executableTarget(
            name: "radpool",
            dependencies: [
                "Bitcoin", "BitcoinNode", "Curve", "Mining", "Node", "Shares", "Simulator", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strictSwift),
        .executableTarget(
            name: "radpoold",
            dependencies: [
                "Node", "NodeAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strictSwift),
        .executableTarget(
            name: "JournalAppender", dependencies: ["Bitcoin", "Wire", "Storage"], path: "Tests/JournalAppender",
            swiftSettings: strictSwift),
        tests(
            "StorageTests",
            ["Bitcoin", "Wire", "Storage", "JournalAppender", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("StratumTests", ["Bitcoin", "Shares", "Stratum"]),
        tests(
            "StratumDaemonTests",
            [
                "Bitcoin", "StratumConversations", "Wire", "radpool", "radpoold",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests(
            "NodeTests",
            [
                "Bitcoin", "BitcoinNode", "Curve", "Node", "Shares", "Storage", "Stratum", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ]),
        tests("ProgramTests", ["Accounting", "Bitcoin", "BitcoinNode", "Node", "Wire", "radpool", "radpoold"]),
        tests(
            "NodeAPITests",
            [
                "Bitcoin", "BitcoinNode", "Node", "NodeAPI", "Shares", "Stratum", "Wire",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "CBaselines", dependencies: ["CHash", "COpenSSL"], path: "Benchmarks/CBaselines", cSettings: strictC),
        .target(name: "CLoad", dependencies: ["CShares"], path: "Benchmarks/CLoad", cSettings: strictC),
        .executableTarget(
            name: "radpool-echo", dependencies: ["CLibUV"], path: "Benchmarks",
            exclude: ["CBaselines", "CLoad", "radpool-bench"], sources: ["echo.c"], cSettings: strictC),
        .executableTarget(
            name: "radpool-bench",
            dependencies: [
                "Accounting", "Bitcoin", "BitcoinNode", "Broadcast", "Curve", "Node", "Shares", "Wire", "Storage",
                "CHash", "CBaselines", "CLoad",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/radpool-bench", swiftSettings: strictSwift),
        .executableTarget(
            name: "ParserMemoryProbe", dependencies: ["Bitcoin"], path: "Tests/ParserMemoryProbe",
            swiftSettings: strictSwift),
        tests("ParserMemoryTests", ["ParserMemoryProbe"]),
    ]
}

if fuzzing {
    for name in ["TransactionFuzz", "BlockFuzz", "ScriptFuzz", "AddressFuzz", "WireFuzz"] {
        targets.append(
            .executableTarget(
                name: name, dependencies: ["FuzzTargets"], path: "Tests/Fuzz/\(name)",
                swiftSettings: strictSwift + [.unsafeFlags(["-parse-as-library"])]))
    }
}

let package = Package(
    name: "radpool",
    platforms: [.macOS(.v15)],
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
