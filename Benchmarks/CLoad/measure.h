/* Private to CLoad: the clock, and durations by their percentiles. */
#ifndef RP_LOAD_MEASURE_H
#define RP_LOAD_MEASURE_H

#include <stdint.h>

/* 16 linear steps in each power of two from 2^10 ns on: a bucket is 6 % wide at worst. */
enum {
    RP__BUCKET_BITS = 4,
    RP__FIRST_POWER = 10,
    RP__BUCKETS = (64 - RP__FIRST_POWER) << RP__BUCKET_BITS,
};

/* Durations in nanoseconds. All zero: none. */
typedef struct rp__latencies {
    uint64_t buckets[RP__BUCKETS];
    uint64_t count, max;
} rp__latencies;

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t rp__now(void);

void rp__latencies_add(rp__latencies *latencies, uint64_t nanoseconds);

/* The upper end of the bucket that holds the percentile, at most the greatest duration. */
uint64_t rp__latencies_percentile(const rp__latencies *latencies, uint64_t percent);

#endif
