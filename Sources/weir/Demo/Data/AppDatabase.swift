import Foundation
import Lake

/// The product's own database, from which Weir extracts: companies, departments, users, posts and reactions.
enum AppDatabase {
    /// Creates the file. Throws `DemoError.database`.
    static func create(at path: String, network: SocialNetwork, traffic: Traffic) throws {
        let database = try SQLiteFile(path, .create)
        // A crash while this file is made leaves nothing worth keeping: `weir demo --fresh` makes it anew.
        try database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        try database.execute(schema)
        try database.insert("INSERT INTO companies VALUES (?, ?, ?)", network.companies) {
            [.integer($0.id), .text($0.name), .text($0.plan)]
        }
        try database.insert("INSERT INTO departments VALUES (?, ?, ?, ?)", network.departments) {
            [.integer($0.id), .integer($0.company), .text($0.name), .integer($0.headcount)]
        }
        try database.insert("INSERT INTO users VALUES (?, ?, ?, ?, ?)", network.users) {
            [.integer($0.id), .integer($0.company), .integer($0.department), .text($0.name), .text($0.role)]
        }
        try database.insert("INSERT INTO posts VALUES (?, ?, ?, ?)", traffic.posts) {
            [.integer($0.id), .integer($0.author), .text(bodies[$0.id % bodies.count]), .integer($0.time)]
        }
        try database.insert("INSERT INTO reactions VALUES (?, ?, ?, ?)", traffic.reactions) {
            [.integer($0.post), .integer($0.user), .text(kinds[($0.post + $0.user) % kinds.count]), .integer($0.time)]
        }
    }

    /// A department whose headcount was wrong, and the statement that corrected it.
    struct Mended: Equatable {
        var id: Int
        var name: String
        var headcount: Int
        var people: Int
        var statement: String
    }

    /// The department whose headcount can't be; nil: all are well.
    static func badDepartment(in path: String) throws -> Mended? {
        let rows = try SQLiteFile(path, .read).rows(
            """
            SELECT id, name, headcount, (SELECT count(*) FROM users WHERE department_id = departments.id)
            FROM departments WHERE headcount <= 0 ORDER BY id LIMIT 1
            """)
        guard let row = rows.first, case .integer(let id) = row[0], case .integer(let headcount) = row[2],
            case .integer(let people) = row[3]
        else { return nil }
        return Mended(
            id: id, name: row[1].description, headcount: headcount, people: people,
            statement: "UPDATE departments SET headcount = \(people) WHERE id = \(id)")
    }

    /// Enters its true headcount. Returns what was done; nil: there was nothing to do.
    static func mend(in path: String) throws -> Mended? {
        guard let bad = try badDepartment(in: path) else { return nil }
        try SQLiteFile(path, .write).execute(bad.statement)
        return bad
    }

    private static let schema = """
        CREATE TABLE companies (id INTEGER PRIMARY KEY, name TEXT NOT NULL, plan TEXT NOT NULL);
        CREATE TABLE departments (
            id INTEGER PRIMARY KEY, company_id INTEGER NOT NULL REFERENCES companies, name TEXT NOT NULL,
            headcount INTEGER NOT NULL);
        CREATE TABLE users (
            id INTEGER PRIMARY KEY, company_id INTEGER NOT NULL REFERENCES companies,
            department_id INTEGER NOT NULL REFERENCES departments, name TEXT NOT NULL, role TEXT NOT NULL);
        -- Times are milliseconds since 1970.
        CREATE TABLE posts (
            id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, body TEXT NOT NULL,
            created_at INTEGER NOT NULL);
        CREATE TABLE reactions (
            post_id INTEGER NOT NULL REFERENCES posts, user_id INTEGER NOT NULL REFERENCES users, kind TEXT NOT NULL,
            created_at INTEGER NOT NULL);
        """
    private static let bodies = [
        "Good morning! おはようございます", "Minutes of the weekly meeting", "Thank you for your help yesterday",
        "新しいオフィスの写真です 📷", "A question about the new expense form", "We won the order!", "Lost: one blue umbrella",
        "Safety week begins on Monday",
    ]
    private static let kinds = ["like", "clap", "heart", "smile"]
}
