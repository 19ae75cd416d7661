import Foundation

/// The project that a demo consists of, as the files of `Demo/Project/`.
enum DemoProject {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("weir.yaml", PackageResources.weir_yaml),
        ("notify.sh", PackageResources.notify_sh),
        ("sql/user_day.sql", PackageResources.user_day_sql),
        ("sql/pair_day.sql", PackageResources.pair_day_sql),
        ("sql/active_companies.sql", PackageResources.active_companies_sql),
        ("sql/active_departments.sql", PackageResources.active_departments_sql),
        ("sql/interactions.sql", PackageResources.interactions_sql),
        ("sql/retention.sql", PackageResources.retention_sql),
        ("sql/engagement.sql", PackageResources.engagement_sql),
    ]

    static func write(to folder: DemoFolder) throws {
        for file in files { try folder.write(Data(file.bytes), to: file.name) }
    }

    /// The lines that `addKPI` adds to `weir.yaml`.
    static var kpiWorkflow: String { String(decoding: PackageResources.kpi_workflow_yaml, as: UTF8.self) }

    /// Adds the workflow `kpi_daily` and its SQL. Returns false when it is there already.
    static func addKPI(to folder: DemoFolder) throws -> Bool {
        guard !folder.hasKPI else { return false }
        try folder.write(Data(PackageResources.recognition_sql), to: "sql/recognition.sql")
        try folder.write(Data((try folder.text("weir.yaml") + kpiWorkflow).utf8), to: "weir.yaml")
        return true
    }
}
