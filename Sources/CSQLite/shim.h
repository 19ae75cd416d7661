#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast that Swift does not import: these inlines bind a copy of the bytes.
static inline int weir_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
static inline int weir_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    // Without an address SQLite would bind NULL.
    return sqlite3_bind_blob(statement, index, length ? bytes : "", length, SQLITE_TRANSIENT);
}
