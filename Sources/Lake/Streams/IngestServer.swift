/// The HTTP endpoint of streams, by Hummingbird.
package struct IngestServer: Sendable {
    package let streams: Streams
    package let host: String
    package let port: Int

    package init(streams: Streams, host: String, port: Int) {
        self.streams = streams
        self.host = host
        self.port = port
    }

    /// Serves until cancelled. `listening` is called once with the address (`127.0.0.1:8344`). Throws
    /// `ServerFailure` that says who else may hold the port.
    package func run(listening: @escaping @Sendable (String) async -> Void) async throws { fatalError("contract") }
}
