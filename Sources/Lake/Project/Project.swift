/// A project: the whole of `weir.yaml`, parsed and checked. Every name in it resolves, every step's needs exist and
/// form no cycle, every SQL file is there; nothing after the parser checks again.
package struct Project: Sendable, Hashable {
    package var name: String
    /// The folder that holds `weir.yaml`, absolute.
    package var directory: String
    /// An IANA zone; its days are the partitions' days.
    package var timeZone: String
    /// The lake's root folder, absolute.
    package var lakeRoot: String
    package var engine: EngineSettings
    package var streams: [StreamDefinition]
    package var extracts: [ExtractDefinition]
    package var crawlers: [CrawlerDefinition]
    package var workflows: [WorkflowDefinition]
    package var backfill: BackfillSettings
    package var alerts: [AlertChannel]
    /// The text of `weir.yaml` and the SHA-256 of it with every SQL file.
    package var text: String
    package var hash: String

    package init(
        name: String, directory: String, timeZone: String, lakeRoot: String, engine: EngineSettings,
        streams: [StreamDefinition], extracts: [ExtractDefinition], crawlers: [CrawlerDefinition],
        workflows: [WorkflowDefinition], backfill: BackfillSettings, alerts: [AlertChannel], text: String, hash: String
    ) {
        self.name = name
        self.directory = directory
        self.timeZone = timeZone
        self.lakeRoot = lakeRoot
        self.engine = engine
        self.streams = streams
        self.extracts = extracts
        self.crawlers = crawlers
        self.workflows = workflows
        self.backfill = backfill
        self.alerts = alerts
        self.text = text
        self.hash = hash
    }

    package func workflow(_ name: String) -> WorkflowDefinition? { workflows.first { $0.name == name } }
    package func stream(_ name: String) -> StreamDefinition? { streams.first { $0.name == name } }

    /// `.weir/`, which holds the store, the buffers, logs and the socket.
    package var stateDirectory: String { directory + "/.weir" }
    package var storePath: String { stateDirectory + "/weir.db" }
}

package struct EngineSettings: Sendable, Hashable {
    /// Statements at once.
    package var slots: Int
    /// Bytes of memory for each slot; nil: 60 % of RAM / slots.
    package var memory: Int64?
    /// Bytes that one statement may scan.
    package var scanLimit: Int64?
    /// Where HTTP listens; port 0 lets the system choose.
    package var host: String
    package var port: Int

    package init(slots: Int, memory: Int64?, scanLimit: Int64?, host: String, port: Int) {
        self.slots = slots
        self.memory = memory
        self.scanLimit = scanLimit
        self.host = host
        self.port = port
    }
}

/// How a table is cut into partitions by time.
package enum Granularity: String, Sendable, Hashable, Codable {
    case day = "dt"
    case hour = "dt/hour"
}

package struct StreamDefinition: Sendable, Hashable {
    package var name: String
    package var into: TableName
    package var format: RecordFormat
    /// The field with the record's own time; nil: its arrival decides. For `combined` it is always the log's time.
    package var time: String?
    package var partition: Granularity
    /// Deliver when this many bytes are waiting, or the oldest has waited this long.
    package var bufferSize: Int64
    package var bufferInterval: Duration
    /// The field that tells resent records.
    package var dedupe: String?
    package var http: Bool
    package var tail: TailSettings?

    package init(
        name: String, into: TableName, format: RecordFormat, time: String?, partition: Granularity, bufferSize: Int64,
        bufferInterval: Duration, dedupe: String?, http: Bool, tail: TailSettings? = nil
    ) {
        self.name = name
        self.into = into
        self.format = format
        self.time = time
        self.partition = partition
        self.bufferSize = bufferSize
        self.bufferInterval = bufferInterval
        self.dedupe = dedupe
        self.http = http
        self.tail = tail
    }
}

/// Files that are read as they grow.
package struct TailSettings: Sendable, Hashable {
    package enum Start: String, Sendable, Hashable, CaseIterable { case beginning, end }

    /// Absolute paths, in whose parts `*`, `?` and `[…]` stand for what they do in a shell.
    package var patterns: [String]
    /// Where files begin that are there when their pattern is first looked at; later ones are read whole.
    package var start: Start

    package init(patterns: [String], start: Start = .beginning) {
        self.patterns = patterns
        self.start = start
    }
}

package struct ExtractDefinition: Sendable, Hashable {
    package var name: String
    package var from: DatabaseAddress
    /// The schema in the lake: table `companies` becomes `raw.companies`.
    package var into: String
    package var tables: [String]

    package init(name: String, from: DatabaseAddress, into: String, tables: [String]) {
        self.name = name
        self.from = from
        self.into = into
        self.tables = tables
    }
}

/// Where a database is. Its description never shows a password.
package struct DatabaseAddress: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable { case sqlite, postgres, mysql }
    package var kind: Kind
    /// A file's absolute path (sqlite) or the whole address with its secret.
    package var location: String

    package init(kind: Kind, location: String) {
        self.kind = kind
        self.location = location
    }
    package var description: String {
        switch kind {
        case .sqlite: "sqlite:\(location)"
        case .postgres, .mysql: "\(kind.rawValue)://…"
        }
    }
}

package struct CrawlerDefinition: Sendable, Hashable {
    package enum Trigger: String, Sendable, Hashable { case delivery, extract }
    package var name: String
    /// Schemas or tables that it looks after: `raw`, `raw.access_log`.
    package var paths: [String]
    package var on: Set<Trigger>

    package init(name: String, paths: [String], on: Set<Trigger>) {
        self.name = name
        self.paths = paths
        self.on = on
    }
    package func covers(_ table: TableName) -> Bool {
        paths.contains { $0 == table.description || $0 == table.schema }
    }
}

package struct BackfillSettings: Sendable, Hashable {
    package var parallel: Int
    package var attempts: Int

    package init(parallel: Int, attempts: Int) {
        self.parallel = parallel
        self.attempts = attempts
    }
}

package struct AlertChannel: Sendable, Hashable {
    package var name: String
    package var on: [String]
    package var run: [String]

    package init(name: String, on: [String], run: [String]) {
        self.name = name
        self.on = on
        self.run = run
    }
}
