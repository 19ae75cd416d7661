import Foundation

/// Sends this process's standard error into a file while the screen is drawn on, and puts it back afterwards.
struct ErrorLog {
    private let kept: Int32

    /// Where the file can't be opened, what is written there is lost: it must not fall into the picture.
    init(_ path: String) {
        kept = dup(2)
        var descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        if descriptor < 0 { descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return }
        dup2(descriptor, 2)
        close(descriptor)
    }

    func end() {
        guard kept >= 0 else { return }
        dup2(kept, 2)
        close(kept)
    }
}
