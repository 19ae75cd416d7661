import Lake

/// What the people of a social network do over the days of a plan, as lines of access logs: mostly reading, in
/// office hours, with colleagues of their own department, and with the dirt that logs have.
///
/// Of a thousand lines about five come a day or two late (in a later day's log, under their own time), four are sent
/// twice and one is malformed.
struct Traffic {
    /// A post or reaction that a request made: a row of the application database.
    struct Post {
        let id: Int
        let author: Int
        let time: Int
    }
    struct Reaction {
        let post: Int
        let user: Int
        let time: Int
    }

    private struct HeldLine {
        let position: Int
        let bytes: [UInt8]
    }

    let plan: DemoPlan
    let network: SocialNetwork
    /// Of every day but today, which the application database has not seen yet.
    private(set) var posts: [Post] = []
    private(set) var reactions: [Reaction] = []

    private let linesByDay: [Int]
    private var random: SeededRandom
    private var day = 0
    private var lastPost = 0
    private var recentPosts: [RecentPosts]
    /// Lines that wait for a later place in a log: late and resent ones, by day, each sorted by position.
    private var held: [[HeldLine]]

    init(plan: DemoPlan, network: SocialNetwork) {
        self.plan = plan
        self.network = network
        linesByDay = plan.linesByDay
        random = SeededRandom(seed: plan.seed)
        recentPosts = Array(repeating: RecentPosts(), count: network.companies.count)
        held = Array(repeating: [], count: plan.days)
    }

    /// Writes the log of the next day to a file descriptor.
    mutating func writeNextDay(to descriptor: Int32, path: String) throws {
        let out = ByteWriter(capacity: 1 << 20)
        let total = linesByDay[day]
        random = SeededRandom(seed: plan.seed, part: plan.firstDay + day)
        let weekend = DemoPlan.isWeekend(plan.firstDay + day)
        let hours = DayShape(weekend: weekend)
        let crowd = Crowd(network: network, weekend: weekend, random: &random)
        let opening = plan.firstDay + day == plan.openingDay ? openingLines(of: total) : []
        held[day].append(contentsOf: opening)
        held[day].sort { $0.position > $1.position }
        var position = 0
        while position < total {
            if out.room < 4096 { try out.flush(to: descriptor, path: path) }
            if let next = held[day].last, next.position <= position {
                held[day].removeLast()
                out.write(next.bytes)
                position += 1
            } else {
                let fraction = (Double(position) + random.unit()) / Double(total)
                let line = request(at: time(hours.moment(fraction)), by: network.users[crowd.someone(&random)])
                if place(line, at: position, of: total, in: out) { position += 1 }
            }
        }
        try out.flush(to: descriptor, path: path)
        let left = held[day].map { HeldLine(position: 0, bytes: $0.bytes) }
        held[day] = []
        day += 1
        if day < plan.days { held[day].append(contentsOf: left) }
    }

    /// Milliseconds since 1970 of a moment (0 ..< 1) of the day at hand.
    private func time(_ moment: Double) -> Int {
        let length = day == plan.days - 1 ? plan.elapsedToday : DemoPlan.dayMilliseconds
        return (plan.firstDay + day) * DemoPlan.dayMilliseconds - DemoPlan.utcOffsetMilliseconds
            + Int(moment * Double(length))
    }

    /// Writes a new line, whole or not, and perhaps once more later. Returns false when the line comes late and its
    /// place is still free.
    private mutating func place(_ line: AccessLine, at position: Int, of total: Int, in out: ByteWriter) -> Bool {
        let start = out.count
        let chance = random.below(1000)
        line.write(to: out, damage: chance == 0 ? random.pick(AccessLine.Damage.allCases) : nil)
        switch chance {
        case 1..<6 where day < plan.days - 1:
            let later = min(day + (random.oneIn(4) ? 2 : 1), plan.days - 1)
            held[later].append(HeldLine(position: random.below(linesByDay[later]), bytes: out.copy(from: start)))
            out.cut(to: start)
            return false
        case 6..<10: resend(out.copy(from: start), after: position, of: total)
        default: break
        }
        return true
    }

    private mutating func resend(_ bytes: [UInt8], after position: Int, of total: Int) {
        if random.oneIn(8), day < plan.days - 1 {
            held[day + 1].append(HeldLine(position: random.below(linesByDay[day + 1]), bytes: bytes))
            return
        }
        let line = HeldLine(position: position + 1 + random.below(2000), bytes: bytes)
        guard line.position < total else { return }
        let place = held[day].firstIndex { $0.position <= line.position } ?? held[day].count
        held[day].insert(line, at: place)
    }

    private mutating func request(at time: Int, by user: SocialNetwork.User) -> AccessLine {
        var line = AccessLine(
            time: time, request: random.next(), company: user.company, user: user.id,
            action: AccessLine.Action.byThousandth[random.below(1000)], target: 0, targetUser: 0, status: 200,
            latency: 4 + Int(600 * random.unit() * random.unit() * random.unit()))
        line.status = status(of: line.action)
        switch line.action {
        case .login, .search: break
        case .post:
            if line.status < 400 { addPost(by: user, at: time) }
        case .view, .comment, .reaction:
            if let post = recentPosts[user.company - 1].pick(near: user, in: network, &random) {
                line.target = post.id
                if line.action != .view { line.targetUser = post.author }
                if line.action == .reaction && line.status < 400 && day < plan.days - 1 {
                    reactions.append(Reaction(post: post.id, user: user.id, time: time))
                }
            } else {
                line.action = .login
                line.status = 201
            }
        case .thanks, .profile: line.targetUser = colleague(of: user)
        }
        return line
    }

    private mutating func status(of action: AccessLine.Action) -> Int {
        switch random.below(1000) {
        case 0..<962: action.isRead ? 200 : 201
        case 962..<985: action.isRead ? 304 : 201
        case 985..<996: 404
        default: 500
        }
    }

    private mutating func addPost(by user: SocialNetwork.User, at time: Int) {
        lastPost += 1
        recentPosts[user.company - 1].add(RecentPosts.Post(id: lastPost, author: user.id))
        if day < plan.days - 1 { posts.append(Post(id: lastPost, author: user.id, time: time)) }
    }

    private mutating func colleague(of user: SocialNetwork.User) -> Int {
        let department = network.departments[user.department - 1].users
        let pool = random.below(10) < 7 ? department : network.companies[user.company - 1].users
        let other = pool.lowerBound + random.below(pool.count) + 1
        return other == user.id ? neighbour(of: other - 1, in: pool) : other
    }

    /// The id of the person after an index.
    private func neighbour(of index: Int, in pool: Range<Int>) -> Int {
        pool.lowerBound + (index + 1 - pool.lowerBound) % pool.count + 1
    }

    /// The opening day of the new office: each of its people looks around, thanks a colleague and goes.
    private mutating func openingLines(of total: Int) -> [HeldLine] {
        let out = ByteWriter(capacity: 4096)
        let office = network.openingOffice
        let hours = DayShape(weekend: false)
        return office.users.flatMap { index in
            [AccessLine.Action.login, .profile, .thanks].enumerated().map { number, action in
                let fraction = 0.3 + 0.4 * random.unit()
                out.cut(to: 0)
                AccessLine(
                    time: time(hours.moment(fraction)), request: random.next(), company: office.company,
                    user: index + 1, action: action, target: 0,
                    targetUser: number == 0 ? 0 : neighbour(of: index, in: office.users),
                    status: action.isRead ? 200 : 201, latency: 20
                ).write(to: out, damage: nil)
                return HeldLine(position: Int(fraction * Double(total)), bytes: out.copy(from: 0))
            }
        }
    }
}
