import GRDB

/// The tables of the store and how older files become newer ones.
///
/// Times are milliseconds since 1970 in UTC unless a name says otherwise; intervals are text (`2026-11-21`, or
/// `2026-11-21T05` for hours) so that they sort; states are the raw values of the enums that own them.
enum Schema {
    /// The newest version that this build knows, kept in `PRAGMA user_version`.
    static let version = 2

    static func migrate(_ pool: DatabasePool, path: String) throws {
        try pool.write { database in
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            guard found <= version else { throw StoreError.newerVersion(path: path) }
            if found < 1 { try database.execute(sql: first) }
            if found < 2 { try database.execute(sql: tails) }
            try database.execute(sql: "PRAGMA user_version = \(version)")
        }
    }

    /// How far tailed files were read, as far as their lines are delivered: what came later is in the buffers' frames. A
    /// source is a file through renames and compression; `finished` was read to its end after it had gone. And when each
    /// pattern was first looked at.
    private static let tails = """
        CREATE TABLE tail_positions (
            stream TEXT NOT NULL, source INTEGER NOT NULL, path TEXT NOT NULL, device INTEGER NOT NULL,
            inode INTEGER NOT NULL, offset INTEGER NOT NULL, skipping INTEGER NOT NULL,
            beginning_length INTEGER NOT NULL, beginning INTEGER NOT NULL, latest_length INTEGER NOT NULL,
            latest INTEGER NOT NULL, modified INTEGER NOT NULL, at INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (stream, source)) WITHOUT ROWID;
        CREATE TABLE tail_patterns (
            stream TEXT NOT NULL, pattern TEXT NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (stream, pattern)) WITHOUT ROWID;
        """

    private static let first = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID;

        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL,
            interval TEXT, payload TEXT NOT NULL, at INTEGER NOT NULL);

        -- The event up to which a rule has read the log.
        CREATE TABLE cursors (rule TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;

        -- Every object that Weir knows in the lake. `path` is relative to the lake's root, under .objects/.
        -- state: live (some kept version names it), retired (to be deleted after the grace time), missing.
        CREATE TABLE objects (
            id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, partition TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
            rows INTEGER NOT NULL, bytes INTEGER NOT NULL, min_time INTEGER, max_time INTEGER,
            schema TEXT NOT NULL, content TEXT NOT NULL, state TEXT NOT NULL, created_at INTEGER NOT NULL,
            retired_at INTEGER);
        CREATE INDEX objects_by_partition ON objects (table_name, partition);

        -- The manifest: the current version of each partition, and which objects each kept version holds.
        -- partition is '' for an unpartitioned table, else 'dt=2026-11-21' or 'dt=2026-11-21/hour=05'.
        -- dirty: the public tree does not show this version yet.
        CREATE TABLE partitions (
            table_name TEXT NOT NULL, partition TEXT NOT NULL, version INTEGER NOT NULL,
            generation INTEGER NOT NULL, dirty INTEGER NOT NULL DEFAULT 1, changed_at INTEGER NOT NULL,
            crawled_version INTEGER, PRIMARY KEY (table_name, partition)) WITHOUT ROWID;
        CREATE TABLE versions (
            table_name TEXT NOT NULL, partition TEXT NOT NULL, version INTEGER NOT NULL,
            rows INTEGER NOT NULL, bytes INTEGER NOT NULL, content TEXT NOT NULL, origin TEXT NOT NULL,
            published_at INTEGER NOT NULL, PRIMARY KEY (table_name, partition, version)) WITHOUT ROWID;
        CREATE TABLE version_objects (
            table_name TEXT NOT NULL, partition TEXT NOT NULL, version INTEGER NOT NULL, object_id INTEGER NOT NULL,
            PRIMARY KEY (table_name, partition, version, object_id)) WITHOUT ROWID;

        -- The catalog. kind: stream, extract, mart, adopted. columns: a JSON array of {name, type}.
        CREATE TABLE tables (
            name TEXT PRIMARY KEY, kind TEXT NOT NULL, keys TEXT NOT NULL, columns TEXT NOT NULL,
            version INTEGER NOT NULL, crawled_at INTEGER) WITHOUT ROWID;
        CREATE TABLE crawls (
            id INTEGER PRIMARY KEY, crawler TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
            state TEXT NOT NULL, report TEXT NOT NULL);

        -- How far each stream's buffer has been delivered, and the counts of its invariant.
        CREATE TABLE streams (
            name TEXT PRIMARY KEY, delivered_sequence INTEGER NOT NULL, delivered INTEGER NOT NULL,
            rejected INTEGER NOT NULL, duplicates INTEGER NOT NULL, bytes INTEGER NOT NULL,
            last_delivery_at INTEGER, paused INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY, stream TEXT NOT NULL, first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL, records INTEGER NOT NULL, rejected INTEGER NOT NULL,
            duplicates INTEGER NOT NULL, bytes INTEGER NOT NULL, partitions TEXT NOT NULL,
            at INTEGER NOT NULL, duration_ms INTEGER NOT NULL);
        CREATE TABLE rejects (
            id INTEGER PRIMARY KEY, stream TEXT NOT NULL, day TEXT NOT NULL, reason TEXT NOT NULL,
            records INTEGER NOT NULL, path TEXT NOT NULL, at INTEGER NOT NULL, redriven_at INTEGER);

        CREATE TABLE extract_bookmarks (
            extract_name TEXT NOT NULL, table_name TEXT NOT NULL, bookmark TEXT, at INTEGER NOT NULL,
            PRIMARY KEY (extract_name, table_name)) WITHOUT ROWID;

        -- The text of each definition that a run started with, by its SHA-256.
        CREATE TABLE definitions (hash TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

        -- only_steps: which steps the run computes, as JSON; NULL: all. follow_up: what happened while it ran, as JSON,
        -- and makes a run of its own afterwards. events: the sequences that the run answers. revision: rises with
        -- each transition.
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY, workflow TEXT NOT NULL, interval TEXT, parameters TEXT NOT NULL,
            definition TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, priority INTEGER NOT NULL,
            backfill INTEGER, only_steps TEXT, created_at INTEGER NOT NULL, due_at INTEGER, started_at INTEGER,
            finished_at INTEGER, failed_step TEXT, error TEXT, message TEXT, follow_up TEXT,
            events TEXT NOT NULL DEFAULT '[]', revision INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX runs_one_active ON runs (workflow, ifnull(interval, ''))
            WHERE state IN ('queued', 'running', 'retrying');
        CREATE INDEX runs_by_workflow ON runs (workflow, interval, id);
        CREATE INDEX runs_newest ON runs (workflow, id);
        CREATE INDEX runs_by_state ON runs (state, id);
        CREATE INDEX runs_by_backfill ON runs (backfill, interval) WHERE backfill IS NOT NULL;

        -- One row a step of a run. machine: the state machine's own value as JSON, from which it resumes.
        CREATE TABLE steps (
            run INTEGER NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER, started_at INTEGER,
            finished_at INTEGER, error TEXT, message TEXT, output TEXT, rows INTEGER, bytes_scanned INTEGER,
            inputs TEXT, sql_hash TEXT, machine TEXT, PRIMARY KEY (run, name)) WITHOUT ROWID;
        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL, step TEXT NOT NULL, number INTEGER NOT NULL,
            epoch INTEGER NOT NULL, state TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
            error TEXT, message TEXT, rows INTEGER, bytes_scanned INTEGER, log TEXT NOT NULL DEFAULT '',
            UNIQUE (run, step, number));
        CREATE INDEX attempts_running ON attempts (epoch) WHERE state = 'running';

        CREATE TABLE backfills (
            id INTEGER PRIMARY KEY, workflow TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
            only_filter TEXT NOT NULL, only_steps TEXT, parallel INTEGER NOT NULL, newest_first INTEGER NOT NULL,
            state TEXT NOT NULL, created_at INTEGER NOT NULL, finished_at INTEGER);
        CREATE TABLE backfill_days (
            backfill INTEGER NOT NULL, interval TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
            run INTEGER, attempts INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (backfill, interval)) WITHOUT ROWID;

        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, interval TEXT,
            payload TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL, redriven_at INTEGER);

        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, step TEXT, interval TEXT,
            state TEXT NOT NULL, message TEXT NOT NULL, occurrences INTEGER NOT NULL DEFAULT 1,
            run INTEGER, opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, closed_at INTEGER,
            snoozed_until INTEGER);
        CREATE UNIQUE INDEX alerts_one_open ON alerts (kind, subject, ifnull(step, ''), ifnull(interval, ''))
            WHERE state <> 'closed';

        CREATE INDEX alerts_open ON alerts (state, id) WHERE state <> 'closed';

        -- Each channel hears of an alert once: told_at is when it did, or when the channel gave up on it.
        CREATE TABLE tellings (
            alert INTEGER NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, due_at INTEGER NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0, told_at INTEGER, failure TEXT, PRIMARY KEY (alert, channel)) WITHOUT ROWID;
        CREATE INDEX tellings_waiting ON tellings (due_at) WHERE told_at IS NULL;

        CREATE TABLE paused_workflows (workflow TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

        -- Commands that changed something: who, when, what, with what reply; by key, so that a resent one is one.
        CREATE TABLE commands (
            key TEXT PRIMARY KEY, command TEXT NOT NULL, reply TEXT NOT NULL, who TEXT NOT NULL,
            at INTEGER NOT NULL) WITHOUT ROWID;

        -- Children that must not outlive their engine: ended at start when pid and start time still match.
        CREATE TABLE processes (
            pid INTEGER NOT NULL, start_time INTEGER NOT NULL, epoch INTEGER NOT NULL, role TEXT NOT NULL,
            PRIMARY KEY (pid, start_time)) WITHOUT ROWID;
        """
}
