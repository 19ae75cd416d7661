import Dispatch
import Glibc
import Synchronization

/// Rings a bell when something changes in folders, by inotify. It is a help, not a promise: network filesystems and
/// links to files elsewhere tell nothing, so whoever listens also looks by itself now and then.
final class FolderWatch: Sendable {
    /// Folders watched at once; the rest are looked at in the survey's time.
    static let limit = 512

    private struct State {
        var watches: [String: Int32] = [:]
        var namesChanged = false
    }

    private let descriptor: Int32
    private let bell: Doorbell
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "tail.watch")

    /// Where the system gives no inotify, it never rings.
    init(ringing bell: Doorbell) {
        self.bell = bell
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    }

    /// Listens until what it returns is cancelled, which the owner does before this goes.
    func start() -> (any DispatchSourceRead)? {
        guard descriptor >= 0 else { return nil }
        let reading = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        reading.setEventHandler { [weak self] in self?.drain() }
        reading.resume()
        return reading
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Watches these folders and no others.
    func watch(_ folders: Set<String>) {
        guard descriptor >= 0 else { return }
        state.withLock { state in
            for (folder, watch) in state.watches where !folders.contains(folder) {
                inotify_rm_watch(descriptor, watch)
                state.watches[folder] = nil
            }
            let wanted = UInt32(IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_MODIFY)
            for folder in folders where state.watches[folder] == nil && state.watches.count < Self.limit {
                let watch = inotify_add_watch(descriptor, folder.isEmpty ? "/" : folder, wanted)
                if watch >= 0 { state.watches[folder] = watch }
            }
        }
    }

    /// Whether names came, went or changed since the last call.
    func takeNamesChanged() -> Bool {
        state.withLock { state in
            defer { state.namesChanged = false }
            return state.namesChanged
        }
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var changes: UInt32 = 0
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            buffer.withUnsafeBytes { bytes in
                var at = 0
                // An event is a watch, a mask, a cookie and the length of the name that follows, 4 bytes each.
                while at + 16 <= count {
                    changes |= bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                    at += 16 + Int(bytes.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
                }
            }
        }
        guard changes != 0 else { return }
        // A watched folder that went is watched again when a survey finds it.
        if changes & UInt32(IN_IGNORED) != 0 { state.withLock { $0.watches = [:] } }
        if changes & ~UInt32(IN_MODIFY) != 0 { state.withLock { $0.namesChanged = true } }
        bell.ring()
    }
}
