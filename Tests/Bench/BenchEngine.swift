import Foundation

/// A real `weir serve` over a project in a temporary folder, for as long as the bench needs it.
final class BenchEngine {
    let folder: String
    private(set) var port: UInt16 = 0
    private let process = Process()

    /// Writes the project's files and starts the engine on a free port. Throws `BenchFailure`.
    init(files: [String: String]) throws {
        folder = NSTemporaryDirectory() + "weir-bench-" + UUID().uuidString.prefix(8).lowercased()
        for (name, text) in files {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try Self.weir())
        process.arguments = ["serve", "--dir", folder]
        process.standardOutput = output
        try process.run()
        port = try Self.port(output.fileHandleForReading)
    }

    deinit { stop() }

    /// Ends the engine and removes its folder.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Runs another `weir` command on this project and returns what it printed.
    @discardableResult
    func weir(_ arguments: String...) throws -> String {
        let command = Process()
        let output = Pipe()
        command.executableURL = URL(fileURLWithPath: try Self.weir())
        command.arguments = arguments + ["--dir", folder]
        command.standardOutput = output
        try command.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        guard command.terminationStatus == 0 else {
            throw BenchFailure("weir \(arguments.joined(separator: " ")) ended with \(command.terminationStatus)")
        }
        return text
    }

    /// Bytes of memory that the engine's process holds now.
    var residentBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }

    /// The binary beside this one.
    static func weir() throws -> String {
        let mine = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = (mine as NSString).deletingLastPathComponent + "/weir"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchFailure("no weir beside \(mine): build it first, swift build -c release --product weir")
        }
        return path
    }

    /// Reads the line `listening on http://127.0.0.1:8344`.
    private static func port(_ output: FileHandle) throws -> UInt16 {
        var text = ""
        while true {
            let data = output.availableData
            guard !data.isEmpty else { throw BenchFailure("the engine ended before it listened: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            guard let found = text.range(of: "listening on http://127.0.0.1:"),
                let end = text[found.upperBound...].firstIndex(where: { !$0.isNumber })
            else { continue }
            return UInt16(text[found.upperBound..<end]) ?? 0
        }
    }
}
