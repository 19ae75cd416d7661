#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Our own declarations of the part of DuckDB's C interface that Weir uses, resolved with dlopen: the library is
// found at run time, so no header of it is needed to build. Handles are pointers to distinct complete structs, so
// that Swift keeps them apart (incomplete ones would all become OpaquePointer).
#define WD_HANDLE(n) typedef struct wd_##n { void *internal; } wd_##n; typedef wd_##n *_Nullable wd_##n##_p;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
#pragma clang diagnostic ignored "-Wnullability-extension"
WD_HANDLE(database) WD_HANDLE(connection) WD_HANDLE(config) WD_HANDLE(type) WD_HANDLE(value)
WD_HANDLE(table_function) WD_HANDLE(bind_info) WD_HANDLE(init_info) WD_HANDLE(function_info) WD_HANDLE(chunk)
WD_HANDLE(vector) WD_HANDLE(statement) WD_HANDLE(extracted) WD_HANDLE(profile)
typedef struct { uint64_t a, b, c; void *d, *e, *internal; } wd_result;
typedef struct { int32_t days; } wd_date;
typedef struct { int64_t micros; } wd_timestamp;
typedef struct { double percentage; uint64_t rows_processed, total_rows_to_process; } wd_progress;
typedef void (*wd_drop)(void *_Nullable);
typedef void (*wd_bind_cb)(wd_bind_info_p);
typedef void (*wd_init_cb)(wd_init_info_p);
typedef void (*wd_func_cb)(wd_function_info_p, wd_chunk_p);
// X(return type, name without duckdb_, (declared arguments), (passed arguments))
#define WD_API(X) \
 X(const char *, library_version, (void), ()) \
 X(int, create_config, (wd_config_p *o), (o)) \
 X(int, set_config, (wd_config_p c, const char *k, const char *v), (c,k,v)) \
 X(void, destroy_config, (wd_config_p *c), (c)) \
 X(int, open_ext, (const char *p, wd_database_p *o, wd_config_p c, char **e), (p,o,c,e)) \
 X(void, close, (wd_database_p *d), (d)) \
 X(int, connect, (wd_database_p d, wd_connection_p *o), (d,o)) \
 X(void, disconnect, (wd_connection_p *c), (c)) \
 X(void, interrupt, (wd_connection_p c), (c)) \
 X(int, query, (wd_connection_p c, const char *q, wd_result *r), (c,q,r)) \
 X(const char *, result_error, (wd_result *r), (r)) \
 X(int, result_error_type, (wd_result *r), (r)) \
 X(void, destroy_result, (wd_result *r), (r)) \
 X(void, free, (void *p), (p)) \
 X(wd_type_p, create_logical_type, (int t), (t)) \
 X(void, destroy_logical_type, (wd_type_p *t), (t)) \
 X(wd_table_function_p, create_table_function, (void), ()) \
 X(void, destroy_table_function, (wd_table_function_p *t), (t)) \
 X(void, table_function_set_name, (wd_table_function_p t, const char *n), (t,n)) \
 X(void, table_function_add_parameter, (wd_table_function_p t, wd_type_p y), (t,y)) \
 X(void, table_function_add_named_parameter, (wd_table_function_p t, const char *n, wd_type_p y), (t,n,y)) \
 X(void, table_function_set_extra_info, (wd_table_function_p t, void *i, wd_drop f), (t,i,f)) \
 X(void, table_function_set_bind, (wd_table_function_p t, wd_bind_cb f), (t,f)) \
 X(void, table_function_set_init, (wd_table_function_p t, wd_init_cb f), (t,f)) \
 X(void, table_function_set_local_init, (wd_table_function_p t, wd_init_cb f), (t,f)) \
 X(void, table_function_set_function, (wd_table_function_p t, wd_func_cb f), (t,f)) \
 X(void, table_function_supports_projection_pushdown, (wd_table_function_p t, bool b), (t,b)) \
 X(int, register_table_function, (wd_connection_p c, wd_table_function_p t), (c,t)) \
 X(void *, bind_get_extra_info, (wd_bind_info_p i), (i)) \
 X(void, bind_add_result_column, (wd_bind_info_p i, const char *n, wd_type_p t), (i,n,t)) \
 X(wd_value_p, bind_get_parameter, (wd_bind_info_p i, uint64_t x), (i,x)) \
 X(wd_value_p, bind_get_named_parameter, (wd_bind_info_p i, const char *n), (i,n)) \
 X(char *, get_varchar, (wd_value_p v), (v)) \
 X(void, destroy_value, (wd_value_p *v), (v)) \
 X(void, bind_set_bind_data, (wd_bind_info_p i, void *d, wd_drop f), (i,d,f)) \
 X(void, bind_set_cardinality, (wd_bind_info_p i, uint64_t n, bool e), (i,n,e)) \
 X(void, bind_set_error, (wd_bind_info_p i, const char *e), (i,e)) \
 X(void *, init_get_bind_data, (wd_init_info_p i), (i)) \
 X(void, init_set_init_data, (wd_init_info_p i, void *d, wd_drop f), (i,d,f)) \
 X(uint64_t, init_get_column_count, (wd_init_info_p i), (i)) \
 X(uint64_t, init_get_column_index, (wd_init_info_p i, uint64_t x), (i,x)) \
 X(void, init_set_max_threads, (wd_init_info_p i, uint64_t n), (i,n)) \
 X(void, init_set_error, (wd_init_info_p i, const char *e), (i,e)) \
 X(void *, function_get_bind_data, (wd_function_info_p i), (i)) \
 X(void *, function_get_local_init_data, (wd_function_info_p i), (i)) \
 X(void, function_set_error, (wd_function_info_p i, const char *e), (i,e)) \
 X(wd_vector_p, data_chunk_get_vector, (wd_chunk_p c, uint64_t x), (c,x)) \
 X(void, data_chunk_set_size, (wd_chunk_p c, uint64_t n), (c,n)) \
 X(uint64_t, vector_size, (void), ()) \
 X(void *, vector_get_data, (wd_vector_p v), (v)) \
 X(uint64_t *, vector_get_validity, (wd_vector_p v), (v)) \
 X(void, vector_ensure_validity_writable, (wd_vector_p v), (v)) \
 X(void, unsafe_vector_assign_string_element_len, (wd_vector_p v, uint64_t x, const char *s, uint64_t n), (v,x,s,n)) \
 X(int, prepare, (wd_connection_p c, const char *q, wd_statement_p *o), (c,q,o)) \
 X(const char *, prepare_error, (wd_statement_p s), (s)) \
 X(void, destroy_prepare, (wd_statement_p *s), (s)) \
 X(uint64_t, nparams, (wd_statement_p s), (s)) \
 X(const char *, parameter_name, (wd_statement_p s, uint64_t i), (s,i)) \
 X(int, bind_parameter_index, (wd_statement_p s, uint64_t *o, const char *n), (s,o,n)) \
 X(int, bind_varchar_length, (wd_statement_p s, uint64_t i, const char *v, uint64_t n), (s,i,v,n)) \
 X(int, bind_int64, (wd_statement_p s, uint64_t i, int64_t v), (s,i,v)) \
 X(int, bind_double, (wd_statement_p s, uint64_t i, double v), (s,i,v)) \
 X(int, bind_boolean, (wd_statement_p s, uint64_t i, bool v), (s,i,v)) \
 X(int, bind_null, (wd_statement_p s, uint64_t i), (s,i)) \
 X(int, bind_date, (wd_statement_p s, uint64_t i, wd_date v), (s,i,v)) \
 X(int, bind_timestamp, (wd_statement_p s, uint64_t i, wd_timestamp v), (s,i,v)) \
 X(int, execute_prepared, (wd_statement_p s, wd_result *r), (s,r)) \
 X(int, execute_prepared_streaming, (wd_statement_p s, wd_result *r), (s,r)) \
 X(uint64_t, extract_statements, (wd_connection_p c, const char *q, wd_extracted_p *o), (c,q,o)) \
 X(const char *, extract_statements_error, (wd_extracted_p e), (e)) \
 X(int, prepare_extracted_statement, (wd_connection_p c, wd_extracted_p e, uint64_t i, wd_statement_p *o), (c,e,i,o)) \
 X(void, destroy_extracted, (wd_extracted_p *e), (e)) \
 X(int, prepared_statement_type, (wd_statement_p s), (s)) \
 X(uint64_t, prepared_statement_column_count, (wd_statement_p s), (s)) \
 X(const char *, prepared_statement_column_name, (wd_statement_p s, uint64_t c), (s,c)) \
 X(wd_type_p, prepared_statement_column_logical_type, (wd_statement_p s, uint64_t c), (s,c)) \
 X(uint64_t, column_count, (wd_result *r), (r)) \
 X(const char *, column_name, (wd_result *r, uint64_t c), (r,c)) \
 X(int, column_type, (wd_result *r, uint64_t c), (r,c)) \
 X(wd_type_p, column_logical_type, (wd_result *r, uint64_t c), (r,c)) \
 X(uint64_t, rows_changed, (wd_result *r), (r)) \
 X(wd_chunk_p, fetch_chunk, (wd_result r), (r)) \
 X(void, destroy_data_chunk, (wd_chunk_p *c), (c)) \
 X(uint64_t, data_chunk_get_size, (wd_chunk_p c), (c)) \
 X(uint64_t, data_chunk_get_column_count, (wd_chunk_p c), (c)) \
 X(wd_type_p, vector_get_column_type, (wd_vector_p v), (v)) \
 X(int, get_type_id, (wd_type_p t), (t)) \
 X(uint8_t, decimal_scale, (wd_type_p t), (t)) \
 X(uint8_t, decimal_width, (wd_type_p t), (t)) \
 X(char *, logical_type_get_alias, (wd_type_p t), (t)) \
 X(wd_type_p, list_type_child_type, (wd_type_p t), (t)) \
 X(wd_type_p, array_type_child_type, (wd_type_p t), (t)) \
 X(uint64_t, array_type_array_size, (wd_type_p t), (t)) \
 X(wd_type_p, map_type_key_type, (wd_type_p t), (t)) \
 X(wd_type_p, map_type_value_type, (wd_type_p t), (t)) \
 X(uint64_t, struct_type_child_count, (wd_type_p t), (t)) \
 X(char *, struct_type_child_name, (wd_type_p t, uint64_t i), (t,i)) \
 X(wd_type_p, struct_type_child_type, (wd_type_p t, uint64_t i), (t,i)) \
 X(int, decimal_internal_type, (wd_type_p t), (t)) \
 X(wd_progress, query_progress, (wd_connection_p c), (c)) \
 X(wd_profile_p, get_profiling_info, (wd_connection_p c), (c)) \
 X(wd_value_p, profiling_info_get_metrics, (wd_profile_p p), (p)) \
 X(uint64_t, get_map_size, (wd_value_p v), (v)) \
 X(wd_value_p, get_map_key, (wd_value_p v, uint64_t i), (v,i)) \
 X(wd_value_p, get_map_value, (wd_value_p v, uint64_t i), (v,i))
struct wd_table {
#define X(r, n, d, a) r(*n) d;
    WD_API(X)
#undef X
};
extern struct wd_table wd_table_storage;
// Imported function pointers would be unsafe globals to Swift: these wrappers call through them.
#define X(r, n, d, a) \
    static inline r wd_##n d { return wd_table_storage.n a; }
WD_API(X)
#undef X
/// Loads the library from a path; NULL when every function was found, otherwise what is wrong (a static buffer
/// that names a missing symbol). Not to be called again once it has succeeded, nor from two threads at once.
const char *_Nullable wd_load(const char *_Nonnull path);
#pragma clang diagnostic pop
