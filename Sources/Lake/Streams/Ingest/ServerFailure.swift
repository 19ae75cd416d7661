/// Why the HTTP endpoint could not listen.
package enum ServerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case portTaken(address: String)
    case failed(address: String, reason: String)

    package var description: String {
        switch self {
        case .portTaken(let address):
            "\(address) is taken by another program (see ss -ltnp): set another with engine: { port: … } in weir.yaml"
        case .failed(let address, let reason):
            "can't listen on \(address): \(reason); set another with engine: { host: …, port: … } in weir.yaml"
        }
    }
}
