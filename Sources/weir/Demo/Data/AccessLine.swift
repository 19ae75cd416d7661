import Lake

/// One request to the product, and how it looks in the access log.
struct AccessLine {
    enum Action: Int, CaseIterable {
        case view, login, post, comment, reaction, thanks, profile, search

        /// How many of a thousand requests are of this kind.
        static let shares: [(Action, Int)] = [
            (.view, 520), (.login, 55), (.post, 55), (.comment, 80), (.reaction, 180), (.thanks, 35), (.profile, 40),
            (.search, 35),
        ]
        /// The kind that each number of 0 ..< 1,000 stands for.
        static let byThousandth: [Action] = shares.flatMap { action, share in Array(repeating: action, count: share) }

        var isRead: Bool {
            switch self {
            case .view, .profile, .search: true
            case .login, .post, .comment, .reaction, .thanks: false
            }
        }
        var name: StaticString {
            switch self {
            case .view: "view"
            case .login: "login"
            case .post: "post"
            case .comment: "comment"
            case .reaction: "reaction"
            case .thanks: "thanks"
            case .profile: "profile_view"
            case .search: "search"
            }
        }
    }

    /// What may be wrong with a line: each kind must be rejected, and for its own reason.
    enum Damage: Int, CaseIterable {
        case truncated, stackTrace, wrongType, badTime
    }

    /// Milliseconds since 1970.
    var time: Int
    var request: UInt64
    var company: Int
    var user: Int
    var action: Action
    /// A post; 0: none.
    var target: Int
    /// A person; 0: none.
    var targetUser: Int
    var status: Int
    var latency: Int

    /// Writes the line with its newline.
    func write(to out: ByteWriter, damage: Damage?) {
        let start = out.count
        if damage == .stackTrace {
            out.write("java.lang.NullPointerException at jp.hiroba.Feed.render(Feed.java:")
            out.write(request & 511 == 0 ? 1 : Int(request & 511))
            out.write(")\n")
            return
        }
        out.write("{\"ts\":\"")
        if damage == .badTime { out.write("not-a-time") } else { writeTime(to: out) }
        out.write("\",\"request_id\":\"")
        out.write(hexadecimal: request)
        out.write("\",\"company_id\":")
        if damage == .wrongType { out.write("\"acme\"") } else { out.write(company) }
        out.write(",\"user_id\":")
        out.write(user)
        out.write(",\"action\":\"")
        out.write(action.name)
        out.write("\",\"method\":\"")
        out.write(action.isRead ? "GET" : "POST")
        out.write("\",\"path\":\"")
        writePath(to: out)
        out.write("\",\"target_id\":")
        if target == 0 { out.write("null") } else { out.write(target) }
        out.write(",\"target_user_id\":")
        if targetUser == 0 { out.write("null") } else { out.write(targetUser) }
        out.write(",\"status\":")
        out.write(status)
        out.write(",\"latency_ms\":")
        out.write(latency)
        out.write(",\"ua\":\"")
        out.write(userAgent)
        out.write("\"}\n")
        if damage == .truncated {
            out.cut(to: start + 20 + Int(request % UInt64(out.count - start - 40)))
            out.write("\n")
        }
    }

    /// `2026-11-21T03:04:05.123Z`.
    private func writeTime(to out: ByteWriter) {
        let date = CivilDate(days: time / DemoPlan.dayMilliseconds)
        let milliseconds = time % DemoPlan.dayMilliseconds
        out.write(date.year, digits: 4)
        out.write("-")
        out.write(date.month, digits: 2)
        out.write("-")
        out.write(date.day, digits: 2)
        out.write("T")
        out.write(milliseconds / 3_600_000, digits: 2)
        out.write(":")
        out.write(milliseconds / 60_000 % 60, digits: 2)
        out.write(":")
        out.write(milliseconds / 1000 % 60, digits: 2)
        out.write(".")
        out.write(milliseconds % 1000, digits: 3)
        out.write("Z")
    }

    private func writePath(to out: ByteWriter) {
        switch action {
        case .login: out.write("/api/v2/session")
        case .post: out.write("/api/v2/posts")
        case .thanks: out.write("/api/v2/thanks_cards")
        case .search:
            out.write("/api/v2/search?q=%E5%BA%83%E5%A0%B4")
            out.write(latency)
        case .profile:
            out.write("/api/v2/users/")
            out.write(targetUser)
        case .view, .comment, .reaction:
            out.write("/api/v2/posts/")
            out.write(target)
            if action == .comment { out.write("/comments") }
            if action == .reaction { out.write("/reactions") }
        }
    }

    private var userAgent: StaticString {
        switch user % 5 {
        case 0, 1: "Hiroba/8.4.1 (iPhone; iOS 17.5)"
        case 2: "Hiroba/8.4.0 (Linux; Android 14; Pixel 8)"
        case 3: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0"
        default: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1"
        }
    }
}
