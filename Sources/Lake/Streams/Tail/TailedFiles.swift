import Glibc

/// The files that a stream tails. Surveys find them under their names, old and new; turns read what they hold and was
/// not read. For one thread at a time; its calls block.
///
/// A file is a *source*: it keeps its number and position through a rename, a copy and compression. Its inode tells it
/// from others while it is open; otherwise the bytes at its beginning and before the offset must be those that were read.
struct TailedFiles {
    struct Moment: Sendable {
        var instant: ContinuousClock.Instant
        /// Milliseconds since 1970.
        var wall: Int64
    }

    /// What must be stored before anything is read.
    struct Changes: Sendable {
        /// Patterns that were looked at for the first time.
        var patterns: [String] = []
        /// Of files that begin at their end.
        var positions: [TailPosition] = []
        var finished: [TailPosition] = []
        var forgotten: [Int64] = []

        var isEmpty: Bool { patterns.isEmpty && positions.isEmpty && finished.isEmpty && forgotten.isEmpty }
    }

    /// Files held open at once; others are opened when they have something to read.
    static let openLimit = 128
    /// Of these, compressed ones, which need some megabytes each.
    static let archiveLimit = 4
    static let sourceLimit = 10_000
    /// How long a file that has no name any more, or another one, must be quiet for its last half line to be a line.
    static let linger = Duration.seconds(5)
    /// Milliseconds by which a file's time may be behind: it is that of the system's last tick, or of another machine.
    static let slack: Int64 = 2000
    /// How long the position of a file that has gone is kept.
    static let memory: Int64 = 7 * 86_400_000

    /// By number.
    var sources: [TailSource] = []
    var changes = Changes()
    /// Something was seen that only a survey can explain.
    var needsSurvey = true
    var pace = SurveyPace()
    /// What the last survey looked for.
    private(set) var surveyed: TailSettings?
    /// The source that the next turn begins with.
    var next = 0
    private(set) var folders: Set<String> = []
    /// What could not be looked at; by path.
    private(set) var problems: [String: String] = [:]
    private var patterns: [String: Int64]
    private var nextSource: Int64
    /// Rotated files that hold what some source has read, with their names.
    private var copies: [Disk.Status.Identity: String] = [:]
    /// Rotations that happened before this engine have been dealt with.
    private var hasCaughtUp = false

    init(_ record: TailRecord, now: ContinuousClock.Instant) {
        patterns = record.patterns
        nextSource = (record.positions.keys.max() ?? 0) + 1
        for position in record.positions.values.sorted(by: { $0.source < $1.source }) {
            let standing: TailSource.Standing =
                record.finished.contains(position.source) ? .finished : .lost(since: now)
            sources.append(TailSource(position, standing, path: position.path, quietSince: now))
        }
    }

    var openCount: Int { sources.count { $0.content != nil } }

    func mayOpen(_ path: String) -> Bool {
        openCount < Self.openLimit
            && (!path.hasSuffix(".gz") || sources.count { $0.content is GzipLog } < Self.archiveLimit)
    }

    /// Looks at what the patterns name and finds each source's file.
    mutating func survey(_ settings: TailSettings, _ moment: Moment) {
        var survey = FolderSurvey()
        let patterns = settings.patterns.map { TailPattern($0) }
        let files = Dictionary(
            patterns.flatMap { $0.files(in: &survey) }.map { ($0.identity, $0) },
            uniquingKeysWith: { first, _ in first })
        needsSurvey = false
        surveyed = settings
        let followed = sources.filter { source in patterns.contains { $0.matches(source.position.path) } }
        var taken: Set<Disk.Status.Identity> = []
        for source in sources { source.isPresent = false }
        // Of two sources with one inode the newer has it, if it has it at all.
        for source in followed.reversed() { find(source, files, &survey, &taken, moment) }
        for source in followed.reversed() { search(source, files, &survey, &taken, moment) }
        problems = survey.problems
        copies = copies.filter { files[$0.key]?.path == $0.value }
        begin(files, settings, &survey, &taken, moment)
        stopFollowing(besides: followed)
        for pattern in patterns where self.patterns[pattern.text] == nil {
            self.patterns[pattern.text] = moment.wall
            changes.patterns.append(pattern.text)
        }
        folders = Set(survey.folders.keys)
        forget(moment)
    }

    private func find(
        _ source: TailSource, _ files: [Disk.Status.Identity: FoundFile], _ survey: inout FolderSurvey,
        _ taken: inout Set<Disk.Status.Identity>, _ moment: Moment
    ) {
        let identity = source.position.identity
        let named = files[identity]
        if !taken.contains(identity), let file = named ?? survey.family(of: source.position.path)[identity] {
            if isStill(source, file) {
                taken.insert(identity)
                if source.standing == .finished {
                    source.isPresent = true
                    source.content = nil
                    guard !file.isGzip, file.size > source.position.offset else { return }
                }
                source.take(file, named == nil ? .renamed : .named, now: moment.instant)
                return
            }
            if source.standing != .finished { source.lose(now: moment.instant) }
            return
        }
        switch source.standing {
        case .finished, .lost, .gone: return
        case .named, .renamed:
            guard source.content != nil else { return source.lose(now: moment.instant) }
            source.standing = .gone
            source.quietSince = moment.instant
        }
    }

    /// Whether a file with a source's inode is that source: when it has changed, by its bytes. Opens it, as long as few
    /// are open.
    private func isStill(_ source: TailSource, _ file: FoundFile) -> Bool {
        let sight = TailSource.Sight(size: file.size, modified: file.modified)
        if source.sight == sight || source.content is GzipLog { return true }
        do {
            let content = try source.content ?? LogFile.open(file.path)
            guard try content.matches(source.position) else { return false }
            source.problem = nil
            source.sight = sight
            if source.content == nil, mayOpen(file.path) { source.content = content }
        } catch {
            // Nothing says that it is another.
            source.problem = "\(error)"
        }
        return true
    }

    /// Looks for a lost source among files that are no other's: rotation has compressed or copied it.
    private mutating func search(
        _ source: TailSource, _ files: [Disk.Status.Identity: FoundFile], _ survey: inout FolderSurvey,
        _ taken: inout Set<Disk.Status.Identity>, _ moment: Moment
    ) {
        guard case .lost(let since) = source.standing else { return }
        if source.position.beginning.length > 0 {
            if openCount >= Self.openLimit { closeOne() }
            // Others are read first; it stays lost until then.
            guard mayOpen(".gz") else { return }
            // Logs may begin alike, and be no longer than that: an older one is never it, and the newest is most likely.
            let oldest = source.position.modified - Self.slack
            let candidates = survey.family(of: source.position.path).values
                .filter { file in
                    !taken.contains(file.identity) && file.modified >= oldest
                        && (file.isGzip || file.size >= source.position.offset)
                }
                .sorted { (-$0.modified, $0.isGzip ? 1 : 0, $0.path) < (-$1.modified, $1.isGzip ? 1 : 0, $1.path) }
            for file in candidates {
                guard let content = try? LogFile.open(file.path), (try? content.matches(source.position)) == true else {
                    continue
                }
                taken.insert(file.identity)
                source.content = content
                source.sight = nil
                source.examined = -1
                source.take(file, files[file.identity] == nil ? .renamed : .named, now: moment.instant)
                return
            }
        }
        // Rotation may be about to make the copy.
        if source.position.beginning.length == 0 || moment.instant - since >= Self.linger { finish(source) }
    }

    mutating func finish(_ source: TailSource) {
        source.finish()
        changes.finished.append(source.position)
    }

    /// Begins with files that no source has: those that patterns name, and at a start those that were rotated away
    /// meanwhile without ever having been seen.
    private mutating func begin(
        _ files: [Disk.Status.Identity: FoundFile], _ settings: TailSettings, _ survey: inout FolderSurvey,
        _ taken: inout Set<Disk.Status.Identity>, _ moment: Moment
    ) {
        var isSettled = true
        let originals = Set(sources.map(\.position.path) + files.values.map(\.path) + settings.patterns)
        var unseen = files.values.filter { !$0.isGzip }.map { (file: $0, original: $0.path) }
        if !hasCaughtUp { unseen += missed(originals, settings, &survey, moment) }
        for (file, original) in unseen.sorted(by: { $0.file.modified < $1.file.modified })
        where !taken.contains(file.identity) && copies[file.identity] != file.path {
            if original != file.path || Self.originals(of: file.path).contains(where: originals.contains) {
                // What is being copied now would look like a file of its own.
                let isQuiet = moment.wall - file.modified >= Int64(Self.linger.components.seconds) * 1000
                guard isQuiet || original == file.path && !mayBecomeCopy(file) else {
                    isSettled = false
                    continue
                }
                if isCopy(file) {
                    copies[file.identity] = file.path
                    continue
                }
            }
            guard sources.count < Self.sourceLimit else {
                problems["limit"] = "more than \(Self.sourceLimit) files are tailed: \(file.path) waits"
                return
            }
            taken.insert(file.identity)
            let isFirstLook = settings.patterns.allSatisfy { pattern in
                !TailPattern(pattern).matches(file.path) || patterns[pattern] == nil
            }
            open(file, original, atEnd: settings.start == .end && isFirstLook && original == file.path, moment)
        }
        if isSettled { hasCaughtUp = true }
    }

    /// Files under a rotated name of something that is tailed, written to after it was last read.
    private func missed(
        _ originals: Set<String>, _ settings: TailSettings, _ survey: inout FolderSurvey, _ moment: Moment
    ) -> [(file: FoundFile, original: String)] {
        let read = Dictionary(sources.map { ($0.position.path, $0.position.at) }, uniquingKeysWith: max)
        return originals.flatMap { original -> [(file: FoundFile, original: String)] in
            let matching = settings.patterns.filter { TailPattern($0).matches(original) }
            // What was known of it may have been forgotten, and with that what older files hold.
            let unknown = matching.compactMap { patterns[$0] }.min().map { max($0, moment.wall - Self.memory) }
            guard !matching.isEmpty, let read = read[original] ?? unknown else { return [] }
            return survey.family(of: original).values
                .filter { $0.modified >= read - Self.slack && Self.originals(of: $0.path).contains(original) }
                .map { ($0, original) }
        }
    }

    private static func originals(of path: String) -> [String] {
        let folder = Disk.parent(of: path)
        return RotatedName.originals(of: path.dropFirst(folder.count + 1)).map { folder + "/" + $0 }
    }

    /// Whether a file begins as one that it may be a copy of, and is no longer than what was read of that.
    private func mayBecomeCopy(_ file: FoundFile) -> Bool {
        guard file.size > 0, let content = try? LogFile.open(file.path) else { return true }
        let names = Self.originals(of: file.path)
        return sources.contains { source in
            guard names.contains(source.position.path), file.size <= source.position.offset else { return false }
            let count = Int(min(file.size, Int64(TailPosition.beginningBytes)))
            let begins = try? (source.content ?? PlainLog(source.path)).bytes(at: 0, count: count)
            return begins == (try? content.bytes(at: 0, count: count))
        }
    }

    /// Whether all that a file holds was read, or is there to be read, as some source.
    private func isCopy(_ file: FoundFile) -> Bool {
        guard let content = try? LogFile.open(file.path) else { return false }
        return sources.contains { source in
            let position = source.position
            guard position.beginning.length > 0, (try? content.matches(position)) == true,
                let more = try? content.bytes(at: position.offset, count: TailPosition.latestBytes)
            else { return false }
            // One that only begins alike goes on otherwise.
            return more.isEmpty || (try? source.content?.bytes(at: position.offset, count: more.count)) == more
        }
    }

    private mutating func open(_ file: FoundFile, _ original: String, atEnd: Bool, _ moment: Moment) {
        var position = TailPosition(
            source: nextSource, path: original, identity: file.identity, offset: 0, isSkipping: false,
            beginning: .empty, latest: .empty, modified: file.modified, at: moment.wall)
        let source = TailSource(
            position, original == file.path ? .named : .renamed, path: file.path, quietSince: moment.instant)
        source.isPresent = true
        do {
            let content = try LogFile.open(file.path)
            if atEnd { try position.move(toEndOf: content) }
            source.position = position
            source.sight = TailSource.Sight(size: file.size, modified: file.modified)
            if mayOpen(file.path) { source.content = content }
        } catch {
            // Unreadable for now: it is begun when it can be, from its start. To begin at its end it must be opened.
            problems[file.path] = "\(error)"
            if atEnd { return }
            source.problem = "\(error)"
        }
        nextSource += 1
        sources.append(source)
        if atEnd { changes.positions.append(position) }
    }

    /// What patterns no longer name is closed, and its position kept.
    private func stopFollowing(besides followed: [TailSource]) {
        let kept = Set(followed.map(\.position.source))
        for source in sources where !kept.contains(source.position.source) && !source.isPresent {
            source.content = nil
            source.standing = .finished
        }
    }

    private mutating func forget(_ moment: Moment) {
        let gone = sources.filter { $0.standing == .finished && !$0.isPresent }
        let old = gone.filter { $0.position.at < moment.wall - Self.memory }
        let excess = gone.sorted { $0.position.at < $1.position.at }.prefix(max(0, sources.count - Self.sourceLimit))
        let forgotten = Set((old + excess).map(\.position.source))
        guard !forgotten.isEmpty else { return }
        sources.removeAll { forgotten.contains($0.position.source) }
        changes.forgotten += forgotten
    }
}

extension TailPosition {
    /// Moves to the end of a file; in a half line, to where it will end.
    fileprivate mutating func move(toEndOf content: any LogContent) throws {
        let size = try content.rest(after: 0).bytes
        beginning = try content.bytes(at: 0, count: Int(min(size, Int64(Self.beginningBytes))))
            .withUnsafeBytes { Fingerprint($0) }
        let count = min(size, Int64(Self.latestBytes))
        let last = try content.bytes(at: size - count, count: Int(count))
        latest = last.withUnsafeBytes { Fingerprint($0) }
        offset = size
        isSkipping = last.last.map { $0 != UInt8(ascii: "\n") } ?? false
    }
}
