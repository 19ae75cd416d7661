import Foundation
import Lake
import TestSupport
import Testing

@testable import weir

@Suite struct DemoDataTests {
    private let plan = DemoPlan(
        seed: 7, days: 9, records: 20_000, now: Date(timeIntervalSince1970: 1_795_600_000))

    private func made(_ plan: DemoPlan) throws -> (TemporaryDirectory, DemoFolder) {
        let directory = TemporaryDirectory()
        let folder = DemoFolder(directory.path)
        try folder.write(plan)
        _ = try Generator.make(plan, in: folder)
        return (directory, folder)
    }

    private func logs(_ folder: DemoFolder, _ plan: DemoPlan) throws -> [Data] {
        try (folder.pastLogs(plan) + [folder.liveLog(plan)]).map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    }

    private func requests(_ log: Data) -> [SeenRequest?] {
        [UInt8](log).split(separator: 10).map { line in
            Array(line).withUnsafeBufferPointer { AccessLogReader.request(in: $0, $0.indices) }
        }
    }

    @Test func `the same plan gives the same bytes, another seed gives others`() throws {
        let (first, firstFolder) = try made(plan)
        let (second, secondFolder) = try made(plan)
        var other = plan
        other.seed = 8
        let (third, thirdFolder) = try made(other)
        try withExtendedLifetime((first, second, third)) {
            #expect(try logs(firstFolder, plan) == logs(secondFolder, plan))
            #expect(try logs(firstFolder, plan) != logs(thirdFolder, plan))
            for table in ["companies", "departments", "users", "posts", "reactions"] {
                let sql = "SELECT * FROM \(table)"
                let rows = try SQLiteFile(firstFolder.appDatabase, .read).rows(sql)
                #expect(!rows.isEmpty)
                #expect(rows == (try SQLiteFile(secondFolder.appDatabase, .read).rows(sql)))
            }
        }
    }

    @Test func `logs hold the lines of the plan, with late, resent and malformed ones`() throws {
        let (directory, folder) = try made(plan)
        try withExtendedLifetime(directory) {
            let days = try logs(folder, plan).map(requests)
            #expect(days.map(\.count) == plan.linesByDay)
            #expect(days.map(\.count).reduce(0, +) == 20_000)
            let late = zip(plan.firstDay..., days).map { day, lines in
                lines.count { line in line.map { $0.day < day } ?? false }
            }
            #expect(late[0] == 0)
            #expect(late.reduce(0, +) > 20)
            #expect(
                days.joined().allSatisfy { line in line.map { (plan.firstDay...plan.today).contains($0.day) } ?? true })
            try folder.write(sentOfToday: 1_000_000_000)
            let counts = try ExpectedNumbers(folder, plan: plan).counts
            #expect(counts.lines == 20_000)
            #expect(counts.malformed > 5)
            #expect(counts.resent > 20)
            #expect(counts.good == Set(days.joined().compactMap { $0?.request }).count)
        }
    }

    @Test(arguments: AccessLine.Damage.allCases)
    func `a damaged line is malformed, and the same line whole is good`(_ damage: AccessLine.Damage) {
        let line = AccessLine(
            time: 1_795_600_000_123, request: 0x0123_4567_89ab_cdef, company: 3, user: 14, action: .comment,
            target: 15, targetUser: 92, status: 201, latency: 65)
        let out = ByteWriter(capacity: 1024)
        line.write(to: out, damage: nil)
        let whole = out.copy(from: 0)
        out.cut(to: 0)
        line.write(to: out, damage: damage)
        #expect(
            requests(Data(whole)) == [
                SeenRequest(
                    day: 20782, request: 0x0123_4567_89ab_cdef, company: 3, user: 14, action: .comment, targetUser: 92,
                    status: 201)
            ])
        #expect(requests(Data(out.copy(from: 0))) == [nil])
    }

    @Test func `a record belongs to the local day of its time`() {
        func day(_ time: String) -> Int? {
            requests(Data(#"{"ts":"\#(time)","user_id":1}"#.utf8))[0]?.day
        }
        #expect(day("2026-11-20T14:59:59.999Z") == DemoPlan.days("2026-11-20"))
        #expect(day("2026-11-20T15:00:00.000Z") == DemoPlan.days("2026-11-21"))
        #expect(day("2026-13-20T15:00:00.000Z") == nil)
        #expect(day("2026-11-20 15:00:00") == nil)
    }

    @Test func `the badly entered department is seen on its opening day alone`() throws {
        let (directory, folder) = try made(plan)
        try withExtendedLifetime(directory) {
            let bad = try #require(try AppDatabase.badDepartment(in: folder.appDatabase))
            #expect(bad.headcount == -8)
            #expect(bad.people == 8)
            try folder.write(sentOfToday: 1_000_000_000)
            let expected = try ExpectedNumbers(folder, plan: plan)
            let days = expected.userDays.indices.filter { day in
                expected.userDays[day].indices.contains { user in
                    expected.people[user]?.department == bad.id && expected.userDays[day][user].requests > 0
                }
            }
            #expect(days.map { $0 + plan.firstDay } == [plan.openingDay])
            #expect(plan.openingDay < plan.today)
        }
    }

    @Test func `the project is valid, before and after its KPI is added`() throws {
        let directory = TemporaryDirectory()
        let folder = DemoFolder(directory.path)
        try DemoProject.write(to: folder)
        let project = try ProjectParser.load(folder.path, environment: [:])
        #expect(project.workflows.map(\.name) == ["engagement_daily"])
        #expect(project.timeZone == DemoPlan.timeZone)
        #expect(try DemoProject.addKPI(to: folder))
        #expect(try !DemoProject.addKPI(to: folder))
        #expect(
            try ProjectParser.load(folder.path, environment: [:]).workflows.map(\.name)
                == ["engagement_daily", "kpi_daily"])
    }

    @Test func `a difference in a served table is named, a match is silent`() throws {
        let directory = TemporaryDirectory()
        let database = try SQLiteFile(directory("served.db"), .create)
        try database.execute(
            """
            CREATE TABLE scores (dt TEXT, company_id INTEGER, score DOUBLE);
            INSERT INTO scores VALUES ('2026-11-20', 1, 50), ('2026-11-20', 2, 51.5), ('2026-11-21', 9, 1)
            """)
        func differences(_ rows: [[Cell]]) throws -> [String] {
            try ServedTable(name: "scores", keys: ["dt", "company_id"], values: ["score"], rows: rows)
                .differences(in: database, limit: 5)
        }
        let (first, second): (Cell, Cell) = (.text("2026-11-20"), .text("2026-11-21"))
        #expect(
            try differences([
                [first, .integer(1), .real(50)], [first, .integer(2), .real(51.5)], [second, .integer(9), .real(1)],
            ]).isEmpty)
        #expect(
            try differences([
                [first, .integer(1), .real(50)], [first, .integer(2), .real(51)], [second, .integer(3), .real(1)],
            ]) == [
                "scores 2026-11-20 company_id 2: score is 51.5, should be 51.0",
                "scores 2026-11-21 company_id 3: is missing",
                "scores 2026-11-21 company_id 9: is served twice or should not be there",
            ])
    }
}

extension DemoPlan {
    fileprivate static func days(_ text: String) -> Int? { Interval(text)?.day }
}
