import Flow
import Synchronization

/// Keeps the console with an engine: finds one, starts one if it may, hears its pulses, and comes back to it when it
/// was away.
final class LinkKeeper: Sendable {
    private let access: EngineAccess
    private let mailbox: Mailbox
    /// Told when the engine says that the store has changed.
    private let changed: @Sendable () -> Void
    private let current = Mutex<(any EngineLink)?>(nil)

    init(_ access: EngineAccess, _ mailbox: Mailbox, changed: @escaping @Sendable () -> Void) {
        self.access = access
        self.mailbox = mailbox
        self.changed = changed
    }

    /// Works until cancelled.
    func run() async {
        var wasThere = false
        var mayStart = true
        while !Task.isCancelled {
            if let link = await access.find(), await listen(to: link) {
                wasThere = true
                mailbox.put(.link(.lost))
            } else if mayStart, !wasThere {
                await start()
                mayStart = false
                continue
            } else if !wasThere, access.start == nil {
                mailbox.put(.link(.absent(reason: nil)))
            }
            mayStart = false
            // An engine that restarts is found within half a second.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func start() async {
        guard let start = access.start else {
            mailbox.put(.link(.absent(reason: nil)))
            return
        }
        mailbox.put(.link(.starting))
        do {
            try await start()
            mailbox.put(.owner(.startedHere))
        } catch {
            mailbox.put(.link(.absent(reason: "\(error)")))
        }
    }

    /// Passes an engine's pulses on until it goes away; false when it was not there at all.
    private func listen(to link: any EngineLink) async -> Bool {
        var generation: Int64?
        for await pulse in link.pulses() {
            if generation == nil {
                current.withLock { $0 = link }
                mailbox.put(.link(.attached))
            }
            mailbox.put(.status(pulse.status))
            if generation != pulse.generation { changed() }
            generation = pulse.generation
        }
        current.withLock { $0 = nil }
        return generation != nil
    }

    /// Sends a command; where the engine went away before it answered, sends it again to the one that comes back:
    /// by its key it is carried out once.
    func send(_ command: EngineCommand, key: String) async -> FeedUpdate.Outcome {
        for attempt in 0..<20 {
            guard let link = current.withLock({ $0 }) else {
                if attempt == 0 { return .failed("no engine runs: start one with weir serve") }
                try? await Task.sleep(for: .milliseconds(200))
                continue
            }
            do {
                return .reply(try await link.send(command, key: key))
            } catch LinkFailure.lost {
                if case .stop = command { return .done("the engine has stopped") }
                try? await Task.sleep(for: .milliseconds(200))
            } catch {
                return .failed("\(error)")
            }
        }
        return .failed("\(LinkFailure.lost)")
    }
}
