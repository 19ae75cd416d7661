/// Waits until a condition holds, looking every 20 ms. The limit is patience for a loaded machine, not an
/// expectation: a healthy run never comes near it. Returns whether it came to hold.
package func eventually(
    within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if try await condition() { return true }
        if clock.now > end { return false }
        try await Task.sleep(for: .milliseconds(20))
    }
}
