/// The companies of the demo, their departments and people: who may act in the logs, and what the application
/// database holds.
struct SocialNetwork {
    struct Company {
        let id: Int
        let name: String
        let plan: String
        /// Indices into `departments`.
        var departments: Range<Int>
        /// Indices into `users`.
        var users: Range<Int>
    }
    struct Department {
        let id: Int
        let company: Int
        let name: String
        /// As entered in the application database: the number of its people, but for one mistake.
        var headcount: Int
        let users: Range<Int>
        /// How much its people use the product, against the others'.
        let liveliness: Double
    }
    struct User {
        let id: Int
        let company: Int
        let department: Int
        let name: String
        let role: String
    }

    private(set) var companies: [Company] = []
    private(set) var departments: [Department] = []
    private(set) var users: [User] = []

    /// The department whose headcount was entered with a stray minus sign. It is outside its company's range of
    /// departments: nobody there acts but on its opening day.
    var openingOffice: Department { departments[departments.count - 1] }

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, part: -2)
        for (index, profile) in Self.profiles.enumerated() {
            let firstDepartment = departments.count
            let firstUser = users.count
            let count = max(3, profile.size / 45)
            for number in 0..<count {
                let share = profile.size / count + (number < profile.size % count ? 1 : 0)
                addDepartment(
                    company: index + 1, name: Self.departmentName(number), size: share,
                    liveliness: 0.4 + 1.2 * random.unit(), &random)
            }
            companies.append(
                Company(
                    id: index + 1, name: profile.name, plan: profile.plan,
                    departments: firstDepartment..<departments.count, users: firstUser..<users.count))
        }
        addDepartment(company: 2, name: "Kyoto office", size: 8, liveliness: 0, &random)
        departments[departments.count - 1].headcount = -8
    }

    private mutating func addDepartment(
        company: Int, name: String, size: Int, liveliness: Double, _ random: inout SeededRandom
    ) {
        let id = departments.count + 1
        let first = users.count
        for number in 0..<size {
            users.append(
                User(
                    id: users.count + 1, company: company, department: id,
                    name: random.pick(Self.givenNames) + " " + random.pick(Self.familyNames),
                    role: number == 0 ? "manager" : "member"))
        }
        departments.append(
            Department(
                id: id, company: company, name: name, headcount: size, users: first..<users.count,
                liveliness: liveliness))
    }

    private static func departmentName(_ number: Int) -> String {
        let name = departmentNames[number % departmentNames.count]
        return number < departmentNames.count ? name : "\(name) \(number / departmentNames.count + 1)"
    }

    private static let profiles: [(name: String, size: Int, plan: String)] = [
        ("Aozora Foods", 900, "enterprise"), ("Kumo Logistics", 620, "enterprise"),
        ("Hinode Motors", 480, "enterprise"),
        ("Minato Retail", 360, "standard"), ("Sakura Care", 270, "standard"), ("Yamabiko Media", 200, "standard"),
        ("Tsubame Travel", 150, "standard"), ("Kawasemi Software", 110, "standard"), ("Shiosai Hotels", 80, "trial"),
        ("Komorebi Design", 60, "trial"), ("Hotaru Energy", 40, "trial"), ("Asagiri Farm", 30, "trial"),
    ]
    private static let departmentNames = [
        "Sales", "Engineering", "Support", "People", "Finance", "Design", "Factory", "Shipping", "Stores", "Marketing",
    ]
    private static let givenNames = [
        "Aoi", "Haruto", "Hina", "Kaito", "Mei", "Minato", "Rin", "Ren", "Sakura", "Sota", "Yui", "Yuto", "Akari",
        "Daiki",
        "Emi", "Kenji",
    ]
    private static let familyNames = [
        "Sato", "Suzuki", "Takahashi", "Tanaka", "Ito", "Watanabe", "Yamamoto", "Nakamura", "Kobayashi", "Kato",
        "Yoshida",
        "Yamada", "Sasaki", "Matsumoto", "Inoue", "Kimura",
    ]
}
