import CPlatform
import Foundation
import Synchronization

/// Moves bytes between the connections of a Unix socket and the requests of the engine, on one thread.
///
/// Everything is bounded: 64 connections and 64 requests at work, one unanswered request and one waiting pulse for each
/// connection (a newer pulse takes the older's place). A connection with an unanswered request is not read from, so a fast client waits.
final class SocketLoop: Sendable {
    struct Received: Sendable {
        let connection: Int
        let who: String
        let request: Request
    }

    static let mostConnections = 64

    /// Requests in the order of their arrival; at most one for each connection waits here.
    let requests: AsyncStream<Received>
    private let received: AsyncStream<Received>.Continuation
    private let greeting: [UInt8]
    private let wakeup: Int32
    private let mailbox = Mutex(Mailbox())

    /// What other threads leave for the loop.
    private struct Mailbox {
        var listener: Int32?
        var answers: [Int: [UInt8]] = [:]
        var pulses: [Int: [UInt8]] = [:]
        var alive: Set<Int> = []
        /// Requests handed out and not finished, their clients there or gone.
        var atWork = 0
        var stopping = false
    }

    init(greeting: [UInt8]) throws {
        self.greeting = greeting
        wakeup = weir_wakeup_make()
        guard wakeup >= 0 else { throw EngineFailure.socket(path: "eventfd", reason: systemReason()) }
        (requests, received) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(SocketLoop.mostConnections))
    }

    deinit { close(wakeup) }

    /// Takes a listening socket, which the loop closes.
    func listen(_ descriptor: Int32) { leave { $0.listener = descriptor } }

    /// Sends the answer to a connection's request.
    func answer(_ line: [UInt8], to connection: Int) { leave { $0.answers[connection] = line } }

    /// Sends a pulse, unless a newer one comes before the client has read the last. False when the client is gone.
    func push(_ line: [UInt8], to connection: Int) -> Bool {
        leave { mailbox in
            guard mailbox.alive.contains(connection) else { return false }
            mailbox.pulses[connection] = line
            return true
        }
    }

    /// A request that was handed out is done with; every request must come to this.
    func finish() { leave { $0.atWork -= 1 } }

    /// Ends `serve` after what is owed has been written, or 1 s.
    func stop() { leave { $0.stopping = true } }

    private func leave<Result: Sendable>(_ change: (inout Mailbox) -> Result) -> Result {
        let result = mailbox.withLock { change(&$0) }
        weir_wakeup_signal(wakeup)
        return result
    }

    /// Runs until `stop`, blocking its thread. Throws when the system's `poll` fails.
    func serve() throws {
        var connections: [Int: SocketConnection] = [:]
        var listener: Int32 = -1
        var nextIdentity = 1
        var deadline: ContinuousClock.Instant?
        defer {
            received.finish()
            mailbox.withLock { $0.alive = [] }
            if listener >= 0 { close(listener) }
        }
        while true {
            let left = mailbox.withLock { mailbox in
                defer { (mailbox.listener, mailbox.answers, mailbox.pulses) = (nil, [:], [:]) }
                return mailbox
            }
            if let fresh = left.listener { listener = fresh }
            for (identity, line) in left.answers { connections[identity]?.answer(line) }
            for (identity, line) in left.pulses { connections[identity]?.push(line) }
            if left.stopping {
                deadline = deadline ?? .now + .seconds(1)
                connections = connections.filter { $0.value.owes }
                if connections.isEmpty || .now > deadline ?? .now { return }
            }
            for (identity, connection) in connections {
                connection.write()
                if let request = connection.nextRequest() {
                    mailbox.withLock { $0.atWork += 1 }
                    received.yield(Received(connection: identity, who: connection.who, request: request))
                }
                if connection.isFinished { connections[identity] = nil }
            }
            mailbox.withLock { $0.alive = Set(connections.keys) }

            var order: [Int] = []
            var polled = [pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)]
            let accepts =
                listener >= 0 && !left.stopping && max(connections.count, left.atWork) < SocketLoop.mostConnections
            polled.append(pollfd(fd: accepts ? listener : -1, events: Int16(POLLIN), revents: 0))
            for (identity, connection) in connections {
                order.append(identity)
                polled.append(pollfd(fd: connection.descriptor, events: connection.events, revents: 0))
            }
            guard poll(&polled, nfds_t(polled.count), left.stopping ? 50 : -1) >= 0 || errno == EINTR else {
                throw EngineFailure.socket(path: "poll", reason: systemReason())
            }
            if polled[0].revents != 0 { weir_wakeup_drain(wakeup) }
            if polled[1].revents != 0, let connection = SocketConnection(accepting: listener, greeting: greeting) {
                connections[nextIdentity] = connection
                nextIdentity += 1
            }
            for (identity, entry) in zip(order, polled.dropFirst(2)) where entry.revents != 0 {
                connections[identity]?.read(entry.revents)
            }
        }
    }
}

/// One connection of the loop: what was read, what is owed. Used by the loop's thread alone.
final class SocketConnection {
    let descriptor: Int32
    let who: String
    private var reader = RequestReader()
    private var output: [UInt8] = []
    private var waitingPulse: [UInt8]?
    private var state = State.reading

    private enum State {
        /// Requests are read.
        case reading
        /// A request is being answered.
        case answering
        /// The client sent nothing that could be answered, or has gone: what is owed is written, then it ends.
        case closing
        case lost
    }

    /// Accepts a connection; nil when there is none, or when it comes from another user.
    init?(accepting listener: Int32, greeting: [UInt8]) {
        let descriptor = weir_accept(listener)
        guard descriptor >= 0 else { return nil }
        var process: Int32 = 0
        var user: UInt32 = 0
        guard weir_peer(descriptor, &process, &user) == 0, user == getuid() || user == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        who = "\(SocketConnection.userName(user)), pid \(process)"
        output = greeting
    }

    deinit { close(descriptor) }

    var events: Int16 {
        // POLLHUP needs no asking for: it tells of a client that goes while its request is answered.
        Int16(truncatingIfNeeded: (output.isEmpty ? 0 : POLLOUT) | (state == .reading ? POLLIN : 0))
    }
    var owes: Bool { !output.isEmpty && state != .lost }
    var isFinished: Bool { state == .lost || (state == .closing && output.isEmpty) }

    func answer(_ line: [UInt8]) {
        output += line
        if state == .answering { state = .reading }
    }

    /// The newest pulse takes the place of one that could not be written yet.
    func push(_ line: [UInt8]) {
        waitingPulse = line
        write()
    }

    /// The next request, when none is being answered. Bytes that are no request are answered and end the connection.
    func nextRequest() -> Request? {
        guard state == .reading else { return nil }
        do {
            guard let request = try reader.next() else { return nil }
            state = .answering
            return request
        } catch {
            output += (try? AnswerLine.refused(Refusal(.wrong, "\(error)")).line()) ?? []
            state = .closing
            write()
            return nil
        }
    }

    func read(_ happened: Int16) {
        if happened & Int16(truncatingIfNeeded: POLLERR | POLLNVAL) != 0 {
            state = .lost
            return
        }
        if happened & Int16(truncatingIfNeeded: POLLIN) != 0, state == .reading {
            withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 {
                    reader.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                    state = .lost
                }
            }
        } else if happened & Int16(truncatingIfNeeded: POLLHUP) != 0, state == .answering {
            // The client has gone; what it asked for goes on, the answer has nowhere to go.
            state = .lost
        }
    }

    func write() {
        if output.isEmpty, let pulse = waitingPulse {
            output = pulse
            waitingPulse = nil
        }
        guard !output.isEmpty, state != .lost else { return }
        let count = send(descriptor, output, output.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        if count > 0 {
            output.removeFirst(count)
        } else if errno != EAGAIN && errno != EINTR {
            state = .lost
        }
    }

    private static func userName(_ user: UInt32) -> String {
        user == getuid() ? NSUserName() : "user \(user)"
    }
}
