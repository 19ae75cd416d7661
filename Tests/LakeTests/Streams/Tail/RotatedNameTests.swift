import Testing

@testable import Lake

@Suite struct RotatedNameTests {
    @Test(arguments: [
        ("access.log.1", "access.log"), ("access.log.12.gz", "access.log"), ("access.log-20261125", "access.log"),
        ("access.log-2026-11-25.gz", "access.log"), ("access-20261125.log", "access.log"),
        ("access-20261125.log.gz", "access.log"), ("access_2026-11-25T10:00.log", "access.log"),
        ("access.log.gz", "access.log"), ("access.1", "access"),
    ])
    func `a name that rotation gives belongs to its log`(name: String, original: String) {
        #expect(RotatedName.isRotation(name, of: original))
    }

    @Test(arguments: [
        ("access.log", "access.log"), ("access.log.bak", "access.log"), ("access.log.old.gz", "access.log"),
        ("error.log.1", "access.log"), ("access.log2", "access.log"), ("xaccess.log.1", "access.log"),
        ("access.log.1.zst", "access.log"), ("access.log.", "access.log"),
    ])
    func `other names don't`(name: String, original: String) {
        #expect(!RotatedName.isRotation(name, of: original))
    }
}
