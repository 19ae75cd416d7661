/// One measured figure, beside what was aimed at and what the same run measured of a peer or a physical limit.
struct Figure: Sendable, Codable {
    enum Better: String, Sendable, Codable { case more, less }
    struct Goal: Sendable, Codable {
        var better: Better
        var value: Double
    }
    struct Reference: Sendable, Codable {
        /// What was measured, as "one fdatasync after the other on this disk".
        var what: String
        var value: Double
    }
    var name: String
    var value: Double
    var unit: String
    var goal: Goal?
    var reference: Reference?

    var isMissed: Bool {
        guard let goal else { return false }
        return switch goal.better {
        case .more: value < goal.value
        case .less: value > goal.value
        }
    }
}

extension Figure.Goal {
    static func atLeast(_ value: Double) -> Figure.Goal { Figure.Goal(better: .more, value: value) }
    static func atMost(_ value: Double) -> Figure.Goal { Figure.Goal(better: .less, value: value) }
}

extension [Double] {
    /// The value below which a share of the measurements lies (nearest rank); 0 for none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        let ordered = sorted()
        return ordered[Swift.min(ordered.count - 1, Int((Double(ordered.count) * share).rounded(.down)))]
    }
    var median: Double { quantile(0.5) }
}
