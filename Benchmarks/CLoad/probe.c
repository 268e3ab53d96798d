/* How long the disk takes; limits. See CLoadProbe.h. */
#define _GNU_SOURCE /* fdatasync */

#include "CLoadProbe.h"

#include "measure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LARGEST = 1 << 20 };

static bool append(int file, const uint8_t *bytes, size_t size, rp__latencies *latencies) {
    const uint64_t start = rp__now();
    if (write(file, bytes, size) != (ssize_t)size || fdatasync(file) != 0) {
        return false;
    }
    rp__latencies_add(latencies, rp__now() - start);
    return true;
}

rp_load_status rp_load_probe_sync(const char *path, size_t size, uint32_t count,
                                  rp_sync_result *result) {
    static _Thread_local rp__latencies latencies;
    if (size == 0 || size > LARGEST) {
        return RP_LOAD_SYSTEM;
    }
    uint8_t *bytes = malloc(size);
    const int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    bool ok = bytes != NULL && file >= 0;
    memset(&latencies, 0, sizeof latencies);
    if (bytes != NULL) {
        memset(bytes, 's', size);
    }
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = append(file, bytes, size, &latencies);
    }
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    free(bytes);
    result->p50 = rp__latencies_percentile(&latencies, 50);
    result->p99 = rp__latencies_percentile(&latencies, 99);
    result->max = latencies.max;
    return ok ? RP_LOAD_OK : RP_LOAD_SYSTEM;
}

uint64_t rp_load_raise_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

uint64_t rp_load_now(void) {
    return rp__now();
}
