/* Private to CHash: the kernels' tables and the byte helpers that they share. */
#ifndef RP_KERNELS_H
#define RP_KERNELS_H

#include "CHash.h"

#include <string.h>

extern const uint32_t rp__hash_k[64];

/* Portable code that several kernels share. */
void rp__hash_portable_bytes(uint32_t *state8, const uint8_t *blocks, size_t block_count);
void rp__one_lane_words(uint32_t *words8, const uint32_t *const *sources);
void rp__one_lane_broadcast(uint32_t *words8, const uint32_t *source8);

/* Defines `name`, the initial state (FIPS 180-4 section 5.3.3) in the order of L lanes: 2, 8 or 16.
 */
#define RP_LANES_2(x) (x), (x)
#define RP_LANES_8(x) RP_LANES_2(x), RP_LANES_2(x), RP_LANES_2(x), RP_LANES_2(x)
#define RP_LANES_16(x) RP_LANES_8(x), RP_LANES_8(x)
#define RP_LANE_INITIAL_STATE(name, L)                                                             \
    _Alignas(RP_HASH_LANE_ALIGN) static const uint32_t name[8 * (L)] = {                           \
        RP_LANES_##L(0x6a09e667), RP_LANES_##L(0xbb67ae85), RP_LANES_##L(0x3c6ef372),              \
        RP_LANES_##L(0xa54ff53a), RP_LANES_##L(0x510e527f), RP_LANES_##L(0x9b05688c),              \
        RP_LANES_##L(0x1f83d9ab), RP_LANES_##L(0x5be0cd19)}

extern const rp_hash_ops rp__hash_portable;
#if defined(__x86_64__)
extern const rp_hash_ops rp__hash_avx2;
extern const rp_hash_ops rp__hash_shani;
extern const rp_hash_ops rp__hash_shani_x2;
extern const rp_hash_ops rp__hash_avx2_x8;
extern const rp_hash_ops rp__hash_avx512_x16;
#endif

static inline uint32_t rp__load_be32(const uint8_t *bytes4) {
    return (uint32_t)bytes4[0] << 24 | (uint32_t)bytes4[1] << 16 | (uint32_t)bytes4[2] << 8 |
           (uint32_t)bytes4[3];
}

static inline void rp__store_be32(uint8_t *bytes4, uint32_t word) {
    bytes4[0] = (uint8_t)(word >> 24);
    bytes4[1] = (uint8_t)(word >> 16);
    bytes4[2] = (uint8_t)(word >> 8);
    bytes4[3] = (uint8_t)word;
}

static inline void rp__store_be64(uint8_t *bytes8, uint64_t word) {
    rp__store_be32(bytes8, (uint32_t)(word >> 32));
    rp__store_be32(bytes8 + 4, (uint32_t)word);
}

/* The digest bytes of a plain state. */
static inline void rp__store_digest(uint8_t *out32, const uint32_t *state8) {
    for (size_t i = 0; i < 8; i++) {
        rp__store_be32(out32 + 4 * i, state8[i]);
    }
}

/* Writes the digests of the first `count` lanes, 32 bytes each. */
static inline void rp__store_lanes(const rp_hash_ops *ops, uint8_t *out32s, const uint32_t *state,
                                   size_t count) {
    uint8_t all[32 * RP_HASH_MAX_LANES];
    ops->store_digests(all, state);
    memcpy(out32s, all, 32 * count);
}

#endif
