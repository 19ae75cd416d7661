import Foundation

/// Reads small text files, and says precisely what is wrong with one that can't be used.
enum TextFile {
    enum Failure: Error, Hashable {
        case missing
        case tooLong
        /// The line that is not UTF-8, or holds a zero byte.
        case notText(line: Int)
        case unreadable(String)
    }

    static func read(_ path: String, atMost limit: Int) -> Result<String, Failure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return .failure(errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(reason(errno)))
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return .failure(.unreadable(reason(errno))) }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { return .failure(.tooLong) }
        bytes.removeSubrange(count...)
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            return .failure(.notText(line: firstBadLine(bytes)))
        }
        return .success(text)
    }

    private static func firstBadLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return 1 + (lines.firstIndex { $0.contains(0) || String(validating: $0, as: UTF8.self) == nil } ?? 0)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
