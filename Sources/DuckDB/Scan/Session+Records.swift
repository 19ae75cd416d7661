import CDuckDB
import Synchronization

extension Session {
    /// Calls the body with SQL that stands for the scan's table, as in `SELECT * FROM \(table)`; it is good until the
    /// body returns.
    package func withRecords<Result>(_ scan: RecordScan, _ body: (_ table: String) throws -> Result) throws -> Result {
        RecordFunction.register(on: connection)
        let number = RecordFunction.offer(scan)
        defer { RecordFunction.withdraw(number) }
        return try body("\(RecordFunction.name)(\(number))")
    }
}

/// The table function by which DuckDB calls the scanner. State crosses DuckDB as unmanaged references: retained when
/// handed over, released in the callback with which DuckDB drops them, whatever became of the statement.
private enum RecordFunction {
    static let name = "weir_records"

    /// Scans that may be named in SQL now.
    private static let offered = Mutex<(next: Int64, scans: [Int64: RecordScan])>((1, [:]))

    static func offer(_ scan: RecordScan) -> Int64 {
        offered.withLock { offered in
            defer { offered.next += 1 }
            offered.scans[offered.next] = scan
            return offered.next
        }
    }

    static func withdraw(_ number: Int64) { _ = offered.withLock { $0.scans.removeValue(forKey: number) } }

    /// The second time on a database it is refused because it is there, which is as good.
    static func register(on connection: wd_connection_p?) {
        var function = wd_create_table_function()
        defer { wd_destroy_table_function(&function) }
        var bigint = wd_create_logical_type(TypeID.bigint.rawValue)
        defer { wd_destroy_logical_type(&bigint) }
        wd_table_function_set_name(function, name)
        wd_table_function_add_parameter(function, bigint)
        wd_table_function_set_bind(function) { info in
            do {
                try RecordFunction.bind(info)
            } catch {
                wd_bind_set_error(info, "\(error)")
            }
        }
        wd_table_function_set_init(function) { info in
            guard let scan = RecordFunction.object(wd_init_get_bind_data(info), RecordScan.self), scan.start() else {
                return wd_init_set_error(info, "\(RecordFunction.name): a batch can be scanned once")
            }
            wd_init_set_max_threads(info, UInt64(max(1, min(64, scan.batch.blocks.count))))
        }
        wd_table_function_set_local_init(function) { info in
            do {
                guard let scan = RecordFunction.object(wd_init_get_bind_data(info), RecordScan.self) else { return }
                wd_init_set_init_data(info, RecordFunction.retained(try ScanLane(scan)), RecordFunction.release)
            } catch {
                wd_init_set_error(info, "\(error)")
            }
        }
        wd_table_function_set_function(function) { info, chunk in
            guard let chunk, let lane = RecordFunction.object(wd_function_get_local_init_data(info), ScanLane.self)
            else { return }
            do {
                wd_data_chunk_set_size(chunk, UInt64(try lane.fill(chunk, capacity: Int(wd_vector_size()))))
            } catch {
                wd_function_set_error(info, "\(error)")
            }
        }
        _ = wd_register_table_function(connection, function)
    }

    private static func bind(_ info: wd_bind_info_p?) throws {
        var parameter = wd_bind_get_parameter(info, 0)
        defer { wd_destroy_value(&parameter) }
        let text = wd_get_varchar(parameter)
        defer { wd_free(text) }
        let number = text.flatMap { Int64(String(cString: $0)) }
        guard let number, let scan = offered.withLock({ $0.scans[number] }) else {
            throw DuckDBError.failed("\(name): there is no such batch")
        }
        for column in scan.columns {
            var type = wd_create_logical_type(column.kind.id.rawValue)
            wd_bind_add_result_column(info, column.name, type)
            wd_destroy_logical_type(&type)
        }
        wd_bind_set_bind_data(info, retained(scan), release)
    }

    private static func retained(_ object: some AnyObject) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(object).toOpaque()
    }

    private static func object<Object: AnyObject>(_ pointer: UnsafeMutableRawPointer?, _: Object.Type) -> Object? {
        pointer.map { Unmanaged<Object>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { pointer in
        if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
    }
}

extension ScanColumn.Kind {
    fileprivate var id: TypeID {
        switch self {
        case .boolean: .boolean
        case .bigint: .bigint
        case .double: .double
        case .timestamp: .timestamp
        case .varchar: .varchar
        }
    }
}
