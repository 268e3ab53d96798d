/* A token bucket; see CStratumVardiff.h. */
#include "CStratum.h"

enum { PARTS = 60000 }; /* of a token: milliseconds in a minute */

static uint64_t full(const rp_stratum_bucket_config *config) {
    return (uint64_t)config->capacity * PARTS;
}

void rp_stratum_bucket_init(rp_stratum_bucket *bucket, const rp_stratum_bucket_config *config,
                            uint64_t now) {
    bucket->updated = now;
    bucket->credit = full(config);
}

bool rp_stratum_bucket_take(rp_stratum_bucket *bucket, const rp_stratum_bucket_config *config,
                            uint32_t cost, uint64_t now) {
    const uint64_t most = full(config);
    bucket->credit = bucket->credit < most ? bucket->credit : most;
    const uint64_t room = most - bucket->credit;
    if (now > bucket->updated) {
        const uint64_t elapsed = now - bucket->updated;
        const bool fills = config->per_minute > 0 && elapsed > room / config->per_minute;
        bucket->credit += fills ? room : elapsed * config->per_minute;
        bucket->updated = now;
    }
    const uint64_t price = (uint64_t)cost * PARTS;
    if (price > bucket->credit) {
        return false;
    }
    bucket->credit -= price;
    return true;
}
