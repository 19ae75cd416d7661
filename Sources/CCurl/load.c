#include "ccurl.h"
#include <dlfcn.h>
#include <stdio.h>

// The macros that check arguments would call the functions by their names.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#define WEIR_CURL(X) \
    X(curl_global_init) X(curl_easy_init) X(curl_easy_cleanup) X(curl_easy_perform) X(curl_easy_strerror) \
    X(curl_easy_setopt) X(curl_easy_getinfo) X(curl_slist_append) X(curl_slist_free_all)

#define X(name) static __typeof__(&name) name##_loaded;
WEIR_CURL(X)
#undef X

const char *weir_curl_load(void) {
    static char message[512];
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, sizeof message, "%s (apt-get install libcurl4)", dlerror());
        return message;
    }
#define X(name)                                                           \
    if (!(name##_loaded = (__typeof__(&name))dlsym(library, #name)))      \
        return "libcurl.so.4 lacks the function " #name;
    WEIR_CURL(X)
#undef X
    CURLcode code = curl_global_init_loaded(CURL_GLOBAL_DEFAULT);
    return code == CURLE_OK ? NULL : curl_easy_strerror_loaded(code);
}

CURL *weir_curl_new(void) { return curl_easy_init_loaded(); }
void weir_curl_free(CURL *handle) { curl_easy_cleanup_loaded(handle); }
struct curl_slist *weir_curl_list_append(struct curl_slist *list, const char *text) {
    return curl_slist_append_loaded(list, text);
}
void weir_curl_list_free(struct curl_slist *list) { curl_slist_free_all_loaded(list); }
CURLcode weir_curl_perform(CURL *handle) { return curl_easy_perform_loaded(handle); }
const char *weir_curl_message(CURLcode code) { return curl_easy_strerror_loaded(code); }
CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt_loaded(handle, option, value);
}
CURLcode weir_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt_loaded(handle, option, value);
}
CURLcode weir_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt_loaded(handle, option, value);
}
CURLcode weir_curl_set_writer(CURL *handle, weir_curl_writer writer, void *target) {
    CURLcode code = curl_easy_setopt_loaded(handle, CURLOPT_WRITEFUNCTION, writer);
    return code == CURLE_OK ? curl_easy_setopt_loaded(handle, CURLOPT_WRITEDATA, target) : code;
}
CURLcode weir_curl_status(CURL *handle, long *status) {
    return curl_easy_getinfo_loaded(handle, CURLINFO_RESPONSE_CODE, status);
}
