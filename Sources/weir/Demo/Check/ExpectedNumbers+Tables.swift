import Lake

/// Each served table, row by row. The definitions are those of the project's SQL files, in other words.
extension ExpectedNumbers {
    /// The tables that `engagement_daily` serves.
    var engagementTables: [ServedTable] {
        [activeCompanies, activeDepartments, interactions, retention, engagement]
    }

    private func date(_ day: Int) -> Cell { .text(Interval(day: plan.firstDay + day).date) }

    /// The people who were seen on a day.
    private func seen(_ day: Int) -> [Int] {
        userDays[day].indices.filter { userDays[day][$0].requests > 0 && people[$0] != nil }
    }

    private func wasSeen(_ user: Int, in days: ClosedRange<Int>) -> Bool {
        days.contains { userDays.indices.contains($0) && userDays[$0][user].requests > 0 }
    }

    private func company(_ user: Int) -> Int { people[user]?.company ?? 0 }
    private func department(_ user: Int) -> Int { people[user]?.department ?? 0 }

    /// One table from the rows of each day, which come without their date.
    private func table(
        _ name: String, keys: [String], values: [String], day: (Int) -> [[Int]: [Cell]]
    ) -> ServedTable {
        var rows: [[Cell]] = []
        for index in 0..<plan.days {
            for (key, value) in day(index) { rows.append([date(index)] + key.map(Cell.integer) + value) }
        }
        return ServedTable(name: name, keys: ["dt"] + keys, values: values, rows: rows)
    }

    private var activeCompanies: ServedTable {
        table("active_companies", keys: ["company_id"], values: ["daily", "weekly"]) { day in
            var found: [[Int]: (daily: Int, weekly: Int)] = [:]
            for user in people.keys where wasSeen(user, in: (day - 6)...day) {
                found[[company(user)], default: (0, 0)].weekly += 1
                if wasSeen(user, in: day...day) { found[[company(user)]]?.daily += 1 }
            }
            return found.mapValues { [.integer($0.daily), .integer($0.weekly)] }
        }
    }

    private var activeDepartments: ServedTable {
        table(
            "active_departments", keys: ["company_id", "department_id"],
            values: ["daily", "requests", "posts", "comments", "reactions", "thanks"]
        ) { day in
            var found: [[Int]: [Int]] = [:]
            for user in seen(day) {
                let did = userDays[day][user]
                let more = [1, did.requests, did.posts, did.comments, did.reactions, did.thanks].map(Int.init)
                let key = [company(user), department(user)]
                found[key] = zip(found[key] ?? [0, 0, 0, 0, 0, 0], more).map(+)
            }
            return found.mapValues { $0.map(Cell.integer) }
        }
    }

    private var interactions: ServedTable {
        table(
            "interactions", keys: ["company_id", "from_department_id", "to_department_id"],
            values: ["people", "interactions"]
        ) { day in
            var found: [[Int]: (people: Set<Int>, interactions: Int)] = [:]
            for (pair, count) in pairs[day] {
                let key = [company(pair.user), department(pair.user), department(pair.target)]
                found[key, default: ([], 0)].people.insert(pair.user)
                found[key]?.interactions += count
            }
            return found.mapValues { [.integer($0.people.count), .integer($0.interactions)] }
        }
    }

    private var retention: ServedTable {
        table("retention", keys: ["company_id"], values: ["cohort", "retained_day", "retained_week"]) { day in
            var found: [[Int]: [Int]] = [:]
            for user in people.keys where wasSeen(user, in: (day - 7)...(day - 7)) {
                let more = [1, wasSeen(user, in: day...day) ? 1 : 0, wasSeen(user, in: (day - 6)...day) ? 1 : 0]
                found[[company(user)]] = zip(found[[company(user)]] ?? [0, 0, 0], more).map(+)
            }
            return found.mapValues { $0.map(Cell.integer) }
        }
    }

    private var engagement: ServedTable {
        table(
            "engagement", keys: ["company_id", "department_id"],
            values: ["department", "headcount", "active", "contributors", "connected", "score"]
        ) { day in
            let connected = Set(
                pairs[day].keys.filter { department($0.user) != department($0.target) }.map(\.user))
            var found: [[Int]: (active: Int, contributors: Int, connected: Int)] = [:]
            for user in seen(day) {
                let key = [company(user), department(user)]
                found[key, default: (0, 0, 0)].active += 1
                if userDays[day][user].contributions > 0 { found[key]?.contributors += 1 }
                if connected.contains(user) { found[key]?.connected += 1 }
            }
            return Dictionary(
                uniqueKeysWithValues: found.compactMap { key, people -> ([Int], [Cell])? in
                    guard let department = departments[key[1]], department.headcount != 0 else { return nil }
                    let tenths =
                        500 * people.active / department.headcount + 300 * people.contributors / people.active + 200
                        * people.connected / people.active
                    return (
                        key,
                        [
                            .text(department.name), .integer(department.headcount), .integer(people.active),
                            .integer(people.contributors), .integer(people.connected), .real(Double(tenths) / 10),
                        ]
                    )
                })
        }
    }

    /// What `weir demo kpi` adds.
    var recognition: ServedTable {
        table("recognition", keys: ["company_id"], values: ["active", "thankers", "cards"]) { day in
            var found: [[Int]: [Int]] = [:]
            for user in seen(day) {
                let thanks = Int(userDays[day][user].thanks)
                let more = [1, thanks > 0 ? 1 : 0, thanks]
                found[[company(user)]] = zip(found[[company(user)]] ?? [0, 0, 0], more).map(+)
            }
            return found.mapValues { $0.map(Cell.integer) }
        }
    }
}
