import Flow
import Lake
import Terminal

// What actions do.
extension ConsoleState {
    /// Why an action can't be taken now; nil when it can.
    func obstacle(to action: Action) -> String? {
        if profile.readOnly, action.changes { return "read-only: this console changes nothing" }
        switch action {
        case .retry:
            switch retryTarget {
            case .success: return needsEngine
            case .failure(let reason): return reason.message
            }
        case .retryDownstream:
            if pane == .backfills || pane == .calendar {
                return focusedBackfill == nil ? "no backfill here" : needsEngine
            }
            switch wideRetryTarget {
            case .success: return needsEngine
            case .failure(let reason): return reason.message
            }
        case .cancel:
            switch cancelTarget {
            case .success: return needsEngine
            case .failure(let reason): return reason.message
            }
        case .backfill:
            return data.overview?.workflows.isEmpty == false
                ? needsEngine : "no workflow to backfill: add one to weir.yaml"
        case .trigger, .host: return needsEngine
        case .pauseOrResume: return needsEngine
        case .acknowledge, .snooze: return focusedAlert?.alerts.isEmpty ?? true ? "no alert here" : needsEngine
        case .openOwningRun:
            if pane == .alerts { return focusedAlert?.run == nil ? "no run belongs to it" : nil }
            return focusedDay?.run == nil ? "this day has no run" : nil
        case .checklist: return profile.checklist.isEmpty ? "there is no checklist" : nil
        case .up, .down, .left, .right, .top, .bottom, .halfUp, .halfDown, .pageUp, .pageDown, .nextPane,
            .previousPane, .zoom, .pane, .openOverview, .openBackfills, .open, .logs, .back, .quit, .leave, .help,
            .command,
            .filter, .nextMatch, .previousMatch, .earlierAttempt, .laterAttempt, .follow, .wrap, .copy, .copyRow,
            .saveScreen, .themes, .mouse, .suspend, .redraw, .list:
            return nil
        }
    }

    private var needsEngine: String? {
        data.link.isAttached ? nil : "no engine runs: start one with weir serve"
    }

    mutating func perform(_ action: Action, at moment: InputDecoder.Instant) -> [Effect] {
        if let obstacle = obstacle(to: action) {
            notices.show(obstacle, action.changes ? .failed : .said, now: now)
            return []
        }
        switch action {
        case .up: move(by: -1)
        case .down: move(by: 1)
        case .left: moveSideways(-1)
        case .right: moveSideways(1)
        case .top:
            move(by: -1_000_000)
            listingPart = .newest
        case .bottom:
            move(by: 1_000_000)
            listingPart = .oldest
        case .halfUp: move(by: -max(1, pageLength / 2))
        case .halfDown: move(by: max(1, pageLength / 2))
        case .pageUp: move(by: -pageLength)
        case .pageDown: move(by: pageLength)
        case .nextPane: pane = neighbour(1)
        case .previousPane: pane = neighbour(-1)
        case .pane(let pane):
            if place != .overview { _ = go(to: .overview) }
            zoomed = zoomed && overviewPane == pane
            overviewPane = pane
            return watching
        case .zoom: zoomed.toggle()
        case .openOverview: return go(to: .overview)
        case .openBackfills: return go(to: .backfills)
        case .open: return open()
        case .openOwningRun:
            if let run = pane == .alerts ? focusedAlert?.run : focusedDay?.run { return go(to: .run(run)) }
        case .logs:
            let effects = pane == .steps ? [] : open()
            if case .run = place { pane = .log }
            return effects
        case .back: return back()
        case .quit: return trail.isEmpty && place == .overview && !zoomed ? askToLeave() : back()
        case .leave: return askToLeave()
        case .help: overlay = .help(HelpView())
        case .command: overlay = .command(CommandLine())
        case .filter: overlay = .filter(pane, TextField(list(pane).filter?.text ?? ""))
        case .nextMatch: findMatch(1)
        case .previousMatch: findMatch(-1)
        case .retry: return retry(at: moment)
        case .retryDownstream: askToRetryWidely()
        case .backfill: return openForm(workflow: focusedWorkflow, days: nil, only: nil)
        case .trigger:
            let day = focusedInterval ?? Interval(day: clock.day(now).day - 1)
            overlay = .command(CommandLine("trigger \(focusedWorkflow ?? data.overview?.workflows.first ?? "") \(day)"))
        case .pauseOrResume: return pauseOrResume()
        case .cancel: askToCancel()
        case .acknowledge:
            return (focusedAlert?.alerts ?? []).map { send(.acknowledge(alert: $0), .tell) }
        case .snooze:
            return (focusedAlert?.alerts ?? []).map { send(.snooze(alert: $0, seconds: 3600), .tell) }
        case .earlierAttempt: turn(-1)
        case .laterAttempt: turn(1)
        case .follow: run.follows = !followsLog
        case .wrap: run.wraps.toggle()
        case .copy: return copy(nameOfFocused)
        case .copyRow: return copy(rowOfFocused)
        case .saveScreen: return [.saveScreen(ticket: ticket(for: .tell))]
        case .themes: overlay = .themes(ThemePicker(index: themes.firstIndex(of: theme) ?? 0, before: theme))
        case .mouse:
            mouse.toggle()
            notices.show(mouse ? "mouse on" : "mouse off: the terminal selects text again", .said, now: now)
            return [.mouse(mouse)]
        case .checklist: showsChecklist.toggle()
        case .suspend: return [.suspend]
        case .redraw: return [.redraw]
        case .list(let kind): return go(to: .listing(kind))
        case .host(let name):
            let title = profile.hostActions.first { $0.name == name }?.title ?? name
            notices.show("\(title) …", .said, now: now)
            return [.hostAction(name, ticket: ticket(for: .hostAction(name)))]
        }
        return []
    }

    // Moving

    private var pageLength: Int {
        let layout = Layout(self)
        if pane == .log { return max(1, layout.logRoom) }
        return layout.panes[pane].map { layout.room(of: pane, in: $0) } ?? 1
    }

    private mutating func move(by count: Int) {
        if pane == .calendar, abs(count) == 1 {
            // Weeks are columns of seven days; hours are rows of a day.
            return scroll(.calendar, by: focusedBackfill?.first.hour == nil ? count : count * 24)
        }
        scroll(pane, by: count)
    }

    private mutating func moveSideways(_ direction: Int) {
        if pane == .calendar {
            scroll(.calendar, by: focusedBackfill?.first.hour == nil ? direction * 7 : direction)
        } else {
            pane = neighbour(direction)
        }
    }

    private func neighbour(_ step: Int) -> Pane {
        let panes = place.panes
        let index = panes.firstIndex(of: pane) ?? 0
        return panes[(index + step + panes.count) % panes.count]
    }

    /// Goes somewhere, so that `back` returns.
    mutating func go(to next: Place) -> [Effect] {
        overlay = nil
        guard next != place else { return [] }
        if next == .overview {
            trail = []
        } else {
            trail.append(place)
        }
        enter(next)
        return watching
    }

    private mutating func enter(_ next: Place) {
        place = next
        zoomed = false
        if case .run(let id) = next {
            run = RunView()
            lists[.steps] = ListView()
            runPane = .steps
            // What the overview knows is enough to begin with.
            if data.run?.run.id != id { data.run = nil }
            if let known = data.run(id) {
                run.focusOnFailure(
                    in: RunDetail(run: known, attempts: []), list: &lists[.steps, default: ListView()])
            }
        }
        if case .listing = next {
            lists[.listing] = ListView()
            listingPart = .newest
        }
    }

    /// Escape: the filter goes first, then what lies on top, then the place.
    private mutating func back() -> [Effect] {
        if list(pane).filter != nil {
            lists[pane]?.filter = nil
            return []
        }
        if zoomed {
            zoomed = false
            return []
        }
        guard let before = trail.popLast() else {
            if place != .overview { enter(.overview) }
            notices.clear()
            return watching
        }
        enter(before)
        return watching
    }

    var watching: [Effect] {
        switch place {
        case .run(let id): [.watch(run: id, listing: nil)]
        // The rows that it shows are asked for where the focus is.
        case .listing: []
        case .overview, .backfills: [.watch(run: nil, listing: nil)]
        }
    }

    private mutating func turn(_ step: Int) {
        let numbers = attempts.map(\.number)
        guard let current = numbers.firstIndex(of: focusedAttempt?.number ?? -1) else { return }
        let wanted = min(max(0, current + step), numbers.count - 1)
        run.attempt = wanted == numbers.count - 1 ? nil : numbers[wanted]
        run.follows = nil
        run.offset = 0
    }

    private mutating func findMatch(_ direction: Int) {
        guard let filter = list(.log).filter else {
            notices.show("search first: / and a pattern", .said, now: now)
            return
        }
        let lines = logLines(width: Layout(self).logWidth)
        let found = filter.matches(lines.map(\.text))
        let indexes = lines.indices.filter { found[$0] }
        let next = direction > 0 ? indexes.first { $0 > run.offset } : indexes.last { $0 < run.offset }
        guard let target = next ?? (direction > 0 ? indexes.first : indexes.last) else {
            notices.show("nothing matches \(filter.text)", .said, now: now)
            return
        }
        run.follows = false
        run.offset = target
    }

    // Opening

    private mutating func open() -> [Effect] {
        switch pane {
        case .workflows:
            switch focusedWork {
            case .run(let run): return go(to: .run(run.id))
            case .backfill(let backfill):
                lists[.backfills, default: ListView()].select(item: "\(backfill.id)")
                return go(to: .backfills)
            case nil: return []
            }
        case .alerts:
            if let run = focusedAlert?.run { return go(to: .run(run)) }
            if let alert = focusedAlert {
                overlay = .detail(DetailView(title: alert.subject, lines: [alert.message]))
            }
        case .ingestion: if let stream = focusedStream { overlay = .detail(detail(of: stream)) }
        case .catalog: if let table = focusedTable { overlay = .detail(detail(of: table)) }
        case .steps: pane = .log
        case .log: zoomed.toggle()
        case .backfills: pane = .calendar
        case .calendar: if let run = focusedDay?.run { return go(to: .run(run)) }
        case .listing:
            let selected = list(.listing)
            guard listingRows.indices.contains(selected.index) else { return [] }
            let row = listingRows[selected.index]
            if case .listing(.runs) = place, let id = Int64(row[0]) { return go(to: .run(id)) }
            let titles = data.listing?.titles ?? []
            overlay = .detail(
                DetailView(title: row[0], lines: zip(titles, row).map { "\($0.lowercased()): \($1)" }))
        }
        return []
    }

    private mutating func copy(_ text: String?) -> [Effect] {
        guard let text, !text.isEmpty else { return [] }
        notices.show("copied: \(text)", .done, now: now)
        return [.copy(text)]
    }
}
