import CDuckDB

/// What DuckDB measured of the last statement on a connection.
struct Profile {
    private let profile: UnsafeMutablePointer<wd_profile>?

    init(_ connection: UnsafeMutablePointer<wd_connection>?) { profile = wd_get_profiling_info(connection) }

    /// 0 when nothing was profiled.
    var bytesRead: Int64 { metric("TOTAL_BYTES_READ").flatMap { Int64($0) } ?? 0 }

    private func metric(_ name: String) -> String? {
        guard profile != nil else { return nil }
        var metrics = wd_profiling_info_get_metrics(profile)
        defer { wd_destroy_value(&metrics) }
        for index in 0..<wd_get_map_size(metrics) where text(wd_get_map_key(metrics, index)) == name {
            return text(wd_get_map_value(metrics, index))
        }
        return nil
    }

    private func text(_ owned: UnsafeMutablePointer<wd_value>?) -> String? {
        var value = owned
        defer { wd_destroy_value(&value) }
        guard let characters = wd_get_varchar(value) else { return nil }
        defer { wd_free(characters) }
        return String(cString: characters)
    }
}
