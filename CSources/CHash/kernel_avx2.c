/* AVX2: 8 lanes, one 256-bit register per word of the state. */
#include "kernels.h"

#if defined(__x86_64__)
#include "transpose.h"

#define TARGET __attribute__((target("avx2")))

#define V __m256i
#define RP_LOAD(p, row) _mm256_load_si256((const __m256i *)(const void *)((p) + 8 * (row)))
#define RP_STORE(p, row, v) _mm256_store_si256((__m256i *)(void *)((p) + 8 * (row)), (v))
#define RP_SET1(x) _mm256_set1_epi32((int32_t)(x))
#define RP_ADD(x, y) _mm256_add_epi32((x), (y))
#define RP_XOR3(x, y, z) _mm256_xor_si256(_mm256_xor_si256((x), (y)), (z))
#define RP_ROR(x, n) _mm256_or_si256(_mm256_srli_epi32((x), (n)), _mm256_slli_epi32((x), 32 - (n)))
#define RP_SHR(x, n) _mm256_srli_epi32((x), (n))
#define RP_CH(e, f, g) _mm256_xor_si256((g), _mm256_and_si256((e), _mm256_xor_si256((f), (g))))
#define RP_XOR(x, y) _mm256_xor_si256((x), (y))
#define RP_MAJ(a, b, c, ab, bc) _mm256_xor_si256((b), _mm256_and_si256((ab), (bc)))
#include "compress_template.h"

RP_LANE_INITIAL_STATE(initial_state, 8);

TARGET static void avx2_compress(uint32_t *out, const uint32_t *in, const uint32_t *words) {
    RP_COMPRESS(out, in, words);
}

TARGET static void avx2_digest(uint32_t *out, const uint32_t *words) {
    RP_COMPRESS_DIGEST(out, initial_state, words);
}

TARGET static void avx2_scheduled(uint32_t *out, const uint32_t *in, const uint32_t *scheduled64) {
    RP_COMPRESS_SCHEDULED(out, in, scheduled64);
}

TARGET static void avx2_load_blocks(uint32_t *words, const uint8_t *const *blocks) {
    rp__transpose8_be(words, 8, blocks, 0);
    rp__transpose8_be(words + 8 * 8, 8, blocks, 32);
}

TARGET static void avx2_load_words(uint32_t *words, const uint32_t *const *sources) {
    rp__transpose8(words, 8, sources);
}

TARGET static void avx2_broadcast(uint32_t *words, const uint32_t *words8) {
    for (size_t i = 0; i < 8; i++) {
        RP_STORE(words, i, RP_SET1(words8[i]));
    }
}

TARGET static void avx2_store_digests(uint8_t *out32s, const uint32_t *state) {
    rp__untranspose8_be(out32s, state, 8);
}

const rp_hash_ops rp__hash_avx2_x8 = {
    .kernel = RP_HASH_AVX2_X8,
    .name = "avx2-x8",
    .lanes = 8,
    .initial_state = initial_state,
    .compress = avx2_compress,
    .compress_digest = avx2_digest,
    .compress_scheduled = avx2_scheduled,
    .load_blocks = avx2_load_blocks,
    .load_words = avx2_load_words,
    .broadcast_words = avx2_broadcast,
    .store_digests = avx2_store_digests,
    .compress_bytes = rp__hash_portable_bytes,
};

#endif
