import Lake
import Store
import Synchronization

extension Workflows {
    /// Reads the log to its end, lets rules start runs, and starts crawls that are due.
    func readEvents(_ group: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        let appends = store.appends
        if reader.state.withLock({ $0.appends }) != appends {
            while try await readBatch() {}
            reader.state.withLock { $0.appends = appends }
        }
        let now = time.monotonic()
        let due = reader.state.withLock { state in
            state.duties.keys.sorted().compactMap { name -> (CrawlerDefinition, Int64)? in
                guard let through = state.duties[name]?.begin(now: now), let duty = state.duties[name] else {
                    return nil
                }
                return (duty.definition, through)
            }
        }
        for (crawler, through) in due {
            group.addTask { try await self.answer(crawler, through: through) }
        }
    }

    private struct Answer: Sendable {
        var rule: EventRule
        var event: StoredEvent
    }

    /// Returns false at the log's end.
    private func readBatch() async throws -> Bool {
        let (position, rules, saved) = reader.state.withLock { ($0.position, $0.rules, $0.saved) }
        let events = try await store.read { try $0.events(after: position, limit: 500) }
        guard let last = events.last?.sequence else { return false }
        var answers: [Answer] = []
        var crawls: [(crawler: String, sequence: Int64)] = []
        for event in events {
            for rule in rules where event.sequence > saved[rule.name] ?? 0 {
                switch rule.verdict(on: event) {
                case .ignore: continue
                case .crawl: crawls.append((rule.crawler?.name ?? "", event.sequence))
                case .run, .recompute, .refuse: answers.append(Answer(rule: rule, event: event))
                }
            }
        }
        let touched = Set(answers.map(\.rule.name))
        if !answers.isEmpty {
            try await commit { [self, answers] writing, consequences in
                for answer in answers { try carryOut(answer, writing, &consequences) }
                for rule in touched { try writing.save(cursor: rule, at: last) }
            }
        }
        reader.state.withLock { state in
            state.position = last
            for rule in touched { state.saved[rule] = last }
            for crawl in crawls { state.duties[crawl.crawler]?.ask(crawl.sequence) }
        }
        try await saveCursors(through: last)
        return events.count == 500
    }

    /// Saves cursors that lag far behind because nothing concerned their rules.
    private func saveCursors(through position: Int64) async throws {
        let lagging = reader.state.withLock { state in
            state.rules.filter { rule in
                let isIdle = rule.crawler.flatMap { state.duties[$0.name]?.isIdle } ?? true
                return isIdle && position - (state.saved[rule.name] ?? 0) > EventReader.lag
            }.map(\.name)
        }
        guard !lagging.isEmpty else { return }
        try await commit { writing, _ in
            for rule in lagging { try writing.save(cursor: rule, at: position) }
        }
        reader.state.withLock { state in
            for rule in lagging { state.saved[rule] = position }
        }
    }

    /// What the rule does about the event. A refusal parks the event, and the rule goes on.
    private func carryOut(_ answer: Answer, _ writing: Writing, _ consequences: inout Consequences) throws {
        let event = answer.event
        guard let definition = answer.rule.workflow else { return }
        var wish = RunRequest(
            definition: definition, reason: event.reason, events: [event.sequence], settle: definition.settle)
        do {
            switch answer.rule.verdict(on: event) {
            case .ignore, .crawl: return
            case .refuse(let reason): throw Refusal(.wrong, reason)
            case .run(let interval):
                wish.interval = interval
                try runs.request(wish, writing, &consequences)
            case .recompute(let intervals):
                wish.reason = "\(event.subject) of \(event.interval ?? "") changed"
                wish.selection = .changedInputs
                for interval in intervals where try writing.reading.isComputed(definition.name, interval) {
                    wish.interval = interval
                    try runs.request(wish, writing, &consequences)
                }
            }
        } catch let refusal as Refusal {
            let parked = ParkedEvent(sequence: event.sequence, kind: event.kind, subject: event.subject)
            try writing.park(
                parked, interval: event.interval, for: answer.rule.name, reason: refusal.message, at: time.wall())
        }
    }

    /// Crawls for the events up to one, and remembers that they are answered.
    private func answer(_ crawler: CrawlerDefinition, through sequence: Int64) async throws {
        defer { wakeup.signal() }
        let rule = EventRule.crawler(crawler).name
        do {
            try await gates[rule].pass {
                _ = try await services.crawler.crawl(crawler, now: time.wall())
            }
            try await commit { writing, _ in try writing.save(cursor: rule, at: sequence) }
            reader.state.withLock { state in
                state.saved[rule] = sequence
                state.duties[crawler.name]?.succeeded()
            }
        } catch {
            // The engine stops; the next one crawls.
            if Task.isCancelled { return }
            let now = time.monotonic()
            guard reader.state.withLock({ $0.duties[crawler.name]?.failed(now: now) ?? false }) else { return }
            try await commit { [time] writing, _ in
                let parked = ParkedEvent(sequence: sequence, kind: "crawl", subject: crawler.name)
                try writing.park(parked, interval: nil, for: rule, reason: "\(error)", at: time.wall())
                try writing.save(cursor: rule, at: sequence)
            }
            reader.state.withLock { $0.saved[rule] = sequence }
        }
    }
}

extension Reading {
    /// Whether a run has computed something for the interval, or one is at it.
    fileprivate func isComputed(_ workflow: String, _ interval: Interval) throws -> Bool {
        try count(
            """
            SELECT EXISTS (SELECT 1 FROM runs r JOIN steps s ON s.run = r.id WHERE r.workflow = ? AND r.interval = ?
            AND (s.state = 'succeeded' AND s.inputs IS NOT NULL OR r.state IN ('running', 'retrying')))
            """, [.text(workflow), .text(interval.description)]) > 0
    }
}
