import Foundation
import Lake
import Logging
import Store
import Synchronization

extension Engine {
    /// A part of the engine that works until it is cancelled.
    struct Service: Sendable {
        let name: String
        let run: @Sendable () async throws -> Void
    }

    /// Works until it is stopped or the task is cancelled; ends workers and children; closes the store. `ready` is
    /// called once everything listens, with the address of the HTTP endpoint. A service that fails ends the engine,
    /// and its error is thrown.
    package func run(ready: @escaping @Sendable (_ address: String?) async -> Void = { _ in }) async throws {
        // A task of its own, awaited here: the caller's cancellation means an orderly stop, from the outside in, and
        // must not reach all services at once.
        let work = Task(name: "engine") { try await runServices(ready) }
        do {
            try await withTaskCancellationHandler {
                try await work.value
            } onCancel: {
                requestStop(.now)
            }
        } catch {
            log.critical("ended: \(error)")
            try await finish()
            throw error
        }
        try await finish()
        log.info("stopped")
    }

    /// Asks the engine to stop. With `.drained` it first delivers what is buffered and finishes what waits and runs.
    func requestStop(_ request: StopRequest) {
        let waiters = condition.withLock { condition in
            condition.stop = condition.stop == .now ? .now : request
            defer { condition.stopWaiters = [] }
            return condition.stopWaiters
        }
        for waiter in waiters { waiter.resume(returning: request) }
    }

    private func runServices(_ ready: @escaping @Sendable (String?) async -> Void) async throws {
        let socket = try options.servesSocket ? makeSocket() : nil
        let (listening, announce) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await running([workerService, pulseService]) {
            try await self.running(socket.map { [Service(name: "socket", run: $0.run)] } ?? []) {
                try await self.running(self.inner(announce)) {
                    if self.options.servesHTTP {
                        for await address in listening {
                            self.condition.withLock { $0.address = address }
                            break
                        }
                    }
                    try Task.checkCancellation()
                    if let socket { try self.listen(socket) }
                    self.log.info("ready", metadata: ["http": "\(self.condition.withLock { $0.address } ?? "off")"])
                    await ready(self.condition.withLock { $0.address })
                    if await self.stopRequested() == .drained { try await self.drain() }
                    self.log.info("stopping")
                }
            }
        }
    }

    /// Runs services beside a body. When the body returns they are cancelled and awaited. When a service ends first,
    /// the body is cancelled, and the service's error is thrown.
    private func running(_ services: [Service], _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for service in services {
                group.addTask { [log] in
                    do {
                        try await service.run()
                    } catch is CancellationError where Task.isCancelled {
                        return false
                    } catch {
                        log.error("\(service.name) failed: \(error)")
                        throw error
                    }
                    guard Task.isCancelled else { throw EngineFailure.serviceEnded(service.name) }
                    return false
                }
            }
            group.addTask {
                try await body()
                return true
            }
            defer { group.cancelAll() }
            while let isBody = try await group.next(), !isBody {}
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private var workerService: Service {
        Service(name: "workers") { [self] in
            try await workers.run { [self] process in
                // A worker that could not be recorded still ends with the engine's pipe.
                try? await children.add(process, role: "worker")
            }
        }
    }

    private var pulseService: Service {
        Service(name: "pulses") { [self] in
            defer { pulseBoard.close() }
            try await pulse()
        }
    }

    private func inner(_ listening: AsyncStream<String>.Continuation) -> [Service] {
        var services = [
            // An engine that a command hosts for its own work takes nothing in, over HTTP or from files.
            Service(name: "streams") { [self] in try await streams.run(tailing: options.servesHTTP) },
            Service(name: "workflows", run: workflows.run),
            Service(name: "alerts", run: alerts.run),
            Service(name: "sweeps", run: sweep),
        ]
        if options.servesHTTP {
            let settings = project.engine
            let server = IngestServer(streams: streams, host: settings.host, port: settings.port)
            services.append(
                Service(name: "http") {
                    try await server.run { listening.yield($0) }
                })
        }
        return services
    }

    private func makeSocket() throws -> SocketServer {
        let project = project
        return try SocketServer(
            path: SocketPlace.path(project: project.directory, environment: options.environment),
            greeting: Greeting(weir: Greeting.version, process: getpid(), project: project.name),
            responder: Responder(
                command: { [self] in await handle($0, key: $1, who: $2) },
                ingest: { [self] lines, stream in
                    do {
                        return .success(try await ingest(lines, into: stream))
                    } catch {
                        return .failure(Refusal(error))
                    }
                },
                pulses: { [self] in pulses(rest: $0) }))
    }

    /// Opens the socket, then tells where it is: who reads the place can connect.
    private func listen(_ socket: SocketServer) throws {
        try socket.open()
        try lock.write(LockHolder(process: getpid(), role: options.role, socket: socket.path))
    }

    private func stopRequested() async -> StopRequest {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = condition.withLock { condition in
                    if condition.stop == nil { condition.stopWaiters.append(continuation) }
                    return condition.stop
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            requestStop(.now)
        }
    }

    /// Delivers what is buffered and finishes what waits and runs; a second request to stop ends that.
    private func drain() async throws {
        log.info("finishing what waits and runs")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for stream in project.streams { try await streams.flush(stream.name) }
                try await workflows.drain()
            }
            group.addTask { [self] in
                while condition.withLock({ $0.stop }) != .now { try await Task.sleep(for: .milliseconds(50)) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Deletes what was retired long enough ago, and old commands, once a minute.
    private func sweep() async throws {
        while true {
            try await Task.sleep(for: .seconds(60))
            do {
                // Outlasts the longest statement that may still read what was retired.
                let deleted = try await tree.sweep(now: Engine.now(), grace: .seconds(3600))
                if deleted > 0 { log.info("deleted \(deleted) objects of retired versions") }
                try await store.write { try CommandLedger.prune($0, keeping: 10_000) }
            } catch let error as StoreError where error == .full {
                // Deleting what can be deleted is how space comes back; the next minute tries again.
                log.warning("sweep: \(error)")
            }
        }
    }

    private func finish() async throws {
        condition.withLock { $0.hasEnded = true }
        try? await children.removeAll()
        try await BlockingQueue("weir.engine").run { [store] in try store.close() }
    }
}
