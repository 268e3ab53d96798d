/*
 * CStratumVardiff: which level a miner should have, and how much nonsense it may send. Integers
 * only; time is given, in milliseconds.
 *
 * Shares at a level arrive as a Poisson process. A window counts them from a change of level on.
 * While the rate is within a factor of sqrt(2) of the target, a change would not bring it nearer,
 * so the level changes only when the count says with confidence that the rate is outside that
 * band. The bounds, in thousandths of the target interval since the window began, for counts of
 * shares n:
 *
 *      n      0      1      2      4      8     16     32      64     128
 *   fast      -      -      -      -    981   3653  10668   27169   63733   n shares earlier: raise
 *   slow  13025  16626  19697  25148  34782  51959  83073  140483  248298   not more by then: lower
 *
 * Each is crossed with probability 1/10,000 at a rate sqrt(2) times too high (fast) or too low
 * (slow), and practically never at the right rate. Between the columns the one that is harder to
 * cross holds. At 128 shares within the bounds a new window begins. A change goes to the level
 * nearest to the estimate (n - 1 or n + 1 shares over the time), any number of steps at once: eight
 * shares suffice for the first jump, and silence lowers the level step by step.
 */
#ifndef RP_CSTRATUM_VARDIFF_H
#define RP_CSTRATUM_VARDIFF_H

#include "CStratumLevel.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* The usual time between shares. */
enum { RP_STRATUM_DEFAULT_SHARE_INTERVAL = 10000 }; /* milliseconds */

/* What vardiff aims at. */
typedef struct rp_stratum_vardiff_config {
    uint32_t share_interval; /* milliseconds between shares, 1 or more */
    rp_stratum_level_range range;
} rp_stratum_vardiff_config;

/* A miner's window. */
typedef struct rp_stratum_vardiff {
    uint64_t window_start; /* milliseconds */
    uint32_t count;        /* shares at `level` since then */
    uint8_t level;
} rp_stratum_vardiff;

/* Sets the level, clamped to the range, and begins a window: at the start, and when a miner asks
 * for a level. */
void rp_stratum_vardiff_set(rp_stratum_vardiff *vardiff, const rp_stratum_vardiff_config *config,
                            uint8_t level, uint64_t now);

/* An accepted share. Only one of the present level counts: the others come from jobs before the
 * last change. Returns the level from now on; a change is to be told to the miner with a new job.
 */
uint8_t rp_stratum_vardiff_share(rp_stratum_vardiff *vardiff,
                                 const rp_stratum_vardiff_config *config, uint8_t level,
                                 uint64_t now);

/* Time has passed; to be called every few share intervals. Returns the level from now on. */
uint8_t rp_stratum_vardiff_tick(rp_stratum_vardiff *vardiff,
                                const rp_stratum_vardiff_config *config, uint64_t now);

/* How many tokens a bucket holds, and how fast it fills. */
typedef struct rp_stratum_bucket_config {
    uint32_t capacity;   /* tokens */
    uint32_t per_minute; /* tokens */
} rp_stratum_bucket_config;

/* A token bucket: what a miner may cost in invalid shares, suggestions or the like. */
typedef struct rp_stratum_bucket {
    uint64_t updated; /* milliseconds */
    uint64_t credit;  /* in 1/60,000 tokens, so that a millisecond's filling is a whole number */
} rp_stratum_bucket;

/* Fills a bucket. */
void rp_stratum_bucket_init(rp_stratum_bucket *bucket, const rp_stratum_bucket_config *config,
                            uint64_t now);

/* Takes `cost` tokens if they are there. Returns false, with none taken, when they are not. */
RP_NODISCARD bool rp_stratum_bucket_take(rp_stratum_bucket *bucket,
                                         const rp_stratum_bucket_config *config, uint32_t cost,
                                         uint64_t now);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
