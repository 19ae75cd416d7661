#include "cduckdb.h"
#include <dlfcn.h>
#include <stdio.h>

struct wd_table wd_table_storage;
static char message[512];

const char *wd_load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, sizeof message, "%s", dlerror());
        return message;
    }
#define X(r, n, d, a)                                                            \
    if (!(wd_table_storage.n = (r(*) d)dlsym(library, "duckdb_" #n))) {           \
        snprintf(message, sizeof message, "%s lacks the function duckdb_" #n, path); \
        return message;                                                          \
    }
    WD_API(X)
#undef X
    return NULL;
}
