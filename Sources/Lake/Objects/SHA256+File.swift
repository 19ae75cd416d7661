internal import CCrypto
import Foundation

extension SHA256 {
    /// The digest of a file's bytes, read a mebibyte at a time. Throws `LakeError`.
    static func hex(ofFile path: String) throws -> String {
        try Disk.withDescriptor(path, O_RDONLY) { try hex(ofFile: $0, path: path) }
    }

    static func hex(ofFile descriptor: Int32, path: String) throws -> String {
        guard let context = EVP_MD_CTX_new() else { throw Disk.failure("read", path, ENOMEM) }
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Disk.failure("read", path, errno) }
            if count == 0 { break }
            EVP_DigestUpdate(context, buffer, count)
            offset += off_t(count)
        }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
