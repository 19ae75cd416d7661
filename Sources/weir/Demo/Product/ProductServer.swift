import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Store
import Synchronization

/// The product's side of `notify`: takes the news that a day's numbers are ready, and is too busy the first two
/// times, as real ones are.
struct ProductServer {
    static let busyTimes = 2

    let folder: DemoFolder

    /// Serves on a free loopback port until cancelled; its address is in `product.address` while it does.
    func run() async throws {
        let (folder, news) = (folder, News(folder: folder))
        let channel = HTTP1Channel { request, writer, _ in
            let status = try await Self.status(of: request, news)
            try await writer.write(
                response: HTTPResponse(status: status, headerFields: [.contentLength: "0"]), body: .init())
        }
        let server = channel.server(
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                try? folder.write(Data("127.0.0.1:\(port)\n".utf8), to: "product.address")
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "product") { _ in SwiftLogNoOpLogHandler() })
        defer { try? FileManager.default.removeItem(atPath: folder.productAddress) }
        try await server.run()
    }

    private static func status(of request: Request, _ news: News) async throws -> HTTPResponse.Status {
        let body = try await request.body.collect(upTo: 4096)
        guard request.method == .post, request.head.path == "/numbers-ready" else { return .notFound }
        return try news.take(String(buffer: body)) ? .ok : .serviceUnavailable
    }
}

/// What the product was told, kept in `product.log`: `503` or `200`, then the news, a line each.
private final class News: Sendable {
    private let folder: DemoFolder
    private let told = Mutex(0)

    init(folder: DemoFolder) { self.folder = folder }

    /// False: too busy, tell it again.
    func take(_ news: String) throws -> Bool {
        try told.withLock { told in
            told += 1
            let accepted = told > ProductServer.busyTimes
            let line = (accepted ? "200 " : "503 ") + news.replacing("\n", with: " ") + "\n"
            let file = try AppendedFile(folder.productLog)
            try file.append(Array(line.utf8))
            return accepted
        }
    }
}
