/* The baselines of radpool-bench; see the header. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "CBaselines.h"

#include <openssl/sha.h>
#include <string.h>
#include <time.h>

uint64_t rp_bench_thread_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void rp_bench_kernel_loop(rp_hash_kernel kernel, size_t fresh, size_t digests, size_t scheduled,
                          size_t rounds) {
    static _Thread_local _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
    static _Thread_local _Alignas(RP_HASH_LANE_ALIGN) uint32_t words[16 * RP_HASH_MAX_LANES];
    const rp_hash_ops *ops = rp_hash_kernel_ops(kernel);
    for (size_t i = 0; i < rounds; i++) {
        for (size_t j = 0; j < fresh; j++) {
            ops->compress(state, state, words);
        }
        for (size_t j = 0; j < digests; j++) {
            ops->compress_digest(state, state);
        }
        for (size_t j = 0; j < scheduled; j++) {
            ops->compress_scheduled(state, state, rp_hash_scheduled_pad64);
        }
    }
}

void rp_bench_libcrypto_bulk(const uint8_t *bytes, size_t length, size_t rounds) {
    uint8_t out32[32];
    for (size_t i = 0; i < rounds; i++) {
        SHA256(bytes, length, out32);
    }
}

static void double_sha256(uint8_t *out32, const uint8_t *bytes, size_t length) {
    uint8_t once[32];
    SHA256(bytes, length, once);
    SHA256(once, 32, out32);
}

void rp_bench_one_shot(rp_bench_share *share, uint8_t *out32, const uint8_t *extranonce12,
                       uint32_t nonce) {
    uint8_t pair[64];
    memcpy(share->coinbase + share->extranonce_at, extranonce12, 12);
    double_sha256(pair, share->coinbase, share->coinbase_length);
    for (size_t i = 0; i < share->branch_count; i++) {
        memcpy(pair + 32, share->branch32s + 32 * i, 32);
        double_sha256(pair, pair, 64);
    }
    memcpy(share->header80 + 36, pair, 32);
    for (size_t i = 0; i < 4; i++) {
        share->header80[76 + i] = (uint8_t)(nonce >> 8 * i);
    }
    double_sha256(out32, share->header80, 80);
}
