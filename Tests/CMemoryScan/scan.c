#define _DEFAULT_SOURCE

#include "CMemoryScan.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECRET = 32, CHUNK = 256 * 1024 };

/* Copies of memory pass through here; it is left out of the scan and cleared after it. */
static uint8_t chunk[CHUNK];

/* Whether the bytes are the secret, from its first byte to its last (step 1) or backwards (-1). */
static bool matches(const uint8_t *bytes, const uint8_t *masked32, uint8_t mask, int step) {
    for (int i = 0; i < SECRET; i++) {
        if ((bytes[i] ^ mask) != masked32[step > 0 ? i : SECRET - 1 - i]) {
            return false;
        }
    }
    return true;
}

/* Matches of one direction that begin at one of `positions` bytes. The library's search for the
 * first byte is what makes a scan of a large process bearable. */
static int count_matches(const uint8_t *bytes, size_t positions, const uint8_t *masked32,
                         uint8_t mask, int step) {
    const uint8_t first = masked32[step > 0 ? 0 : SECRET - 1] ^ mask;
    const uint8_t *end = bytes + positions;
    int found = 0;
    for (const uint8_t *at = bytes; (at = memchr(at, first, (size_t)(end - at))) != NULL; at++) {
        found += matches(at, masked32, mask, step);
    }
    return found;
}

/* Matches within start ..< end, which other threads may unmap meanwhile: hence reads by offset. */
static int scan_range(int memory, uint64_t start, uint64_t end, const uint8_t *masked32,
                      uint8_t mask) {
    int found = 0;
    while (start + SECRET <= end) {
        uint64_t left = end - start;
        ssize_t got = pread(memory, chunk, left < CHUNK ? (size_t)left : CHUNK, (off_t)start);
        if (got < SECRET) {
            return found;
        }
        size_t positions = (size_t)got - SECRET + 1;
        found += count_matches(chunk, positions, masked32, mask, 1);
        found += count_matches(chunk, positions, masked32, mask, -1);
        start += positions;
    }
    return found;
}

int rp_memory_scan(const uint8_t *masked32, uint8_t mask) {
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY);
    if (maps == NULL || memory < 0) {
        return -1;
    }
    int found = 0;
    char line[512];
    uint64_t own_start = (uint64_t)(uintptr_t)chunk;
    while (fgets(line, sizeof line, maps) != NULL) {
        uint64_t start = 0;
        uint64_t end = 0;
        char mode[5] = "";
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &start, &end, mode) != 3 ||
            strncmp(mode, "rw", 2) != 0 || end - start > UINT64_C(1) << 30) {
            continue;
        }
        if (start <= own_start && own_start < end) {
            found += scan_range(memory, start, own_start, masked32, mask);
            found += scan_range(memory, own_start + CHUNK, end, masked32, mask);
        } else {
            found += scan_range(memory, start, end, masked32, mask);
        }
    }
    memset(chunk, 0, CHUNK);
    (void)close(memory);
    (void)fclose(maps);
    return found;
}
