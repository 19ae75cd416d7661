import Console

/// Counts with their noun.
enum Figure {
    /// `1 day`, `1,000 days`
    static func several(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(Figures.exact(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }
}

extension Figures {
    static func exact(_ value: Int) -> String { exact(Int64(value)) }
    static func bytes(_ value: Int) -> String { bytes(Int64(value)) }
}
