import CPlatform
import Foundation
import Store
import TestSupport

/// Compares a lake on disk with its manifest, with no engine running.
struct LakeAudit {
    let lake: String
    let store: Store

    init(_ project: TemporaryDirectory, lake: String = "lake") throws {
        self.lake = project(lake)
        store = try Store.openForReading(project(".weir/weir.db"))
    }

    /// Every difference, in words; empty when disk and manifest agree.
    func differences() async throws -> [String] {
        try await objectDifferences() + treeDifferences() + stageLeftovers()
    }

    /// Objects without a row and rows without an object.
    private func objectDifferences() async throws -> [String] {
        let known = Set(
            try await store.read { try $0.rows("SELECT path FROM objects WHERE state <> 'missing'") }
                .map { $0.text("path") })
        let present = Set(files(under: ".objects"))
        return present.subtracting(known).map { "leaked object \($0)" }
            + known.subtracting(present).map { "missing object \($0)" }
    }

    /// Public directories that do not show exactly the objects of the partition's current version.
    private func treeDifferences() async throws -> [String] {
        let rows = try await store.read {
            try $0.rows(
                """
                SELECT p.table_name, p.partition, o.path FROM partitions p
                JOIN version_objects v ON v.table_name = p.table_name AND v.partition = p.partition
                    AND v.version = p.version
                JOIN objects o ON o.id = v.object_id
                """)
        }
        var expected: [String: Set<String>] = [:]
        for row in rows {
            let table = row.text("table_name").replacingOccurrences(of: ".", with: "/")
            let partition = row.text("partition")
            let directory = partition.isEmpty ? table : table + "/" + partition
            expected[directory, default: []].insert(identity(row.text("path")))
        }
        var shown: [String: Set<String>] = [:]
        for file in files(under: "") where !file.hasPrefix(".") {
            shown[(file as NSString).deletingLastPathComponent, default: []].insert(identity(file))
        }
        return Set(expected.keys).union(shown.keys).sorted().filter { expected[$0] != shown[$0] }.map {
            "\($0) shows \(shown[$0]?.count ?? 0) files, the manifest has \(expected[$0]?.count ?? 0)"
        }
    }

    private func stageLeftovers() -> [String] { files(under: ".stage").map { "leftover \($0)" } }

    /// A file by device and inode, whatever link leads to it.
    private func identity(_ path: String) -> String {
        var status = weir_file_status()
        guard weir_stat(lake + "/" + path, &status) == 0 else { return "broken link \(path)" }
        return "\(status.device):\(status.inode)"
    }

    /// Files (not directories) below a folder of the lake, relative to the lake.
    private func files(under folder: String) -> [String] {
        let root = folder.isEmpty ? lake : lake + "/" + folder
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        var found: [String] = []
        for case let name as String in walk {
            if folder.isEmpty, name.hasPrefix(".") {
                walk.skipDescendants()
                continue
            }
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: root + "/" + name, isDirectory: &isDirectory)
            if !exists || !isDirectory.boolValue { found.append(folder.isEmpty ? name : folder + "/" + name) }
        }
        return found
    }
}
