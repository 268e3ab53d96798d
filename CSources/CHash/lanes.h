/* Private to CHash: small steps in lane order. */
#ifndef RP_LANES_H
#define RP_LANES_H

#include "kernels.h"

/* state = SHA-256 of the digests that state holds. `words` is scratch of 16 * L. */
static inline void rp__lanes_hash_digest(const rp_hash_ops *ops, uint32_t *state, uint32_t *words) {
    const size_t row = ops->lanes;
    memcpy(words, state, 8 * row * sizeof *words);
    memset(words + 8 * row, 0, 8 * row * sizeof *words);
    for (size_t l = 0; l < row; l++) {
        words[8 * row + l] = 0x80000000;
        words[15 * row + l] = 256;
    }
    ops->compress(state, ops->initial_state, words);
}

/* Writes the digests of the first `count` lanes, 32 bytes each. */
static inline void rp__lanes_store(uint8_t *out32s, const uint32_t *state, uint32_t lanes,
                                   size_t count) {
    for (size_t l = 0; l < count; l++) {
        for (size_t i = 0; i < 8; i++) {
            rp__store_be32(out32s + 32 * l + 4 * i, state[i * lanes + l]);
        }
    }
}

#endif
