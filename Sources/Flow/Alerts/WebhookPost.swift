import CCurl
import Foundation
import Lake
import Store

/// Posts bodies to one HTTP address, one after the other over a connection that is kept open, with libcurl.
/// Redirects are not followed.
package final class WebhookPost: Sendable {
    package struct Reply: Sendable, Hashable {
        package var status: Int
        /// At most the first 64 KiB.
        package var body: String
    }

    private let url: String
    private let connection: Connection
    private let queue = BlockingQueue("weir.webhook")

    /// `timeout` bounds each post as a whole, from connecting to the last byte of the reply.
    package init(url: String, contentType: String = "application/json", timeout: Duration) {
        self.url = url
        connection = Connection(url: url, contentType: contentType, timeout: timeout)
    }

    /// Sends a body and waits for the reply, whatever its status. Throws `WebhookFailure` when there is none.
    package func post(_ body: [UInt8]) async throws -> Reply {
        let (connection, url) = (connection, url)
        return try await queue.run { try connection.post(body, to: url) }
    }
}

/// No reply came. The description names the host alone: the rest of an address may be a secret.
package struct WebhookFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let reason: String

    package var description: String { "no reply from \(host): \(reason)" }
}

/// libcurl's handle with its settings.
///
/// `@unchecked`: it is private to one `WebhookPost`, whose queue runs one call at a time.
private final class Connection: @unchecked Sendable {
    /// What keeps libcurl from working here; nil when nothing does.
    private static let obstacle: String? = weir_curl_load().map { String(cString: $0) }

    private let handle: UnsafeMutableRawPointer?
    private var headers: UnsafeMutablePointer<curl_slist>?

    init(url: String, contentType: String, timeout: Duration) {
        handle = Self.obstacle == nil ? weir_curl_new() : nil
        guard let handle else { return }
        headers = weir_curl_list_append(nil, "Content-Type: \(contentType)")
        // libcurl asks before it sends a large body, which costs a second where the server doesn't know the question.
        headers = weir_curl_list_append(headers, "Expect:")
        _ = weir_curl_set_text(handle, CURLOPT_URL, url)
        _ = weir_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = weir_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        _ = weir_curl_set_number(handle, CURLOPT_TIMEOUT_MS, max(1, Int(timeout.inMilliseconds)))
        _ = weir_curl_set_list(handle, CURLOPT_HTTPHEADER, headers)
    }

    deinit {
        guard let handle else { return }
        weir_curl_free(handle)
        weir_curl_list_free(headers)
    }

    func post(_ body: [UInt8], to url: String) throws -> WebhookPost.Reply {
        guard let handle else { throw failure(url, Self.obstacle ?? "libcurl has no memory") }
        let received = Received()
        // An empty array may have no address, and without one libcurl would read the body from stdin.
        let content = body.isEmpty ? [0] : body
        let code = content.withUnsafeBytes { bytes in
            _ = weir_curl_set_number(handle, CURLOPT_POST, 1)
            _ = weir_curl_set_number(handle, CURLOPT_POSTFIELDSIZE, body.count)
            _ = weir_curl_set_text(
                handle, CURLOPT_POSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            _ = weir_curl_set_writer(
                handle,
                { bytes, size, count, target in
                    guard let bytes, let target else { return 0 }
                    Unmanaged<Received>.fromOpaque(target).takeUnretainedValue().append(bytes, size * count)
                    return size * count
                }, Unmanaged.passUnretained(received).toOpaque())
            return withExtendedLifetime(received) { weir_curl_perform(handle) }
        }
        guard code == CURLE_OK else { throw failure(url, String(cString: weir_curl_message(code))) }
        var status = 0
        _ = weir_curl_status(handle, &status)
        return WebhookPost.Reply(status: status, body: String(decoding: received.bytes, as: UTF8.self))
    }

    private func failure(_ url: String, _ reason: String) -> WebhookFailure {
        WebhookFailure(host: URLComponents(string: url)?.host ?? "the address", reason: reason)
    }
}

/// A reply's body as it comes in.
private final class Received {
    private static let limit = 65_536
    private(set) var bytes: [UInt8] = []

    func append(_ start: UnsafePointer<CChar>, _ count: Int) {
        let kept = min(count, Self.limit - bytes.count)
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: kept))
    }
}
