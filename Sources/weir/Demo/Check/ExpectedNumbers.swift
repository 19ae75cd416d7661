import Foundation
import Glibc
import Lake

/// The numbers that a demo must serve, computed from the logs and the application database alone: a second opinion
/// that shares no code, no SQL and no database engine with the line that it checks.
struct ExpectedNumbers {
    struct Counts: Equatable {
        var lines = 0
        var malformed = 0
        var resent = 0
        var good: Int { lines - malformed - resent }
    }
    struct UserDay {
        var requests: Int32 = 0
        var posts: Int32 = 0
        var comments: Int32 = 0
        var reactions: Int32 = 0
        var thanks: Int32 = 0
        var contributions: Int32 { posts + comments + reactions + thanks }
    }
    struct Pair: Hashable {
        var user: Int
        var target: Int
    }
    struct Person {
        var company: Int
        var department: Int
    }
    struct Department {
        var name: String
        var headcount: Int
    }

    private(set) var counts = Counts()
    let plan: DemoPlan
    private(set) var people: [Int: Person] = [:]
    private(set) var departments: [Int: Department] = [:]
    /// By day, then by user.
    private(set) var userDays: [[UserDay]] = []
    /// By day.
    private(set) var pairs: [[Pair: Int]] = []
    private var userCount = 0
    private var requests: Set<UInt64> = []

    /// Reads everything that a demo has sent by now. Throws `DemoError`.
    init(_ folder: DemoFolder, plan: DemoPlan) throws {
        self.plan = plan
        try readMasters(folder.appDatabase)
        userDays = Array(repeating: Array(repeating: UserDay(), count: userCount + 1), count: plan.days)
        pairs = Array(repeating: [:], count: plan.days)
        requests.reserveCapacity(plan.records)
        for path in folder.pastLogs(plan) { try read(path, limit: nil) }
        try read(folder.liveLog(plan), limit: folder.sentOfToday)
    }

    private mutating func readMasters(_ path: String) throws {
        let database = try SQLiteFile(path, .read)
        for row in try database.rows("SELECT id, company_id, department_id FROM users") {
            guard case .integer(let id) = row[0], case .integer(let company) = row[1],
                case .integer(let department) = row[2]
            else { continue }
            people[id] = Person(company: company, department: department)
            userCount = max(userCount, id)
        }
        for row in try database.rows("SELECT id, name, headcount FROM departments") {
            guard case .integer(let id) = row[0], case .integer(let headcount) = row[2] else { continue }
            departments[id] = Department(name: row[1].description, headcount: headcount)
        }
    }

    private mutating func read(_ path: String, limit: Int?) throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
            throw DemoError.file(path, "read", errno)
        }
        data.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            let end = min(limit ?? bytes.count, bytes.count)
            var start = 0
            while start < end, let first = bytes.baseAddress {
                let newline = memchr(first + start, 10, end - start)
                let stop = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(first) } ?? end
                take(AccessLogReader.request(in: bytes, start..<stop))
                start = stop + 1
            }
        }
    }

    private mutating func take(_ seen: SeenRequest?) {
        counts.lines += 1
        guard let seen else {
            counts.malformed += 1
            return
        }
        guard requests.insert(seen.request).inserted else {
            counts.resent += 1
            return
        }
        let day = seen.day - plan.firstDay
        guard userDays.indices.contains(day), userDays[day].indices.contains(seen.user) else { return }
        userDays[day][seen.user].requests += 1
        guard seen.status < 400 else { return }
        switch seen.action {
        case .post: userDays[day][seen.user].posts += 1
        case .comment: userDays[day][seen.user].comments += 1
        case .reaction: userDays[day][seen.user].reactions += 1
        case .thanks: userDays[day][seen.user].thanks += 1
        case .other: return
        }
        if seen.action != .post && seen.targetUser != 0 && seen.targetUser != seen.user {
            pairs[day][Pair(user: seen.user, target: seen.targetUser), default: 0] += 1
        }
    }
}
