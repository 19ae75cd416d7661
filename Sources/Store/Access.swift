import Foundation
import GRDB

/// A read of the store at one moment: everything read through it belongs to the same snapshot.
package struct Reading {
    let database: Database

    /// All rows of a statement. For long lists page by key, never by offset.
    package func rows(_ sql: String, _ arguments: [Value] = []) throws -> [Row] {
        try StoreError.translating {
            let statement = try database.cachedStatement(sql: sql)
            let cursor = try GRDB.Row.fetchCursor(statement, arguments: arguments.bound)
            var rows: [Row] = []
            while let row = try cursor.next() { rows.append(Row(row)) }
            return rows
        }
    }

    /// The first row, or nil.
    package func first(_ sql: String, _ arguments: [Value] = []) throws -> Row? {
        try StoreError.translating {
            let statement = try database.cachedStatement(sql: sql)
            return try GRDB.Row.fetchOne(statement, arguments: arguments.bound).map(Row.init)
        }
    }

    /// The first column of the first row as a number; 0 when there is none.
    package func count(_ sql: String, _ arguments: [Value] = []) throws -> Int {
        try StoreError.translating {
            try Int.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments.bound) ?? 0
        }
    }
}

/// A write transaction, begun IMMEDIATE. It commits when the closure returns and rolls back when it throws.
package struct Writing {
    let database: Database
    let tally: Tally

    /// What its commit will have brought, at most.
    final class Tally {
        var events = 0
    }

    package var reading: Reading { Reading(database: database) }

    package func rows(_ sql: String, _ arguments: [Value] = []) throws -> [Row] {
        try reading.rows(sql, arguments)
    }
    package func first(_ sql: String, _ arguments: [Value] = []) throws -> Row? {
        try reading.first(sql, arguments)
    }
    package func count(_ sql: String, _ arguments: [Value] = []) throws -> Int {
        try reading.count(sql, arguments)
    }

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [Value] = []) throws -> Int {
        try StoreError.translating {
            try database.cachedStatement(sql: sql).execute(arguments: arguments.bound)
            return database.changesCount
        }
    }

    /// Runs an INSERT and returns the row's id.
    @discardableResult
    package func insert(_ sql: String, _ arguments: [Value] = []) throws -> Int64 {
        try execute(sql, arguments)
        return database.lastInsertedRowID
    }
}

extension [Value] {
    fileprivate var bound: StatementArguments {
        StatementArguments(
            map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .null: nil
                case .integer(let number): number
                case .real(let number): number
                case .text(let text): text
                case .blob(let bytes): Data(bytes)
                }
            })
    }
}

extension Row {
    fileprivate init(_ row: GRDB.Row) {
        var columns: [String: Value] = [:]
        columns.reserveCapacity(row.count)
        for (name, value) in row {
            columns[name] =
                switch value.storage {
                case .null: .null
                case .int64(let number): .integer(number)
                case .double(let number): .real(number)
                case .string(let text): .text(text)
                case .blob(let data): .blob(Array(data))
                }
        }
        self.init(columns: columns)
    }
}
