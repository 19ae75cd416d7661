import Foundation
import Testing

@testable import DuckDB

@Suite struct TimeTextTests {
    private func read(_ text: String, zone: String = "Asia/Tokyo") throws -> Double? {
        var clock = try #require(ZoneClock(zone))
        return Array(text.utf8).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { TimeText.read($0, buffer.count, &clock) }
        }.map { Double($0) / 1e6 }
    }

    /// 2015-05-17T08:05:32Z
    private static let moment = 1_431_849_932.0

    @Test(arguments: [
        ("2015-05-17T08:05:32Z", 0.0), ("2015-05-17T08:05:32.25Z", 0.25), ("2015-05-17 08:05:32,250 UTC", 0.25),
        ("2015-05-17T17:05:32+09:00", 0), ("2015-05-17T17:05:32+0900", 0), ("2015-05-17T17:05:32.000001+09", 0.000001),
        ("2015-05-17T03:35:32-04:30", 0), ("2015-05-17 17:05:32", 0), ("2015/05/17 17:05:32", 0),
        ("2015-05-17T08:05:32.123456789Z", 0.123456), ("2015-05-17T08:05Z", -32),
        ("17/May/2015:08:05:32 +0000", 0), ("17/May/2015:17:05:32 +0900", 0),
        ("Sun, 17 May 2015 08:05:32 +0000", 0), ("Sun, 17 May 2015 08:05:32 GMT", 0), ("17 May 2015 17:05:32 +0900", 0),
        ("1431849932", 0), ("1431849932.5", 0.5), ("1431849932000", 0), ("1431849932000000", 0),
        ("1431849932000000000", 0), ("1.431849932e9", 0), ("2015-05-17", -61532),
    ])
    func `a time is read in every form that logs have`(text: String, off: Double) throws {
        #expect(try read(text) == Self.moment + off)
    }

    @Test(arguments: [
        "", "x", "not-a-time", "2015-13-01T00:00:00Z", "2015-02-29T00:00:00Z", "2015-05-17T24:00:00Z",
        "2015-05-17T08:05:32+", "2015-05-17T08:05:32+09:0", "2015-05-17T08:05:32 Mars", "2015-05-17T08:05:32Zz",
        "17/Mai/2015:08:05:32 +0000", "2015-05-17T08:05:32.Z", "2015-05/17", "99999999999999999999999999", "nan",
        "Infinity", "2015-05-17T",
    ])
    func `what is no time is none`(text: String) throws { #expect(try read(text) == nil) }

    @Test func `a leap day exists in leap years alone`() throws {
        #expect(try read("2016-02-29T00:00:00Z") != nil)
        #expect(try read("2000-02-29T00:00:00Z") != nil)
        #expect(try read("1900-02-29T00:00:00Z") == nil)
    }

    @Test(arguments: [
        "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Berlin", "UTC",
    ])
    func `a local time is read back, and falls into its day, around every change of clocks`(identifier: String) throws {
        var clock = try #require(ZoneClock(identifier))
        let zone = try #require(TimeZone(identifier: identifier))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        // 2026, every 17 minutes.
        for second in stride(from: 1_767_225_600, to: 1_798_761_600, by: 1020) {
            let date = Date(timeIntervalSince1970: Double(second))
            #expect(clock.offset(at: second) == zone.secondsFromGMT(for: date))
            let local = second + clock.offset(at: second)
            let back = clock.moment(ofLocal: local)
            #expect(back + clock.offset(at: back) == local, "\(second)")
            #expect(clock.partition(of: second, hourly: false) == local / 86400)
        }
    }

    @Test func `the day of a record is that of the zone, also before 1970`() throws {
        let scanned = try ScannedText(
            "{\"t\":\"2026-11-20T15:00:00Z\"}\n{\"t\":\"2026-11-20T14:59:59Z\"}\n{\"t\":-1}\n", time: "t",
            zone: "Asia/Tokyo")
        #expect(scanned.partitions == [0, 20777, 20778])
        let hours = try ScannedText("{\"t\":-1}\n{\"t\":7200}\n", time: "t", hourly: true)
        #expect(hours.partitions == [-1, 2])
    }
}
