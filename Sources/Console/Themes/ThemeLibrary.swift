import Foundation

/// The themes that come with Weir, and those that a user has added in `~/.config/weir/themes`.
package struct ThemeLibrary: Sendable {
    /// In the order of the picker.
    package private(set) var names: [String]
    /// What was wrong with the user's own files.
    package private(set) var problems: [String] = []
    private var own: [String: Theme] = [:]

    /// `folder` holds the user's themes; nil or absent: there are none. Reads files: not for the thread that draws.
    package init(folder: String?) {
        names = Self.shippedFiles.map(\.name)
        guard let folder else { return }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for file in files.sorted() where file.hasSuffix(".yaml") {
            let path = folder + "/" + file
            do {
                let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
                let read = try ThemeFile(text, file: path)
                let parent = try Self.shipped(read.inherits ?? Self.fallback)
                own[read.name] = try read.merged(over: parent).theme()
                if !names.contains(read.name) { names.append(read.name) }
            } catch {
                problems.append("\(error)")
            }
        }
    }

    /// `~/.config/weir/themes`, or the folder that `XDG_CONFIG_HOME` says.
    package static func userFolder(environment: [String: String]) -> String? {
        if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return base + "/weir/themes" }
        return environment["HOME"].map { $0 + "/.config/weir/themes" }
    }

    package static let fallback = "default-dark"
    /// The one for terminals without colour.
    package static let mono = "mono"

    /// Throws `ThemeError` when there is no such theme.
    package func theme(_ name: String) throws -> Theme {
        if let theme = own[name] { return theme }
        return try Self.shipped(name).theme()
    }

    /// A theme that comes with Weir, with what it inherits. Throws `ThemeError`.
    private static func shipped(_ name: String) throws -> ThemeFile {
        guard let file = shippedFiles.first(where: { $0.name == name }) else {
            throw ThemeError(
                file: name, line: 1, column: 1,
                message: "no theme of this name: \(shippedFiles.map(\.name).joined(separator: ", "))")
        }
        let read = try ThemeFile(String(decoding: file.bytes, as: UTF8.self), file: "themes/\(name).yaml")
        guard let parent = read.inherits else { return read }
        return read.merged(over: try shipped(parent))
    }

    private static let shippedFiles: [(name: String, bytes: [UInt8])] = [
        ("default-dark", PackageResources.default_dark_yaml),
        ("default-light", PackageResources.default_light_yaml),
        ("high-contrast", PackageResources.high_contrast_yaml),
        ("mono", PackageResources.mono_yaml),
    ]
}
