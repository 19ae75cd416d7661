import DuckDB

/// Whole lines of one or several files, and where the files stand after them: one frame of the buffer.
struct TailTurn: Sendable {
    var lines: [UInt8] = []
    var records = 0
    /// By source.
    var positions: [Int64: TailPosition] = [:]
}

extension TailedFiles {
    /// A turn ends once it has so many bytes: a frame is at most this and one window.
    static let turnBytes = 2 << 20

    /// Reads what there is, of each file in its turn. nil when there is nothing. The positions count once `commit` is
    /// told that they are durable; after `discard`, the same lines are read again.
    mutating func turn(_ moment: Moment) -> TailTurn? {
        var turn = TailTurn()
        // What was rotated away is older, and may be compressed soon.
        let order =
            rotated
            + sources.indices.map { sources[($0 + next) % sources.count] }
            .filter { $0.standing == .named }
        next = sources.isEmpty ? 0 : (next + 1) % sources.count
        var isProgressing = true
        while isProgressing {
            isProgressing = false
            for source in order where turn.lines.count < Self.turnBytes {
                if read(source, into: &turn, moment) { isProgressing = true }
            }
        }
        return turn.positions.isEmpty ? nil : turn
    }

    private var rotated: [TailSource] { sources.filter { $0.standing == .renamed || $0.standing == .gone } }

    func commit(_ turn: TailTurn) {
        for source in sources {
            if let position = turn.positions[source.position.source] { source.position = position }
        }
    }

    func discard(_ turn: TailTurn) {
        for source in sources where turn.positions[source.position.source] != nil { source.examined = -1 }
    }

    /// Whether lines came, or at least a step through what is passed over.
    private mutating func read(_ source: TailSource, into turn: inout TailTurn, _ moment: Moment) -> Bool {
        let position = turn.positions[source.position.source] ?? source.position
        do {
            guard let content = try open(source), let look = try look(source, content, position, moment) else {
                return false
            }
            let before = position.latest.length
            let bytes = try content.bytes(at: position.offset - Int64(before), count: before + look.window)
            return try bytes.withUnsafeBytes { bytes in
                guard bytes.count >= before,
                    Fingerprint(UnsafeRawBufferPointer(rebasing: bytes[..<before])) == position.latest
                else {
                    // It was written over from its beginning, and is as long as before already.
                    source.lose(now: moment.instant)
                    needsSurvey = true
                    return false
                }
                let window = UnsafeRawBufferPointer(rebasing: bytes[before...])
                let isEnd = try content.rest(after: position.offset + Int64(window.count)).bytes == 0
                let cut = LineCut(window, isSkipping: position.isSkipping, isFinal: look.isFinal && isEnd)
                guard cut.taken > 0 else {
                    source.examined = position.offset + Int64(window.count)
                    return false
                }
                turn.add(UnsafeRawBufferPointer(rebasing: window[cut.lines]), lacksNewline: cut.lacksNewline)
                turn.positions[position.source] = try position.moved(
                    by: cut, in: UnsafeRawBufferPointer(rebasing: bytes[..<(before + cut.taken)]), content,
                    modified: source.sight?.modified, at: moment.wall)
                return true
            }
        } catch {
            source.content = nil
            source.sight = nil
            source.problem = "\(error)"
            // A damaged archive stays damaged: what it gave until there is what there is.
            if isArchive(source) { finish(source) }
            return false
        }
    }

    private func isArchive(_ source: TailSource) -> Bool { source.path.hasSuffix(".gz") }

    private mutating func open(_ source: TailSource) throws -> (any LogContent)? {
        if let content = source.content { return content }
        guard source.problem == nil, let sight = source.sight,
            isArchive(source) || sight.size > source.position.offset
        else { return nil }
        if openCount >= Self.openLimit { closeOne() }
        guard mayOpen(source.path) else { return nil }
        let content = try LogFile.open(source.path)
        let isOther = (content as? PlainLog).map { $0.identity != source.position.identity } ?? false
        guard !isOther, try content.matches(source.position) else {
            needsSurvey = true
            return nil
        }
        source.content = content
        return content
    }

    /// Closes the file that has been quiet for longest, of those that can be found again. It is opened when it grows.
    func closeOne() {
        sources.filter { $0.content != nil && ($0.standing == .named || $0.standing == .renamed) && $0.lag == 0 }
            .min { $0.quietSince < $1.quietSince }?.content = nil
    }

    /// How much to read of a source; nil when there is nothing to be had.
    private mutating func look(
        _ source: TailSource, _ content: any LogContent, _ position: TailPosition, _ moment: Moment
    ) throws -> (window: Int, isFinal: Bool)? {
        switch try content.rest(after: position.offset) {
        case .complete(0):
            // Its position becomes durable first.
            if position == source.position { finish(source) }
            return nil
        case .complete: return (LineCut.windowBytes, true)
        case .growing(let rest) where rest < 0:
            source.lose(now: moment.instant)
            needsSurvey = true
            return nil
        case .growing(let rest):
            let size = position.offset + rest
            if size != source.length {
                source.length = size
                source.quietSince = moment.instant
            }
            let isQuiet = source.standing != .named && moment.instant - source.quietSince >= Self.linger
            guard rest > 0 else {
                if isQuiet, source.standing == .gone, position == source.position { finish(source) }
                return nil
            }
            guard size != source.examined || isQuiet else { return nil }
            return (Int(min(rest, Int64(LineCut.windowBytes))), isQuiet)
        }
    }
}

extension TailTurn {
    fileprivate mutating func add(_ bytes: UnsafeRawBufferPointer, lacksNewline: Bool) {
        records += RecordLines.count(bytes)
        lines.append(contentsOf: bytes)
        if lacksNewline { lines.append(UInt8(ascii: "\n")) }
    }
}

extension TailPosition {
    /// After a cut. `bytes` end where the cut does and begin where the latest bytes did.
    fileprivate func moved(
        by cut: LineCut, in bytes: UnsafeRawBufferPointer, _ content: any LogContent, modified: Int64?,
        at now: Int64
    ) throws -> TailPosition {
        var moved = self
        moved.offset += Int64(cut.taken)
        moved.isSkipping = cut.isSkipping
        moved.modified = modified ?? self.modified
        moved.at = now
        moved.latest = Fingerprint(UnsafeRawBufferPointer(rebasing: bytes.suffix(Self.latestBytes)))
        if beginning.length < Self.beginningBytes, offset == 0 {
            moved.beginning = Fingerprint(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.beginningBytes)))
        } else if beginning.length < Self.beginningBytes, content is PlainLog {
            moved.beginning = try content.bytes(
                at: 0, count: Int(min(moved.offset, Int64(Self.beginningBytes)))
            ).withUnsafeBytes { Fingerprint($0) }
        }
        return moved
    }
}
