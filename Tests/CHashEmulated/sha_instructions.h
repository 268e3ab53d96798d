/*
 * SHA256RNDS2, SHA256MSG1 and SHA256MSG2, word for word from the operation sections of the Intel
 * SDM, volume 2. Element 0 of an array is bits 31:0 of the register.
 */
#ifndef RP_SHA_INSTRUCTIONS_H
#define RP_SHA_INSTRUCTIONS_H

#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

static inline uint32_t rp__rotate(uint32_t x, uint32_t n) {
    return x >> n | x << (32 - n);
}

static inline uint32_t rp__big_sigma0(uint32_t x) {
    return rp__rotate(x, 2) ^ rp__rotate(x, 13) ^ rp__rotate(x, 22);
}

static inline uint32_t rp__big_sigma1(uint32_t x) {
    return rp__rotate(x, 6) ^ rp__rotate(x, 11) ^ rp__rotate(x, 25);
}

static inline uint32_t rp__small_sigma0(uint32_t x) {
    return rp__rotate(x, 7) ^ rp__rotate(x, 18) ^ x >> 3;
}

static inline uint32_t rp__small_sigma1(uint32_t x) {
    return rp__rotate(x, 17) ^ rp__rotate(x, 19) ^ x >> 10;
}

static inline void rp__words_of(uint32_t *words4, __m128i value) {
    _mm_storeu_si128((__m128i *)(void *)words4, value);
}

static inline __m128i rp__register_of(const uint32_t *words4) {
    return _mm_loadu_si128((const __m128i *)(const void *)words4);
}

/* Two rounds: `source1` holds C, D, G, H from the top down, `source2` A, B, E, F, and the low half
 * of `wk` the two words with their constants added. Gives the new A, B, E, F. */
static inline __m128i rp__sha256rnds2(__m128i source1, __m128i source2, __m128i wk) {
    uint32_t cdgh[4], abef[4], words[4];
    rp__words_of(cdgh, source1);
    rp__words_of(abef, source2);
    rp__words_of(words, wk);
    uint32_t a = abef[3], b = abef[2], c = cdgh[3], d = cdgh[2];
    uint32_t e = abef[1], f = abef[0], g = cdgh[1], h = cdgh[0];
    for (size_t i = 0; i < 2; i++) {
        const uint32_t choose = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
        const uint32_t first = choose + rp__big_sigma1(e) + words[i] + h;
        const uint32_t next_a = first + majority + rp__big_sigma0(a), next_e = first + d;
        d = c, c = b, b = a, a = next_a;
        h = g, g = f, f = e, e = next_e;
    }
    const uint32_t result[4] = {f, e, b, a};
    return rp__register_of(result);
}

/* W[t-16] + sigma0(W[t-15]) for four t: `source1` holds W0...W3, `source2` starts with W4. */
static inline __m128i rp__sha256msg1(__m128i source1, __m128i source2) {
    uint32_t w[4], later[4];
    rp__words_of(w, source1);
    rp__words_of(later, source2);
    const uint32_t result[4] = {
        w[0] + rp__small_sigma0(w[1]),
        w[1] + rp__small_sigma0(w[2]),
        w[2] + rp__small_sigma0(w[3]),
        w[3] + rp__small_sigma0(later[0]),
    };
    return rp__register_of(result);
}

/* Completes W16...W19: `source1` holds their sums without sigma1, `source2` ends with W14, W15. */
static inline __m128i rp__sha256msg2(__m128i source1, __m128i source2) {
    uint32_t sum[4], earlier[4];
    rp__words_of(sum, source1);
    rp__words_of(earlier, source2);
    const uint32_t w16 = sum[0] + rp__small_sigma1(earlier[2]);
    const uint32_t w17 = sum[1] + rp__small_sigma1(earlier[3]);
    const uint32_t w18 = sum[2] + rp__small_sigma1(w16);
    const uint32_t w19 = sum[3] + rp__small_sigma1(w17);
    const uint32_t result[4] = {w16, w17, w18, w19};
    return rp__register_of(result);
}

#define _mm_sha256rnds2_epu32 rp__sha256rnds2
#define _mm_sha256msg1_epu32 rp__sha256msg1
#define _mm_sha256msg2_epu32 rp__sha256msg2

#endif
