/* Batches: many independent messages of one length, hashed side by side in the lanes. */
#include "kernels.h"

/* One group of up to L messages. Whole blocks come straight from the messages; the padded end of
 * each is built beside them. */
typedef struct group {
    const rp_hash_ops *ops;
    const uint8_t *messages[RP_HASH_MAX_LANES];
    size_t length;
} group;

static void hash_group(const group *g, uint32_t *state, uint32_t *words) {
    const rp_hash_ops *ops = g->ops;
    const size_t whole = g->length / 64, rest = g->length % 64, tail = rest < 56 ? 64 : 128;
    const uint8_t *blocks[RP_HASH_MAX_LANES];
    uint8_t tails[RP_HASH_MAX_LANES][128];
    const uint32_t *from = ops->initial_state;
    for (size_t b = 0; b < whole; b++) {
        for (size_t l = 0; l < ops->lanes; l++) {
            blocks[l] = g->messages[l] + 64 * b;
        }
        ops->load_blocks(words, blocks);
        ops->compress(state, from, words);
        from = state;
    }
    for (size_t l = 0; l < ops->lanes; l++) {
        memset(tails[l], 0, tail);
        if (rest > 0) {
            memcpy(tails[l], g->messages[l] + 64 * whole, rest);
        }
        tails[l][rest] = 0x80;
        rp__store_be64(tails[l] + tail - 8, (uint64_t)g->length << 3);
    }
    for (size_t b = 0; b < tail / 64; b++) {
        for (size_t l = 0; l < ops->lanes; l++) {
            blocks[l] = tails[l] + 64 * b;
        }
        ops->load_blocks(words, blocks);
        ops->compress(state, from, words);
        from = state;
    }
}

static void hash_batch(const rp_hash_engine *engine, uint8_t *out32s, const uint8_t *messages,
                       size_t stride, size_t length, size_t count, bool twice) {
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t words[16 * RP_HASH_MAX_LANES];
    group g = {.ops = engine->batch, .length = length};
    const size_t L = g.ops->lanes;
    for (size_t at = 0; at < count; at += L) {
        const size_t filled = count - at < L ? count - at : L;
        for (size_t l = 0; l < L; l++) {
            /* Lanes without a message of their own repeat the last one; nothing is read twice that
             * the caller did not give. */
            const size_t index = at + (l < filled ? l : filled - 1);
            g.messages[l] = length == 0 ? NULL : messages + index * stride;
        }
        hash_group(&g, state, words);
        if (twice) {
            g.ops->compress_digest(state, state);
        }
        rp__store_lanes(g.ops, out32s + 32 * at, state, filled);
    }
}

void rp_hash_sha256_batch(const rp_hash_engine *engine, uint8_t *out32s, const uint8_t *messages,
                          size_t stride, size_t length, size_t count) {
    hash_batch(engine, out32s, messages, stride, length, count, false);
}

void rp_hash_sha256d_batch(const rp_hash_engine *engine, uint8_t *out32s, const uint8_t *messages,
                           size_t stride, size_t length, size_t count) {
    hash_batch(engine, out32s, messages, stride, length, count, true);
}
