import Glibc

/// Why a demo can't go on, with what to do about it.
enum DemoError: Error, Hashable, CustomStringConvertible {
    case exists(directory: String)
    case occupied(directory: String, name: String)
    case interrupted(directory: String)
    case notADemo(directory: String)
    case file(String, String, Int32)
    case database(String, String)
    /// A command of Weir that the story needed did not do its work.
    case command(String, String)
    case wrong(String)
    /// What the story waited for did not come to be.
    case patience(String)

    var description: String {
        switch self {
        case .exists(let directory):
            "there is a demo in \(directory) already: look at it with weir console --dir \(directory), "
                + "begin anew with weir demo --dir \(directory) --fresh, or choose another --dir"
        case .occupied(let directory, let name):
            "\(directory) holds other things (\(name)): a demo needs a folder of its own, choose another --dir"
        case .interrupted(let directory):
            "interrupted: no process is left; look at what there is with weir console --dir \(directory), or begin "
                + "anew with weir demo --dir \(directory) --fresh"
        case .notADemo(let directory):
            "\(directory) holds no demo: make one with weir demo --dir \(directory)"
        case .file(let path, let act, let code): "can't \(act) \(path): \(String(cString: strerror(code)))"
        case .database(let path, let message): "\(path): \(message)"
        case .command(let command, let message): "\(command) failed: \(message)"
        case .wrong(let message): message
        case .patience(let message): message
        }
    }
}
