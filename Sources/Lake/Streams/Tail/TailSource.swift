/// One file that is tailed, under whatever name it has by now. For one thread at a time.
final class TailSource {
    enum Standing: Equatable {
        /// A pattern names it.
        case named
        /// It lies beside its old name: rotated.
        case renamed
        /// Nothing names it, but it is held open: read to its end, then finished.
        case gone
        /// Nothing names it, or another file has its inode: it is looked for by its bytes for a while.
        case lost(since: ContinuousClock.Instant)
        /// Read to the end after it had gone, or not found again.
        case finished
    }

    /// What was known of the file when it was last seen to be this one.
    struct Sight: Equatable {
        var size: Int64
        var modified: Int64
    }

    /// As far as it is durable.
    var position: TailPosition
    var standing: Standing
    /// Its name now.
    var path: String
    var content: (any LogContent)?
    var sight: Sight?
    /// A half line was seen up to here: until there is more, nothing is to be had.
    var examined: Int64 = -1
    /// How long it was when it was last read.
    var length: Int64 = 0
    /// When it last grew or changed its name.
    var quietSince: ContinuousClock.Instant
    /// Why it can't be read; nil when it can.
    var problem: String?
    /// It has a file, by the last survey.
    var isPresent = false

    init(_ position: TailPosition, _ standing: Standing, path: String, quietSince: ContinuousClock.Instant) {
        self.position = position
        self.standing = standing
        self.path = path
        self.quietSince = quietSince
    }

    /// Bytes that were not read, as far as is known without looking.
    var lag: Int64 {
        if standing == .finished { return 0 }
        if let content { return (try? content.rest(after: position.offset).bytes) ?? 0 }
        return sight.map { max(0, $0.size - position.offset) } ?? 0
    }

    func take(_ file: FoundFile, _ standing: Standing, now: ContinuousClock.Instant) {
        isPresent = true
        path = file.path
        position.identity = file.identity
        guard self.standing != standing else { return }
        self.standing = standing
        quietSince = now
    }

    /// Its inode holds something else now.
    func lose(now: ContinuousClock.Instant) {
        content = nil
        sight = nil
        if case .lost = standing { return }
        standing = .lost(since: now)
    }

    func finish() {
        content = nil
        standing = .finished
    }
}
