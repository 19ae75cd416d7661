import CZlib

/// A request's body that was sent with `Content-Encoding: gzip`: one member or several.
///
/// A few bytes can become gigabytes: a body may grow a hundredfold (or to 1 MiB, where that is more), and to no more
/// than 64 MiB. Nothing of a body that grows further, ends early or is damaged is taken.
enum GzipBody {
    static let mostBytes = 64 << 20
    static let mostGrowth = 100
    private static let alwaysAllowed = 1 << 20
    private static let stepBytes = 256 << 10

    static func limit(compressed: Int) -> Int { min(mostBytes, max(alwaysAllowed, compressed * mostGrowth)) }

    /// The bytes that it holds. `take` is asked for room for each part of them, and says whether there is any. Throws
    /// `IngestRefusal`.
    static func inflate(_ compressed: [UInt8], take: (Int) -> Bool) async throws -> [UInt8] {
        let inflater = try Inflater()
        let limit = limit(compressed: compressed.count)
        var output: [UInt8] = []
        var (next, hasEnded) = (0, false)
        while !hasEnded {
            let (count, part, isMemberEnd) = try inflater.step(compressed[next...], atMost: stepBytes)
            next += count
            guard take(part.count) else { throw IngestRefusal.crowded }
            output += part
            guard output.count <= limit else { throw IngestRefusal.grows }
            if isMemberEnd {
                hasEnded = next == compressed.count
                if !hasEnded { try inflater.reset() }
            } else if count == 0, part.isEmpty {
                throw IngestRefusal.endsEarly
            }
            // Large bodies share the threads with others.
            await Task.yield()
        }
        return output
    }

    private final class Inflater {
        private var stream = z_stream()

        init() throws(IngestRefusal) {
            // 15 bits of window, and 16 says that it must be gzip.
            guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                throw .crowded
            }
        }

        deinit { inflateEnd(&stream) }

        func reset() throws(IngestRefusal) {
            guard inflateReset(&stream) == Z_OK else { throw .damaged }
        }

        /// How many bytes of the input it used, what they became, and whether a member is complete.
        func step(_ input: ArraySlice<UInt8>, atMost room: Int) throws -> (Int, ArraySlice<UInt8>, Bool) {
            var output = [UInt8](repeating: 0, count: room)
            let (code, used, made) = input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    // zlib's header forgets that it does not write there.
                    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let code = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return (code, input.count - Int(stream.avail_in), output.count - Int(stream.avail_out))
                }
            }
            guard code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END else { throw IngestRefusal.damaged }
            return (used, output[..<made], code == Z_STREAM_END)
        }
    }
}

extension IngestRefusal {
    fileprivate static let damaged = IngestRefusal(400, "the body is damaged gzip: nothing of it was taken")
    fileprivate static let endsEarly = IngestRefusal(400, "the body's gzip ends early: nothing of it was taken")
    fileprivate static let grows = IngestRefusal(
        413,
        "the body grows more than \(GzipBody.mostGrowth):1 or beyond \(GzipBody.mostBytes >> 20) MiB: "
            + "send the records in parts")
}
