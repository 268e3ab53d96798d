/*
 * One lane without SHA extensions: the rounds run in the integer registers (BMI2 rotates), while
 * the vector unit works out the schedule of the next sixteen, four words at a time. The two streams
 * share no dependency, so an out-of-order core overlaps them almost entirely.
 */
#include "kernels.h"

#if defined(__x86_64__)
#include "compress_scalar.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define TARGET_INLINE TARGET __attribute__((always_inline)) static inline

TARGET_INLINE __m128i load4(const uint32_t *words4) {
    return _mm_loadu_si128((const __m128i *)(const void *)words4);
}

TARGET_INLINE __m128i load4_be(const uint8_t *bytes16) {
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes16), swap);
}

TARGET_INLINE __m128i small_sigma0(__m128i x) {
    __m128i ror7 = _mm_or_si128(_mm_srli_epi32(x, 7), _mm_slli_epi32(x, 25));
    __m128i ror18 = _mm_or_si128(_mm_srli_epi32(x, 18), _mm_slli_epi32(x, 14));
    return _mm_xor_si128(_mm_xor_si128(ror7, ror18), _mm_srli_epi32(x, 3));
}

/* Small sigma 1 of two words, each given twice in a 64-bit element: a 64-bit shift then rotates.
 * The results are the even words; the odd ones are meaningless. */
TARGET_INLINE __m128i small_sigma1_pair(__m128i doubled) {
    return _mm_xor_si128(_mm_xor_si128(_mm_srli_epi64(doubled, 17), _mm_srli_epi64(doubled, 19)),
                         _mm_srli_epi32(doubled, 10));
}

/* The next four schedule words from the last sixteen, oldest first. The last two need the first
 * two, hence two steps of sigma 1. */
TARGET_INLINE __m128i schedule4(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    const __m128i low = _mm_set_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 11, 10, 9, 8, 3, 2, 1, 0);
    const __m128i high = _mm_set_epi8(11, 10, 9, 8, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
    __m128i sum = _mm_add_epi32(_mm_add_epi32(w0, small_sigma0(_mm_alignr_epi8(w1, w0, 4))),
                                _mm_alignr_epi8(w3, w2, 4));
    __m128i first = small_sigma1_pair(_mm_shuffle_epi32(w3, 0xFA));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi8(first, low));
    __m128i second = small_sigma1_pair(_mm_shuffle_epi32(sum, 0x50));
    return _mm_add_epi32(sum, _mm_shuffle_epi8(second, high));
}

TARGET_INLINE void store_wk(uint32_t *wk4, __m128i w, const uint32_t *k4) {
    _mm_store_si128((__m128i *)(void *)wk4, _mm_add_epi32(w, load4(k4)));
}

#define RP_WK_NOW(i) now[i]

TARGET_INLINE void compress_vectors(uint32_t *out, const uint32_t *in, __m128i w0, __m128i w1,
                                    __m128i w2, __m128i w3) {
    _Alignas(16) uint32_t wk[2][16];
    uint32_t *now = wk[0], *next = wk[1];
    RP_LOAD_STATE(in);
    const uint32_t *k = rp__hash_k;
    store_wk(now, w0, k);
    store_wk(now + 4, w1, k + 4);
    store_wk(now + 8, w2, k + 8);
    store_wk(now + 12, w3, k + 12);
    _Pragma("clang loop unroll(disable)") for (size_t stretch = 0; stretch < 3; stretch++) {
        k += 16;
        w0 = schedule4(w0, w1, w2, w3);
        store_wk(next, w0, k);
        w1 = schedule4(w1, w2, w3, w0);
        store_wk(next + 4, w1, k + 4);
        w2 = schedule4(w2, w3, w0, w1);
        store_wk(next + 8, w2, k + 8);
        w3 = schedule4(w3, w0, w1, w2);
        store_wk(next + 12, w3, k + 12);
        RP_ROUNDS16(RP_WK_NOW);
        uint32_t *swap = now;
        now = next;
        next = swap;
    }
    RP_ROUNDS16(RP_WK_NOW);
    RP_ADD_STATE(out, in);
}

TARGET static void avx2_compress(uint32_t *out, const uint32_t *in, const uint32_t *words16) {
    compress_vectors(out, in, load4(words16), load4(words16 + 4), load4(words16 + 8),
                     load4(words16 + 12));
}

TARGET static void avx2_digest(uint32_t *out, const uint32_t *words8) {
    compress_vectors(out, rp_hash_initial_state, load4(words8), load4(words8 + 4),
                     _mm_set_epi32(0, 0, 0, INT32_MIN), _mm_set_epi32(32 * 8, 0, 0, 0));
}

TARGET static void avx2_scheduled(uint32_t *out, const uint32_t *in, const uint32_t *scheduled64) {
    RP_COMPRESS_SCHEDULED(out, in, scheduled64);
}

TARGET static void avx2_bytes(uint32_t *state8, const uint8_t *blocks, size_t block_count) {
    for (; block_count > 0; block_count--, blocks += 64) {
        compress_vectors(state8, state8, load4_be(blocks), load4_be(blocks + 16),
                         load4_be(blocks + 32), load4_be(blocks + 48));
    }
}

TARGET static void avx2_load_blocks(uint32_t *words16, const uint8_t *const *blocks) {
    for (size_t i = 0; i < 4; i++) {
        _mm_storeu_si128((__m128i *)(void *)(words16 + 4 * i), load4_be(blocks[0] + 16 * i));
    }
}

const rp_hash_ops rp__hash_avx2 = {
    .kernel = RP_HASH_AVX2,
    .name = "avx2",
    .lanes = 1,
    .initial_state = rp_hash_initial_state,
    .compress = avx2_compress,
    .compress_digest = avx2_digest,
    .compress_scheduled = avx2_scheduled,
    .load_blocks = avx2_load_blocks,
    .load_words = rp__one_lane_words,
    .broadcast_words = rp__one_lane_broadcast,
    .store_digests = rp__store_digest,
    .compress_bytes = avx2_bytes,
};

#endif
