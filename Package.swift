// swift-tools-version: 6.2
import PackageDescription

/// The language rules that every target keeps: Swift 6, warnings as errors, and the upcoming features that
/// make imports and isolation explicit.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The runtime within the binary: a program that loads Foundation as a library pays 12 ms more at each start, and every
/// command, worker and console is a start.
let staticRuntime = ["-static-stdlib"]
let shipped = rules + [.unsafeFlags(staticRuntime, .when(configuration: .release))]
let linked = [LinkerSetting.unsafeFlags(staticRuntime + ["-use-ld=lld"], .when(configuration: .release))]

/// For the loops that read every byte of every record: unoptimised they would make each debug run wait.
let alwaysFast = SwiftSetting.unsafeFlags(["-O"], .when(configuration: .debug))

let cRules: [CSetting] = [.define("_GNU_SOURCE")]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
/// The server alone: routes, files, configuration and tracing would double what a clean build of it takes.
let httpServer: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"])
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .target(name: "CDuckDB", cSettings: cRules, linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "CCurl", cSettings: cRules, linkerSettings: [.linkedLibrary("dl")]),
        .systemLibrary(name: "CNCurses"),
        .systemLibrary(name: "CCrypto"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CVTerm", path: "Tests/CVTerm"),
        .target(name: "CPlatform", cSettings: cRules, linkerSettings: [.linkedLibrary("util")]),
        .target(name: "DuckDB", dependencies: ["CDuckDB", "CPlatform"], swiftSettings: shipped + [alwaysFast]),
        .target(name: "Terminal", dependencies: ["CNCurses", "CPlatform"], swiftSettings: shipped),
        .target(name: "Store", dependencies: ["CPlatform", grdb], swiftSettings: shipped),
        .target(
            name: "Lake",
            dependencies: ["CCrypto", "CPlatform", "CSQLite", "CZlib", "DuckDB", "Store", yams, httpServer, logging],
            swiftSettings: shipped),
        .target(name: "Flow", dependencies: ["CCurl", "CPlatform", "Lake", "Store", logging], swiftSettings: shipped),
        .target(
            name: "Console", dependencies: ["CPlatform", "Flow", "Lake", "Store", "Terminal", yams],
            resources: [.embedInCode("Themes/shipped")], swiftSettings: shipped),
        .executableTarget(
            name: "weir",
            dependencies: [
                "Console", "CPlatform", "CSQLite", "Flow", "Lake", "Store", "DuckDB", "Terminal", arguments, logging,
                httpServer,
            ], resources: [.embedInCode("Demo/Project")], swiftSettings: shipped,
            linkerSettings: linked),
        .target(
            name: "TestSupport", dependencies: ["CPlatform", "CVTerm", "DuckDB", "Flow", "Lake", "Store"],
            path: "Tests/TestSupport", swiftSettings: rules),
        .executableTarget(
            name: "weir-bench",
            dependencies: ["CPlatform", "DuckDB", "Flow", "Lake", "Store", arguments, logging],
            path: "Tests/Bench", swiftSettings: shipped, linkerSettings: linked),
        .testTarget(name: "DuckDBTests", dependencies: ["DuckDB", "TestSupport"], swiftSettings: rules),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal", "TestSupport"], swiftSettings: rules),
        .testTarget(name: "StoreTests", dependencies: ["Store", "TestSupport"], swiftSettings: rules),
        .testTarget(name: "LakeTests", dependencies: ["Lake", "TestSupport"], swiftSettings: rules),
        .testTarget(name: "FlowTests", dependencies: ["Flow", "TestSupport"], swiftSettings: rules),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", "Flow", "Lake", "Store", "Terminal", "TestSupport", "weir"],
            exclude: ["Golden"], swiftSettings: rules),
        .testTarget(
            name: "EndToEndTests", dependencies: ["weir", "Lake", "TestSupport", "CPlatform"],
            resources: [.copy("RealData")], swiftSettings: rules),
    ]
)
