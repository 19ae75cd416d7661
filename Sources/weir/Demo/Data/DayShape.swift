/// When in a day requests come: office hours with a lunch break, or a slow weekend.
struct DayShape {
    /// Where each hour begins, of all requests of the day.
    private var starts: [Double]

    init(weekend: Bool) {
        let weights: [Double] =
            weekend
            ? [2, 1, 1, 1, 1, 2, 3, 5, 7, 9, 9, 9, 10, 9, 8, 8, 8, 9, 10, 11, 12, 11, 8, 4]
            : [1, 1, 1, 1, 1, 2, 5, 12, 30, 42, 40, 36, 48, 38, 36, 36, 34, 32, 22, 12, 9, 8, 5, 2]
        let total = weights.reduce(0, +)
        starts = [0]
        for weight in weights { starts.append(starts[starts.count - 1] + weight / total) }
    }

    /// The moment of the day (0 ..< 1) by which a share of the day's requests have come.
    func moment(_ fraction: Double) -> Double {
        var hour = 0
        while hour < 23 && starts[hour + 1] <= fraction { hour += 1 }
        let within = (fraction - starts[hour]) / (starts[hour + 1] - starts[hour])
        return min((Double(hour) + within) / 24, 0.999_999)
    }
}
