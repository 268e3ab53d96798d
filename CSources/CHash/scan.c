/* Scanning nonces: the inner loop of a CPU miner, over the lanes of the batch kernel. */
#include "kernels.h"

/* Lane order scratch; the message is the header's second block, of which only the nonce changes. */
typedef struct scratch {
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t midstate[8 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t message[16 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
} scratch;

enum { ROW_NONCE = 3, ROW_TOP = 7 };

static void prepare(scratch *s, const rp_hash_engine *engine, const uint8_t *header80) {
    const rp_hash_ops *ops = engine->batch;
    const size_t L = ops->lanes;
    uint32_t midstate8[8], tail16[16] = {0};
    rp_hash_midstate(engine, midstate8, header80, 1);
    for (size_t i = 0; i < 3; i++) {
        tail16[i] = rp__load_be32(header80 + 64 + 4 * i);
    }
    tail16[4] = 0x80000000;
    tail16[15] = 80 * 8;
    ops->broadcast_words(s->midstate, midstate8);
    ops->broadcast_words(s->message, tail16);
    ops->broadcast_words(s->message + 8 * L, tail16 + 8);
}

/* hash <= target, both as little-endian 256-bit integers. */
static bool meets(const uint8_t *hash32, const uint8_t *target32) {
    for (size_t i = 32; i > 0; i--) {
        if (hash32[i - 1] != target32[i - 1]) {
            return hash32[i - 1] < target32[i - 1];
        }
    }
    return true;
}

/* The first of the `count` lanes whose hash meets the target; RP_HASH_MAX_LANES if none does. The
 * top word of a hash decides nearly always, and is one row of the state. */
static size_t first_hit(const rp_hash_ops *ops, const uint32_t *state, const uint8_t *target32,
                        size_t count, uint8_t *hash32) {
    const size_t L = ops->lanes;
    const uint32_t top = (uint32_t)target32[31] << 24 | (uint32_t)target32[30] << 16 |
                         (uint32_t)target32[29] << 8 | (uint32_t)target32[28];
    for (size_t l = 0; l < count; l++) {
        if (__builtin_bswap32(state[ROW_TOP * L + l]) > top) {
            continue;
        }
        for (size_t i = 0; i < 8; i++) {
            rp__store_be32(hash32 + 4 * i, state[i * L + l]);
        }
        if (meets(hash32, target32)) {
            return l;
        }
    }
    return RP_HASH_MAX_LANES;
}

bool rp_hash_scan_nonces(const rp_hash_engine *engine, uint32_t *out_nonce, uint8_t *out_hash32,
                         const uint8_t *header80, const uint8_t *target32, uint32_t first,
                         uint64_t count) {
    const rp_hash_ops *ops = engine->batch;
    const size_t L = ops->lanes;
    const uint64_t left = (uint64_t)UINT32_MAX + 1 - first;
    const uint64_t wanted = count < left ? count : left;
    scratch s;
    prepare(&s, engine, header80);
    for (uint64_t done = 0; done < wanted; done += L) {
        for (size_t l = 0; l < L; l++) {
            /* Lanes behind the end wrap around; their hashes are not looked at. */
            s.message[ROW_NONCE * L + l] = __builtin_bswap32(first + (uint32_t)(done + l));
        }
        ops->compress(s.state, s.midstate, s.message);
        ops->compress_digest(s.state, s.state);
        const size_t filled = wanted - done < L ? (size_t)(wanted - done) : L;
        uint8_t hash32[32];
        const size_t hit = first_hit(ops, s.state, target32, filled, hash32);
        if (hit < L) {
            *out_nonce = first + (uint32_t)(done + hit);
            memcpy(out_hash32, hash32, 32);
            return true;
        }
    }
    return false;
}
