#pragma once
#include <curl/curl.h>

// The part of libcurl that Weir uses, resolved with dlopen at its first use: with the thirty libraries that it brings
// it costs 10 ms to load, which each command and each worker would pay, and few of them post anything.

/// NULL when libcurl is loaded and started, otherwise what is wrong. Call it once, before all else.
const char *weir_curl_load(void);

CURL *weir_curl_new(void);
void weir_curl_free(CURL *handle);
struct curl_slist *weir_curl_list_append(struct curl_slist *list, const char *text);
void weir_curl_list_free(struct curl_slist *list);
CURLcode weir_curl_perform(CURL *handle);
const char *weir_curl_message(CURLcode code);

// Swift can't call variadic functions: one a kind of argument.
CURLcode weir_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode weir_curl_set_number(CURL *handle, CURLoption option, long value);
CURLcode weir_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
typedef size_t (*weir_curl_writer)(char *bytes, size_t size, size_t count, void *target);
CURLcode weir_curl_set_writer(CURL *handle, weir_curl_writer writer, void *target);
CURLcode weir_curl_status(CURL *handle, long *status);
