import Flow

/// The steps of a run as a graph, one line a step, in the manner of `git log --graph`: a step that others need leaves
/// a line down to the last of them, and each of them joins it. A line that only passes is crossed, not joined.
struct StepGraph {
    struct Line: Hashable {
        /// What stands before the step's sign.
        var lead: [Piece]
        /// Lines that pass at the right of it.
        var trail: [Piece]
    }
    enum Piece: Hashable { case blank, across, down, branch, last, join, cross }

    let lines: [Line]

    /// `steps` in an order in which each comes after what it needs.
    init(_ steps: [StepSummary]) {
        var remaining: [String: Int] = [:]
        for step in steps { for need in step.needs { remaining[need, default: 0] += 1 } }
        var lanes: [String?] = []
        var lines: [Line] = []
        for step in steps {
            let joined = lanes.indices.filter { index in lanes[index].map(step.needs.contains) ?? false }
            let free = { (index: Int) in index >= lanes.count || lanes[index] == nil }
            var node = joined.last.map { $0 + 1 } ?? 0
            while !free(node) { node += 1 }
            lines.append(Self.line(lanes, joined: joined, node: node, remaining: remaining))
            for need in step.needs { remaining[need]? -= 1 }
            for index in lanes.indices where lanes[index].map({ remaining[$0] == 0 }) ?? false { lanes[index] = nil }
            if (remaining[step.name] ?? 0) > 0 {
                while lanes.count <= node { lanes.append(nil) }
                lanes[node] = step.name
            }
        }
        self.lines = lines
    }

    /// Two columns for each lane: its own and the one between it and the next.
    private static func line(_ lanes: [String?], joined: [Int], node: Int, remaining: [String: Int]) -> Line {
        func continues(_ lane: Int) -> Bool { lanes[lane].map { remaining[$0] ?? 0 > 1 } ?? false }
        let first = joined.first ?? node
        var lead: [Piece] = []
        for lane in 0..<node {
            let inside = lane > first
            if joined.contains(lane) {
                if lane == first {
                    lead.append(continues(lane) ? .branch : .last)
                } else {
                    lead.append(continues(lane) ? .cross : .join)
                }
            } else if lane < lanes.count, lanes[lane] != nil {
                lead.append(.down)
            } else {
                lead.append(inside ? .across : .blank)
            }
            lead.append(lane >= first ? .across : .blank)
        }
        var trail: [Piece] = []
        for lane in max(node + 1, 0)..<max(node + 1, lanes.count) {
            trail.append(.blank)
            trail.append(lanes[lane] == nil ? .blank : .down)
        }
        while trail.last == .blank { trail.removeLast() }
        return Line(lead: lead, trail: trail)
    }

    func text(_ pieces: [Piece], _ signs: Signs) -> String {
        pieces.map { piece in
            switch piece {
            case .blank: " "
            case .across: signs.lines.horizontal
            case .down: signs.lines.vertical
            case .branch: signs.lines.branch
            case .last: signs.lines.last
            case .join: signs.lines.join
            case .cross: signs.lines.cross
            }
        }.joined()
    }
}
