import Foundation
import Lake

/// The files that `weir init` writes.
struct StarterProject {
    let name: String

    /// What doesn't belong into version control: state, data, the served database.
    static let ignored = [".weir/", "lake/", "serving.db"]

    /// A project's name from its folder's.
    static func name(for folder: String) -> String {
        let letters = URL(fileURLWithPath: folder).lastPathComponent.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || scalar == "_" || scalar == "-" ? Character(scalar) : "_"
        }
        let name = String(letters.prefix(100))
        return Identifier.isValid(name, hyphens: true) ? name : "project"
    }

    var files: [(name: String, text: String)] {
        [("weir.yaml", yaml), ("sql/daily.sql", sql), ("sample.jsonl", sample)]
    }

    private var yaml: String {
        """
        # The whole workload: what comes in, what is computed from it each day, where the results go.
        # weir validate checks this file; weir plan shows what a change would do.

        name: \(name)
        timezone: UTC               # where a day begins and ends

        lake: ./lake                # Parquet files, by table and day

        # Records come in as JSON lines: POST /streams/events, or weir ingest events FILE.
        streams:
          events:
            into: raw.events
            format: json
            time: ts                # a record belongs to the day of its own time
            dedupe: id              # a record that is sent twice is stored once

        # Keeps the catalog, and tells workflows which days have changed.
        crawlers:
          lake:
            paths: [ raw ]
            on: [ delivery ]

        # One run for each day whose records have changed.
        workflows:
          daily:
            on: { event: crawl.succeeded, table: raw.events }
            each: dt                # the day is $dt in SQL
            settle: 5s              # wait until its records have been quiet for so long
            steps:
              daily:
                query: sql/daily.sql
                into: mart.daily    # the day's partition is replaced as a whole
                check: [ { not-null: [ users ] } ]
              serve:
                needs: [ daily ]
                load: mart.daily
                to: "sqlite:serving.db"
                table: daily
                retry: [ { errors: [ Load.Unreachable ], interval: 2s, attempts: 3 } ]

        """
    }

    private var sql: String {
        """
        -- The table is the window that the workflow reads: here, the day $dt.
        SELECT
            $dt AS dt,
            action,
            count(*) AS events,
            count(DISTINCT user_id) AS users
        FROM raw.events
        GROUP BY action
        ORDER BY action

        """
    }

    private var sample: String {
        """
        {"id":"a1","ts":"2026-11-20T08:15:00Z","user_id":1,"action":"view"}
        {"id":"a2","ts":"2026-11-20T08:16:30Z","user_id":2,"action":"view"}
        {"id":"a3","ts":"2026-11-20T09:01:12Z","user_id":1,"action":"post"}
        {"id":"a4","ts":"2026-11-21T07:45:00Z","user_id":3,"action":"view"}
        {"id":"a5","ts":"2026-11-21T07:45:09Z","user_id":1,"action":"view"}
        {"id":"a5","ts":"2026-11-21T07:45:09Z","user_id":1,"action":"view"}
        {"id":"a6","ts":"2026-11-21T11:20:41Z","user_id":2,"action":"react"}

        """
    }
}
