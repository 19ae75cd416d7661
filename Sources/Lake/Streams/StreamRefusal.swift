/// Why a stream did not do what it was asked. Nothing of the request is kept, but for records before a failure.
package enum StreamRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case noStream(String, nearest: String?)
    /// Too much waits to be stored; try again after some seconds.
    case busy(stream: String, seconds: Int)
    case failed(stream: String, String)
    case noReject(stream: String, Int64)

    package var description: String {
        switch self {
        case .noStream(let name, let nearest):
            "no stream \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "; see streams in weir.yaml")
        case .busy(let stream, let seconds): "stream \(stream) is busy: send the records again in \(seconds) s"
        case .failed(let stream, let reason): "stream \(stream) could not store the records: \(reason)"
        case .noReject(let stream, let reject):
            "stream \(stream) has no reject \(reject) that was not put back yet; see weir rejects"
        }
    }
}
