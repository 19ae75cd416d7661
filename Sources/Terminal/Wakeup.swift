internal import CPlatform
import Glibc

/// Wakes the thread that waits in `Screen.wait`, from any thread. Waking twice before it looks wakes it once.
package final class Wakeup: Sendable {
    let descriptor: Int32

    package init() {
        descriptor = weir_wakeup_make()
        precondition(descriptor >= 0, "no descriptor left for an eventfd")
    }
    deinit { close(descriptor) }

    package func signal() { weir_wakeup_signal(descriptor) }
    func drain() { weir_wakeup_drain(descriptor) }
}
