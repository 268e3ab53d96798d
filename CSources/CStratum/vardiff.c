/* Levels from the rate of shares; see CStratumVardiff.h. */
#include "CStratum.h"

enum {
    WINDOW = 128,       /* shares */
    MAX_ELAPSED = 40,   /* bits of milliseconds: 34 years */
    MAX_STEPS = 63,     /* what can be shifted by; at most 54 come about */
    ROOT_TWO_128 = 181, /* sqrt(2) * 128 */
};

/* The band of CStratumVardiff.h, in thousandths of the share interval. */
typedef struct bounds {
    uint32_t count;
    uint32_t fast;
    uint32_t slow;
} bounds;

static const bounds band[] = {
    {0, 0, 13025},      {1, 0, 16626},       {2, 0, 19697},
    {4, 0, 25148},      {8, 981, 34782},     {16, 3653, 51959},
    {32, 10668, 83073}, {64, 27169, 140483}, {WINDOW, 63733, 248298},
};

enum { BAND_COUNT = sizeof band / sizeof band[0] };

/* The bound that `count` shares were early for: that of the row at or below. */
static uint64_t fast_bound(uint32_t count) {
    uint64_t found = 0;
    for (size_t i = 0; i < BAND_COUNT && band[i].count <= count; i++) {
        found = band[i].fast;
    }
    return found;
}

/* The bound that `count` shares were late for: that of the row at or above. */
static uint64_t slow_bound(uint32_t count) {
    size_t row = 0;
    while (row + 1 < BAND_COUNT && band[row].count < count) {
        row++;
    }
    return band[row].slow;
}

/* log2(larger / smaller), rounded to the nearest integer, 1 at least. */
static uint32_t steps_between(uint64_t larger, uint64_t smaller) {
    uint32_t steps = 1;
    larger *= 128;
    smaller *= ROOT_TWO_128;
    while (steps < MAX_STEPS && smaller << steps <= larger) {
        steps++;
    }
    return steps;
}

static uint64_t elapsed_since(uint64_t start, uint64_t now) {
    const uint64_t elapsed = now > start ? now - start : 0;
    const uint64_t bound = (uint64_t)1 << MAX_ELAPSED;
    return elapsed < bound ? elapsed : bound;
}

static uint8_t move(rp_stratum_vardiff *vardiff, const rp_stratum_vardiff_config *config,
                    int64_t level, uint64_t now) {
    const rp_stratum_level_range range = config->range;
    level = level < range.minimum ? range.minimum : level;
    vardiff->level = (uint8_t)(level > range.maximum ? range.maximum : level);
    vardiff->window_start = now;
    vardiff->count = 0;
    return vardiff->level;
}

void rp_stratum_vardiff_set(rp_stratum_vardiff *vardiff, const rp_stratum_vardiff_config *config,
                            uint8_t level, uint64_t now) {
    move(vardiff, config, level, now);
}

uint8_t rp_stratum_vardiff_tick(rp_stratum_vardiff *vardiff,
                                const rp_stratum_vardiff_config *config, uint64_t now) {
    const uint64_t interval = config->share_interval, count = vardiff->count;
    const uint64_t elapsed = elapsed_since(vardiff->window_start, now);
    const uint64_t thousandths = elapsed * 1000; /* below 2^50; a bound's product below 2^50 too */
    if (thousandths < fast_bound(vardiff->count) * interval) {
        const uint64_t time = elapsed > 0 ? elapsed : 1;
        const uint32_t steps = steps_between((count - 1) * interval, time);
        return move(vardiff, config, (int64_t)vardiff->level + steps, now);
    }
    if (thousandths >= slow_bound(vardiff->count) * interval) {
        const uint32_t steps = steps_between(elapsed, (count + 1) * interval);
        return move(vardiff, config, (int64_t)vardiff->level - steps, now);
    }
    if (vardiff->count >= WINDOW) {
        return move(vardiff, config, vardiff->level, now);
    }
    return vardiff->level;
}

uint8_t rp_stratum_vardiff_share(rp_stratum_vardiff *vardiff,
                                 const rp_stratum_vardiff_config *config, uint8_t level,
                                 uint64_t now) {
    if (level == vardiff->level) {
        vardiff->count++;
    }
    return rp_stratum_vardiff_tick(vardiff, config, now);
}
