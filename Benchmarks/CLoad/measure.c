/* The clock, and durations by their percentiles. */
#define _GNU_SOURCE /* clock_gettime */

#include "measure.h"

#include <stddef.h>
#include <time.h>

uint64_t rp__now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static size_t bucket_of(uint64_t nanoseconds) {
    if (nanoseconds < (1u << RP__FIRST_POWER)) {
        return 0;
    }
    const unsigned power = 63 - (unsigned)__builtin_clzll(nanoseconds);
    const uint64_t step =
        (nanoseconds >> (power - RP__BUCKET_BITS)) & ((1u << RP__BUCKET_BITS) - 1);
    return ((size_t)(power - RP__FIRST_POWER) << RP__BUCKET_BITS) + step;
}

static uint64_t bucket_end(size_t bucket) {
    const unsigned power = RP__FIRST_POWER + (unsigned)(bucket >> RP__BUCKET_BITS);
    const uint64_t step = bucket & ((1u << RP__BUCKET_BITS) - 1);
    return (1ull << power) + ((step + 1) << (power - RP__BUCKET_BITS));
}

void rp__latencies_add(rp__latencies *latencies, uint64_t nanoseconds) {
    latencies->count++;
    latencies->buckets[bucket_of(nanoseconds)]++;
    latencies->max = nanoseconds > latencies->max ? nanoseconds : latencies->max;
}

uint64_t rp__latencies_percentile(const rp__latencies *latencies, uint64_t percent) {
    uint64_t seen = 0;
    for (size_t i = 0; i < RP__BUCKETS; i++) {
        seen += latencies->buckets[i];
        if (seen * 100 >= latencies->count * percent && seen > 0) {
            return bucket_end(i) < latencies->max ? bucket_end(i) : latencies->max;
        }
    }
    return latencies->max;
}
