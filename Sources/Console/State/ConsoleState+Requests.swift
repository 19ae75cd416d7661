import Flow
import Lake
import Terminal

// What is asked of the engine, and what its answers do.
extension ConsoleState {
    /// A command that is carried out once, whoever repeats it: by default each press is one of its own.
    mutating func send(_ command: EngineCommand, _ purpose: Purpose, key: String? = nil) -> Effect {
        let ticket = ticket(for: purpose)
        return .send(command, key: key ?? "\(profile.session)-\(ticket)", ticket: ticket)
    }

    mutating func ticket(for purpose: Purpose) -> Int {
        lastTicket += 1
        pending[lastTicket] = purpose
        return lastTicket
    }

    mutating func retry(at moment: InputDecoder.Instant) -> [Effect] {
        guard case .success(let target) = retryTarget, retries.accepts(target, at: moment) else { return [] }
        let run = data.run(target.run)
        let name = run.map(subject) ?? "#\(target.run)"
        notices.show("retrying \(target.step ?? "the failed steps") of \(name); x cancels", .said, now: now)
        let step = run?.steps.first { $0.name == target.step }
        // The same step after the same attempt is the same request, whichever console sends it. An engine keeps to its
        // first answer to a request, so one that was refused is asked anew.
        var key = "retry-\(target.run)-\(target.step ?? "all")-\(step.map { "\($0.attempts)" } ?? "\(now)")"
        if let refusals = refusals[target.run] { key += "-\(profile.session)-\(refusals)" }
        return [send(.retry(run: target.run, step: target.step, downstream: false), .retry(target.run), key: key)]
    }

    mutating func askToRetryWidely() {
        if pane == .backfills || pane == .calendar, let backfill = focusedBackfill {
            let failed = backfill.days.filter { $0.state == .failed || $0.state == .dead }
            guard !failed.isEmpty else {
                notices.show("no day of \(backfill.title) failed", .said, now: now)
                return
            }
            overlay = .confirmation(
                Confirmation(
                    lines: ["Retry all \(failed.count) failed days of \(backfill.title)?"],
                    answer: .yes, command: .setBackfill(id: backfill.id, .retryFailed), purpose: .tell,
                    notice: "retrying \(failed.count) days"))
            return
        }
        guard case .success(let target) = wideRetryTarget else { return }
        let run = data.run(target.run)
        let after = run.map { Self.dependents(of: target.step, in: $0.steps) } ?? []
        let name = run.map(subject) ?? "#\(target.run)"
        overlay = .confirmation(
            Confirmation(
                lines: [
                    "Retry \(target.step ?? "the failed steps") of \(name)",
                    after.isEmpty
                        ? "and whatever comes after it?" : "and what comes after it: \(after.joined(separator: ", "))?",
                ],
                answer: .yes, command: .retry(run: target.run, step: target.step, downstream: true),
                purpose: .retry(target.run), notice: "retrying \(target.step ?? name) and all after it"))
    }

    /// The steps that need a step, directly or through others.
    static func dependents(of step: String?, in steps: [StepSummary]) -> [String] {
        guard let step else { return [] }
        var reached: Set<String> = [step]
        var result: [String] = []
        for candidate in steps where !candidate.needs.allSatisfy({ !reached.contains($0) }) {
            reached.insert(candidate.name)
            result.append(candidate.name)
        }
        return result
    }

    mutating func askToCancel() {
        guard case .success(let target) = cancelTarget else { return }
        switch target {
        case .run(let run):
            let working = run.steps.filter { $0.state == .running || $0.state == .retrying || $0.state == .queued }
            overlay = .confirmation(
                Confirmation(
                    lines: [
                        "Cancel \(subject(of: run))?",
                        working.isEmpty
                            ? "No step of it is at work."
                            : "Steps that stop: \(working.map(\.name).joined(separator: ", ")).",
                    ],
                    answer: .name(run.workflow), command: .cancel(run: run.id), purpose: .tell,
                    notice: "cancelling #\(run.id)"))
        case .backfill(let backfill):
            let left = backfill.days.filter { $0.state == .waiting || $0.state == .running }.count
            overlay = .confirmation(
                Confirmation(
                    lines: [
                        "Cancel \(backfill.title)?",
                        "\(left) days of \(backfill.days.count) are not done; what is done stays.",
                    ],
                    answer: .name(backfill.workflow), command: .setBackfill(id: backfill.id, .cancel), purpose: .tell,
                    notice: "cancelling \(backfill.title)"))
        }
    }

    mutating func pauseOrResume() -> [Effect] {
        switch pane {
        case .ingestion:
            guard let stream = focusedStream else { return [] }
            return [send(stream.paused ? .resumeStream(stream.name) : .pauseStream(stream.name), .tell)]
        case .backfills, .calendar:
            guard let backfill = focusedBackfill else { return [] }
            return [send(.setBackfill(id: backfill.id, backfill.state == .paused ? .resume : .pause), .tell)]
        case .workflows, .alerts, .catalog, .steps, .log, .listing:
            guard let workflow = focusedWorkflow else { return [] }
            overlay = .command(CommandLine("pause \(workflow)"))
            return []
        }
    }

    mutating func openForm(
        workflow: String?, days: ClosedRange<Interval>?, only: BackfillRequest.Filter?
    ) -> [Effect] {
        let yesterday = Interval(day: clock.day(now).day - 1)
        let range = days ?? yesterday.advanced(by: -29)...yesterday
        var form = BackfillForm(workflows: data.overview?.workflows ?? [], workflow: workflow, days: range)
        if let only { form.only = only }
        overlay = .form(form)
        return price()
    }

    /// Asks what the form's request would cost, where that is not known.
    mutating func price() -> [Effect] {
        guard case .form(var form) = overlay, data.link.isAttached, let request = form.question() else { return [] }
        overlay = .form(form)
        return [send(.planBackfill(request), .plan(request))]
    }

    mutating func take(_ outcome: FeedUpdate.Outcome, for ticket: Int) -> [Effect] {
        guard let purpose = pending.removeValue(forKey: ticket) else { return [] }
        switch outcome {
        case .failed(let message):
            refuse(message, purpose)
            return []
        case .done(let message):
            if case .hostAction(let name) = purpose {
                for item in profile.checklist where item.milestone == .hostAction(name) { done.insert(item) }
            }
            notices.show(message, .done, now: now)
            return []
        case .reply(let reply): return take(reply, purpose)
        }
    }

    private mutating func take(_ reply: EngineReply, _ purpose: Purpose) -> [Effect] {
        switch reply {
        case .done(let message):
            if case .retry(let run) = purpose {
                retried.insert(run)
                notices.show(message + "; x cancels", .done, now: now)
            } else {
                notices.show(message, .done, now: now)
            }
            if purpose == .stopEngine { return [] }
        case .started(let id):
            if case .retry(let run) = purpose { retried.insert(run) }
            notices.show("run #\(id) started", .done, now: now)
            if purpose == .startRun { return go(to: .run(id)) }
        case .backfill(let id):
            begun.insert(id)
            notices.show("backfill b\(id) started; p pauses, x cancels", .done, now: now)
            lists[.backfills, default: ListView()].select(item: "\(id)")
            lists[.calendar] = ListView()
            backfillPane = .calendar
            return go(to: .backfills)
        case .plan(let plan):
            guard case .form(var form) = overlay, case .plan(let request) = purpose else { return [] }
            form.answer(request, .success(plan))
            overlay = .form(form)
        case .refused(let refusal): refuse(refusal.message, purpose)
        case .status, .rows: break
        }
        return []
    }

    private mutating func refuse(_ message: String, _ purpose: Purpose) {
        if case .retry(let run) = purpose { refusals[run, default: 0] += 1 }
        if case .form(var form) = overlay {
            switch purpose {
            case .plan(let request):
                form.answer(request, .failure(Refusal(.wrong, message)))
                overlay = .form(form)
                return
            case .startBackfill:
                form.starting = false
                overlay = .form(form)
            case .tell, .retry, .startRun, .hostAction, .stopEngine: break
            }
        }
        notices.show(message, .failed, now: now)
    }
}
