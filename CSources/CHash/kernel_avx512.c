/*
 * AVX-512F: 16 lanes, one 512-bit register per word of the state. Rotation and three-input logic
 * are single instructions, and state and schedule together (24 registers) never spill.
 */
#include "kernels.h"

#if defined(__x86_64__)
#include "transpose.h"

#define TARGET __attribute__((target("avx512f,avx2")))

/* Truth tables of vpternlogd: bit (a << 2 | b << 1 | c) of the immediate is the result. */
enum { TERNARY_XOR3 = 0x96, TERNARY_CHOOSE = 0xca, TERNARY_MAJORITY = 0xe8 };

#define V __m512i
#define RP_LOAD(p, row) _mm512_load_si512((const void *)((p) + 16 * (row)))
#define RP_STORE(p, row, v) _mm512_store_si512((void *)((p) + 16 * (row)), (v))
#define RP_SET1(x) _mm512_set1_epi32((int32_t)(x))
#define RP_ADD(x, y) _mm512_add_epi32((x), (y))
#define RP_XOR3(x, y, z) _mm512_ternarylogic_epi32((x), (y), (z), TERNARY_XOR3)
#define RP_ROR(x, n) _mm512_ror_epi32((x), (n))
#define RP_SHR(x, n) _mm512_srli_epi32((x), (n))
#define RP_CH(e, f, g) _mm512_ternarylogic_epi32((e), (f), (g), TERNARY_CHOOSE)
#define RP_XOR(x, y) _mm512_xor_si512((x), (y))
#define RP_MAJ(a, b, c, ab, bc) _mm512_ternarylogic_epi32((a), (b), (c), TERNARY_MAJORITY)
#include "compress_template.h"

RP_LANE_INITIAL_STATE(initial_state, 16);

TARGET static void avx512_compress(uint32_t *out, const uint32_t *in, const uint32_t *words) {
    RP_COMPRESS(out, in, words);
}

TARGET static void avx512_digest(uint32_t *out, const uint32_t *words) {
    RP_COMPRESS_DIGEST(out, initial_state, words);
}

TARGET static void avx512_scheduled(uint32_t *out, const uint32_t *in,
                                    const uint32_t *scheduled64) {
    RP_COMPRESS_SCHEDULED(out, in, scheduled64);
}

TARGET static void avx512_load_blocks(uint32_t *words, const uint8_t *const *blocks) {
    for (size_t half = 0; half < 2; half++) {
        rp__transpose8_be(words + 8 * half, 16, blocks + 8 * half, 0);
        rp__transpose8_be(words + 8 * 16 + 8 * half, 16, blocks + 8 * half, 32);
    }
}

TARGET static void avx512_load_words(uint32_t *words, const uint32_t *const *sources) {
    rp__transpose8(words, 16, sources);
    rp__transpose8(words + 8, 16, sources + 8);
}

TARGET static void avx512_broadcast(uint32_t *words, const uint32_t *words8) {
    for (size_t i = 0; i < 8; i++) {
        RP_STORE(words, i, RP_SET1(words8[i]));
    }
}

TARGET static void avx512_store_digests(uint8_t *out32s, const uint32_t *state) {
    rp__untranspose8_be(out32s, state, 16);
    rp__untranspose8_be(out32s + 8 * 32, state + 8, 16);
}

const rp_hash_ops rp__hash_avx512_x16 = {
    .kernel = RP_HASH_AVX512_X16,
    .name = "avx512-x16",
    .lanes = 16,
    .initial_state = initial_state,
    .compress = avx512_compress,
    .compress_digest = avx512_digest,
    .compress_scheduled = avx512_scheduled,
    .load_blocks = avx512_load_blocks,
    .load_words = avx512_load_words,
    .broadcast_words = avx512_broadcast,
    .store_digests = avx512_store_digests,
    .compress_bytes = rp__hash_portable_bytes,
};

#endif
