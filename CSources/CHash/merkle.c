/* Merkle steps: SHA-256d of two hashes, one at a time, down a branch, or a whole level in lanes. */
#include "kernels.h"

/* Computed once from { 0x80000000, 0 x 14, 512 }; a test expands it again and compares. */
const uint32_t rp_hash_scheduled_pad64[64] = {
    0xc28a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf374,
    0x649b69c1, 0xf0fe4786, 0x0fe1edc6, 0x240cf254, 0x4fe9346f, 0x6cc984be, 0x61b9411e, 0x16f988fa,
    0xf2c65152, 0xa88e5a6d, 0xb019fc65, 0xb9d99ec7, 0x9a1231c3, 0xe70eeaa0, 0xfdb1232b, 0xc7353eb0,
    0x3069bad5, 0xcb976d5f, 0x5a0f118f, 0xdc1eeefd, 0x0a35b689, 0xde0b7a04, 0x58f4ca9d, 0xe15d5b16,
    0x007f3e86, 0x37088980, 0xa507ea32, 0x6fab9537, 0x17406110, 0x0d8cd6f1, 0xcdaa3b6d, 0xc0bbbe37,
    0x83613bda, 0xdb48a363, 0x0b02e931, 0x6fd15ca7, 0x521afaca, 0x31338431, 0x6ed41a95, 0x6d437890,
    0xc39c91f2, 0x9eccabbd, 0xb5c9a0e6, 0x532fb63c, 0xd2c741c6, 0x07237ea3, 0xa4954b68, 0x4c191d76};

/* state8 = SHA-256d(words16); state8 may lie in words16. */
static void step_words(const rp_hash_ops *ops, uint32_t *state8, const uint32_t *words16) {
    ops->compress(state8, ops->initial_state, words16);
    ops->compress_scheduled(state8, state8, rp_hash_scheduled_pad64);
    ops->compress_digest(state8, state8);
}

static void load_digest(uint32_t *words8, const uint8_t *bytes32) {
    for (size_t i = 0; i < 8; i++) {
        words8[i] = rp__load_be32(bytes32 + 4 * i);
    }
}

void rp_hash_merkle_step(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *left32,
                         const uint8_t *right32) {
    uint32_t words16[16], state8[8];
    load_digest(words16, left32);
    load_digest(words16 + 8, right32);
    step_words(engine->single, state8, words16);
    rp__store_digest(out32, state8);
}

void rp_hash_merkle_fold(const rp_hash_engine *engine, uint8_t *inout32, const uint8_t *branch32s,
                         size_t count) {
    uint32_t words16[16];
    load_digest(words16, inout32);
    for (size_t i = 0; i < count; i++) {
        load_digest(words16 + 8, branch32s + 32 * i);
        step_words(engine->single, words16, words16);
    }
    rp__store_digest(inout32, words16);
}

void rp_hash_merkle_level(const rp_hash_engine *engine, uint8_t *out32s, const uint8_t *nodes32s,
                          size_t pair_count) {
    const rp_hash_ops *ops = engine->batch;
    const uint32_t L = ops->lanes;
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t words[16 * RP_HASH_MAX_LANES];
    for (size_t at = 0; at < pair_count; at += L) {
        const uint8_t *blocks[RP_HASH_MAX_LANES];
        const size_t filled = pair_count - at < L ? pair_count - at : L;
        for (size_t l = 0; l < L; l++) {
            blocks[l] = nodes32s + 64 * (at + (l < filled ? l : filled - 1));
        }
        ops->load_blocks(words, blocks);
        ops->compress(state, ops->initial_state, words);
        ops->compress_scheduled(state, state, rp_hash_scheduled_pad64);
        ops->compress_digest(state, state);
        rp__store_lanes(ops, out32s + 32 * at, state, filled);
    }
}
