import Testing

@testable import Lake

struct WorkerCallTests {
    private let start = SuspendingClock.now

    @Test func `a timeout interrupts, and kills when there is no reply for a second`() {
        var call = WorkerCall(id: 1, start: start, timeout: .seconds(10), patience: .seconds(1))
        #expect(call.due == start + .seconds(10))
        #expect(call.advance(to: start + .seconds(9)) == nil)
        #expect(call.advance(to: start + .seconds(10)) == .interrupt)
        #expect(call.advance(to: start + .seconds(10.9)) == nil)
        #expect(call.advance(to: start + .seconds(11)) == .kill)
        #expect(call.advance(to: start + .seconds(60)) == nil)
        #expect(
            call.failure(WorkFailure(.cancelled, "cancelled")).description == "Weir.Timeout: no result within 10s")
    }

    @Test func `a cancel interrupts once, and the first reason stays`() {
        var call = WorkerCall(id: 1, start: start, timeout: .seconds(10), patience: .seconds(1))
        #expect(call.stop(.cancelled, at: start) == .interrupt)
        #expect(call.stop(.stopping, at: start + .milliseconds(1)) == nil)
        #expect(call.stop == .cancelled)
        #expect(call.due == start + .seconds(1))
        #expect(call.failure(WorkFailure(.cancelled, "interrupted")).description == "Weir.Cancelled: cancelled")
    }

    @Test func `a failure of the statement's own stays what it is, however late`() {
        var call = WorkerCall(id: 1, start: start, timeout: nil, patience: .seconds(1))
        _ = call.stop(.cancelled, at: start)
        let failure = WorkFailure(.checkFailed, "check unique [id]: 2 of 3 rows fail")
        #expect(call.failure(failure) == failure)
    }

    @Test func `a death is a crash unless it was asked to stop`() {
        let ending = WorkerEnding(worker: 2, outcome: -9, wasReady: true, log: "its last words")
        var call = WorkerCall(id: 1, start: start, timeout: .seconds(1), patience: .seconds(1))
        #expect(
            call.failure(after: ending).description
                == "Worker.Crashed: worker 2 was killed (signal 9: by hand, or by the system for want of memory)")
        #expect(call.failure(after: ending).detail == "its last words")
        _ = call.advance(to: start + .seconds(1))
        #expect(
            call.failure(after: ending).description
                == "Weir.Timeout: no result within 1s; it did not stop when asked, so its worker was killed")
    }

    @Test func `an ending says how a worker came to it`() {
        let early = WorkerEnding(worker: 1, outcome: 64, wasReady: false, log: "")
        #expect(early.failure.message == "worker 1 ended with exit code 64 before it was ready")
        let crash = WorkerEnding(worker: 1, outcome: -11, wasReady: true, log: "")
        #expect(crash.failure.message == "worker 1 crashed (signal 11)")
    }
}
