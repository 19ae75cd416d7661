/// Who is about on a day: departments by their size, their liveliness and the day's mood.
struct Crowd {
    private var bounds: [Double] = []

    init(network: SocialNetwork, random: inout SeededRandom) {
        var total = 0.0
        for department in network.departments {
            total += Double(department.users.count) * department.liveliness * (0.7 + 0.6 * random.unit())
            bounds.append(total)
        }
    }

    /// The index of the department that a number of 0 ..< 1 falls on.
    func department(_ fraction: Double) -> Int {
        let sought = fraction * bounds[bounds.count - 1]
        var (low, high) = (0, bounds.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] > sought { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
