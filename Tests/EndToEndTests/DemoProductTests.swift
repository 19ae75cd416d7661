import Flow
import Foundation
import TestSupport
import Testing

@testable import weir

@Suite struct DemoProductTests {
    @Test func `the product is too busy twice, then takes the news`() async throws {
        let directory = TemporaryDirectory()
        let folder = DemoFolder(directory.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ProductServer(folder: folder).run() }
            #expect(try await eventually { (try? folder.text("product.address")) != nil })
            let address = try folder.text("product.address").trimmingCharacters(in: .whitespacesAndNewlines)
            let post = WebhookPost(url: "http://\(address)/numbers-ready", timeout: .seconds(30))
            var statuses: [Int] = []
            for day in ["2026-11-20", "2026-11-20", "2026-11-20", "2026-11-21"] {
                statuses.append(try await post.post(Array(#"{"ready": "\#(day)"}"#.utf8)).status)
            }
            #expect(statuses == [503, 503, 200, 200])
            group.cancelAll()
        }
        #expect(
            try folder.text("product.log") == """
                503 {"ready": "2026-11-20"}
                503 {"ready": "2026-11-20"}
                200 {"ready": "2026-11-20"}
                200 {"ready": "2026-11-21"}

                """)
        #expect((try? folder.text("product.address")) == nil)
    }

    @Test func `an address where nobody listens is named by its host alone`() async throws {
        let post = WebhookPost(url: "http://127.0.0.1:1/services/s3cr3t", timeout: .seconds(30))
        let failure = await #expect(throws: WebhookFailure.self) { try await post.post(Array("{}".utf8)) }
        #expect(failure?.description == "no reply from 127.0.0.1: Couldn't connect to server")
    }

    @Test func `a body without a byte is posted as one`() async throws {
        let directory = TemporaryDirectory()
        let folder = DemoFolder(directory.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ProductServer(folder: folder).run() }
            #expect(try await eventually { (try? folder.text("product.address")) != nil })
            let address = try folder.text("product.address").trimmingCharacters(in: .whitespacesAndNewlines)
            let post = WebhookPost(url: "http://\(address)/elsewhere", timeout: .seconds(30))
            #expect(try await post.post([]).status == 404)
            group.cancelAll()
        }
    }
}
