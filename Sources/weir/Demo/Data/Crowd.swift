/// Who is about on a day: departments by their size, their liveliness and the day's mood, and of their people those
/// who are there.
struct Crowd {
    private let network: SocialNetwork
    private var bounds: [Double] = []
    /// By user: whether they are there. On a weekend fewer are.
    private var isThere: [Bool] = []

    init(network: SocialNetwork, weekend: Bool, random: inout SeededRandom) {
        self.network = network
        var total = 0.0
        for department in network.departments {
            let mood = department.liveliness * (0.7 + 0.6 * random.unit())
            total += Double(department.users.count) * mood
            bounds.append(total)
            let chance = (weekend ? 0.3 : 1) * min(0.95, 0.55 + 0.3 * mood)
            for _ in department.users { isThere.append(random.unit() < chance) }
        }
    }

    /// The index of someone who does something. A few people of each department do most of it.
    func someone(_ random: inout SeededRandom) -> Int {
        let people = network.departments[department(random.unit())].users
        var index = people.lowerBound
        for _ in 0..<10 {
            let skew = random.unit()
            index = people.lowerBound + Int(Double(people.count) * skew * skew.squareRoot())
            if isThere[index] { break }
        }
        return index
    }

    /// The index of the department that a number of 0 ..< 1 falls on.
    private func department(_ fraction: Double) -> Int {
        let sought = fraction * bounds[bounds.count - 1]
        var (low, high) = (0, bounds.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] > sought { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
