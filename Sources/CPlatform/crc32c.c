#include "cplatform.h"
#include <string.h>

// The polynomial of CRC-32C, bits reversed (RFC 3720, appendix B.4).
#define POLYNOMIAL 0x82F63B78u

static uint32_t table[256];
__attribute__((constructor)) static void weir_make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
        table[byte] = crc;
    }
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t weir_crc_hardware(uint32_t crc, const uint8_t *at, size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; count -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    for (; count > 0; count--, at++) narrow = __builtin_ia32_crc32qi(narrow, *at);
    return narrow;
}
#endif

uint32_t weir_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *at = bytes;
    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~weir_crc_hardware(crc, at, count);
#endif
    for (; count > 0; count--, at++) crc = (crc >> 8) ^ table[(crc ^ *at) & 0xFF];
    return ~crc;
}
