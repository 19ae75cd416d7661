import Foundation

/// Finds processes by a variable that they inherited: what an engine has started, however it was started.
struct Orphans {
    let name = "WEIR_TEST_FAMILY"
    let value = UUID().uuidString

    var environment: [String: String] { [name: value] }

    /// The family's living members, with their command lines.
    func living() -> [Int32: String] {
        let mark = Data("\(name)=\(value)".utf8)
        var found: [Int32: String] = [:]
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = Int32(entry),
                let variables = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
                variables.range(of: mark) != nil
            else { continue }
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            found[process] = String(decoding: words, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
        }
        return found
    }
}
