/*
 * SHA extensions. One instruction does two rounds but takes several cycles, each needing the one
 * before: a single message leaves the unit idle half of the time. The two-lane kernel runs two
 * independent messages through the same code, interleaved, and nearly doubles the throughput.
 *
 * The instructions want the state as ABEF and CDGH (Intel SDM volume 2, SHA256RNDS2).
 *
 * Tests compile this file a second time with the three instructions emulated in C, so that its
 * logic is tested on machines without them: RP_SHANI_EMULATION names the header that replaces them.
 */
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if defined(RP_SHANI_EMULATION)
#include RP_SHANI_EMULATION
#define TARGET __attribute__((target("sse4.1,ssse3")))
#else
#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#endif
#define TARGET_INLINE TARGET __attribute__((always_inline)) static inline

/* One message's state in the order that the instructions want. */
typedef struct lane {
    __m128i abef, cdgh;
} lane;

TARGET_INLINE __m128i load4(const uint32_t *words4) {
    return _mm_loadu_si128((const __m128i *)(const void *)words4);
}

TARGET_INLINE void store4(uint32_t *words4, __m128i v) {
    _mm_storeu_si128((__m128i *)(void *)words4, v);
}

TARGET_INLINE lane pack(__m128i abcd, __m128i efgh) {
    __m128i badc = _mm_shuffle_epi32(abcd, 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1B);
    return (lane){_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xF0)};
}

TARGET_INLINE void unpack(lane s, __m128i *abcd, __m128i *efgh) {
    __m128i feba = _mm_shuffle_epi32(s.abef, 0x1B);
    __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xB1);
    *abcd = _mm_blend_epi16(feba, dchg, 0xF0);
    *efgh = _mm_alignr_epi8(dchg, feba, 8);
}

TARGET_INLINE void add_lane(lane *s, lane before) {
    s->abef = _mm_add_epi32(s->abef, before.abef);
    s->cdgh = _mm_add_epi32(s->cdgh, before.cdgh);
}

/* Four rounds with scheduled words (constants added) in `wk`. */
TARGET_INLINE void rounds4(lane *s, __m128i wk) {
    s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
    s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0E));
}

/* The next four schedule words from the last sixteen, oldest first. */
TARGET_INLINE __m128i schedule4(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* Calls STEP(i, w0, w1, w2, w3) for the sixteen groups of four rounds; w0 is the group's own
 * schedule register, w1...w3 the three after it in the ring. */
#define GROUPS(STEP)                                                                               \
    STEP(0, 0, 1, 2, 3);                                                                           \
    STEP(1, 1, 2, 3, 0);                                                                           \
    STEP(2, 2, 3, 0, 1);                                                                           \
    STEP(3, 3, 0, 1, 2);                                                                           \
    STEP(4, 0, 1, 2, 3);                                                                           \
    STEP(5, 1, 2, 3, 0);                                                                           \
    STEP(6, 2, 3, 0, 1);                                                                           \
    STEP(7, 3, 0, 1, 2);                                                                           \
    STEP(8, 0, 1, 2, 3);                                                                           \
    STEP(9, 1, 2, 3, 0);                                                                           \
    STEP(10, 2, 3, 0, 1);                                                                          \
    STEP(11, 3, 0, 1, 2);                                                                          \
    STEP(12, 0, 1, 2, 3);                                                                          \
    STEP(13, 1, 2, 3, 0);                                                                          \
    STEP(14, 2, 3, 0, 1);                                                                          \
    STEP(15, 3, 0, 1, 2)

TARGET_INLINE void run_one(lane *s, __m128i *w) {
    const lane before = *s;
#define STEP(i, w0, w1, w2, w3)                                                                    \
    do {                                                                                           \
        if ((i) >= 4) {                                                                            \
            w[w0] = schedule4(w[w0], w[w1], w[w2], w[w3]);                                         \
        }                                                                                          \
        rounds4(s, _mm_add_epi32(w[w0], load4(rp__hash_k + 4 * (i))));                             \
    } while (0)
    GROUPS(STEP);
#undef STEP
    add_lane(s, before);
}

TARGET_INLINE void run_two(lane *s, lane *t, __m128i *w, __m128i *x) {
    const lane s_before = *s, t_before = *t;
#define STEP(i, w0, w1, w2, w3)                                                                    \
    do {                                                                                           \
        if ((i) >= 4) {                                                                            \
            w[w0] = schedule4(w[w0], w[w1], w[w2], w[w3]);                                         \
            x[w0] = schedule4(x[w0], x[w1], x[w2], x[w3]);                                         \
        }                                                                                          \
        rounds4(s, _mm_add_epi32(w[w0], load4(rp__hash_k + 4 * (i))));                             \
        rounds4(t, _mm_add_epi32(x[w0], load4(rp__hash_k + 4 * (i))));                             \
    } while (0)
    GROUPS(STEP);
#undef STEP
    add_lane(s, s_before);
    add_lane(t, t_before);
}

/* ---- one lane ---- */

TARGET static void shani_compress(uint32_t *out, const uint32_t *in, const uint32_t *words16) {
    lane s = pack(load4(in), load4(in + 4));
    __m128i w[4] = {load4(words16), load4(words16 + 4), load4(words16 + 8), load4(words16 + 12)};
    run_one(&s, w);
    __m128i abcd, efgh;
    unpack(s, &abcd, &efgh);
    store4(out, abcd);
    store4(out + 4, efgh);
}

/* The padding of a 32-byte digest: 0x80, zeros, 256 bits. */
#define DIGEST_PADDING _mm_set_epi32(0, 0, 0, INT32_MIN), _mm_set_epi32(32 * 8, 0, 0, 0)

TARGET static void shani_digest(uint32_t *out, const uint32_t *words8) {
    lane s = pack(load4(rp_hash_initial_state), load4(rp_hash_initial_state + 4));
    __m128i w[4] = {load4(words8), load4(words8 + 4), DIGEST_PADDING};
    run_one(&s, w);
    __m128i abcd, efgh;
    unpack(s, &abcd, &efgh);
    store4(out, abcd);
    store4(out + 4, efgh);
}

TARGET static void shani_scheduled(uint32_t *out, const uint32_t *in, const uint32_t *scheduled64) {
    lane s = pack(load4(in), load4(in + 4));
    const lane before = s;
    for (size_t i = 0; i < 64; i += 4) {
        rounds4(&s, load4(scheduled64 + i));
    }
    add_lane(&s, before);
    __m128i abcd, efgh;
    unpack(s, &abcd, &efgh);
    store4(out, abcd);
    store4(out + 4, efgh);
}

TARGET_INLINE __m128i load4_be(const uint8_t *bytes16) {
    const __m128i swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes16), swap);
}

TARGET static void shani_bytes(uint32_t *state8, const uint8_t *blocks, size_t block_count) {
    lane s = pack(load4(state8), load4(state8 + 4));
    for (; block_count > 0; block_count--, blocks += 64) {
        __m128i w[4] = {load4_be(blocks), load4_be(blocks + 16), load4_be(blocks + 32),
                        load4_be(blocks + 48)};
        run_one(&s, w);
    }
    __m128i abcd, efgh;
    unpack(s, &abcd, &efgh);
    store4(state8, abcd);
    store4(state8 + 4, efgh);
}

TARGET static void shani_load_blocks(uint32_t *words16, const uint8_t *const *blocks) {
    for (size_t i = 0; i < 4; i++) {
        store4(words16 + 4 * i, load4_be(blocks[0] + 16 * i));
    }
}

/* ---- two lanes: words interleaved pairwise ---- */

/* Splits eight interleaved words into four of each lane. */
TARGET_INLINE void split4(const uint32_t *words8, __m128i *first, __m128i *second) {
    __m128 low = _mm_castsi128_ps(load4(words8)), high = _mm_castsi128_ps(load4(words8 + 4));
    *first = _mm_castps_si128(_mm_shuffle_ps(low, high, 0x88));
    *second = _mm_castps_si128(_mm_shuffle_ps(low, high, 0xDD));
}

TARGET_INLINE void join4(uint32_t *words8, __m128i first, __m128i second) {
    store4(words8, _mm_unpacklo_epi32(first, second));
    store4(words8 + 4, _mm_unpackhi_epi32(first, second));
}

TARGET_INLINE void load_two(const uint32_t *state, lane *s, lane *t) {
    __m128i abcd[2], efgh[2];
    split4(state, &abcd[0], &abcd[1]);
    split4(state + 8, &efgh[0], &efgh[1]);
    *s = pack(abcd[0], efgh[0]);
    *t = pack(abcd[1], efgh[1]);
}

TARGET_INLINE void store_two(uint32_t *state, lane s, lane t) {
    __m128i abcd[2], efgh[2];
    unpack(s, &abcd[0], &efgh[0]);
    unpack(t, &abcd[1], &efgh[1]);
    join4(state, abcd[0], abcd[1]);
    join4(state + 8, efgh[0], efgh[1]);
}

TARGET static void shani_x2_compress(uint32_t *out, const uint32_t *in, const uint32_t *words) {
    lane s, t;
    load_two(in, &s, &t);
    __m128i w[4], x[4];
    for (size_t i = 0; i < 4; i++) {
        split4(words + 8 * i, &w[i], &x[i]);
    }
    run_two(&s, &t, w, x);
    store_two(out, s, t);
}

TARGET static void shani_x2_digest(uint32_t *out, const uint32_t *words) {
    lane s = pack(load4(rp_hash_initial_state), load4(rp_hash_initial_state + 4)), t = s;
    __m128i zero = _mm_setzero_si128();
    __m128i w[4] = {zero, zero, DIGEST_PADDING}, x[4] = {zero, zero, DIGEST_PADDING};
    for (size_t i = 0; i < 2; i++) {
        split4(words + 8 * i, &w[i], &x[i]);
    }
    run_two(&s, &t, w, x);
    store_two(out, s, t);
}

TARGET static void shani_x2_scheduled(uint32_t *out, const uint32_t *in,
                                      const uint32_t *scheduled64) {
    lane s, t;
    load_two(in, &s, &t);
    const lane s_before = s, t_before = t;
    for (size_t i = 0; i < 64; i += 4) {
        __m128i wk = load4(scheduled64 + i);
        rounds4(&s, wk);
        rounds4(&t, wk);
    }
    add_lane(&s, s_before);
    add_lane(&t, t_before);
    store_two(out, s, t);
}

TARGET static void shani_x2_load_blocks(uint32_t *words, const uint8_t *const *blocks) {
    for (size_t i = 0; i < 4; i++) {
        join4(words + 8 * i, load4_be(blocks[0] + 16 * i), load4_be(blocks[1] + 16 * i));
    }
}

TARGET static void shani_x2_load_words(uint32_t *words, const uint32_t *const *sources) {
    for (size_t i = 0; i < 2; i++) {
        join4(words + 8 * i, load4(sources[0] + 4 * i), load4(sources[1] + 4 * i));
    }
}

TARGET static void shani_x2_broadcast(uint32_t *words, const uint32_t *words8) {
    for (size_t i = 0; i < 2; i++) {
        __m128i four = load4(words8 + 4 * i);
        join4(words + 8 * i, four, four);
    }
}

TARGET static void shani_x2_store_digests(uint8_t *out32s, const uint32_t *state) {
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < 8; i++) {
            rp__store_be32(out32s + 32 * l + 4 * i, state[2 * i + l]);
        }
    }
}

RP_LANE_INITIAL_STATE(initial_state_x2, 2);

#if defined(RP_SHANI_EMULATION)
#define rp__hash_shani rp__hash_shani_emulated
#define rp__hash_shani_x2 rp__hash_shani_x2_emulated
extern const rp_hash_ops rp__hash_shani_emulated, rp__hash_shani_x2_emulated;
#endif

const rp_hash_ops rp__hash_shani = {
    .kernel = RP_HASH_SHANI,
    .name = "sha-ni",
    .lanes = 1,
    .initial_state = rp_hash_initial_state,
    .compress = shani_compress,
    .compress_digest = shani_digest,
    .compress_scheduled = shani_scheduled,
    .load_blocks = shani_load_blocks,
    .load_words = rp__one_lane_words,
    .broadcast_words = rp__one_lane_broadcast,
    .store_digests = rp__store_digest,
    .compress_bytes = shani_bytes,
};

const rp_hash_ops rp__hash_shani_x2 = {
    .kernel = RP_HASH_SHANI_X2,
    .name = "sha-ni-x2",
    .lanes = 2,
    .initial_state = initial_state_x2,
    .compress = shani_x2_compress,
    .compress_digest = shani_x2_digest,
    .compress_scheduled = shani_x2_scheduled,
    .load_blocks = shani_x2_load_blocks,
    .load_words = shani_x2_load_words,
    .broadcast_words = shani_x2_broadcast,
    .store_digests = shani_x2_store_digests,
    .compress_bytes = shani_bytes,
};

#endif
