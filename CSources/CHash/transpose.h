/*
 * Private to CHash, AVX2 kernels: eight rows of eight 32-bit words, one row a lane, into lane
 * order. Half-rows are joined with vinserti128 from memory, which keeps the single shuffle port of
 * Intel CPUs for the sixteen unpacks that remain.
 */
#ifndef RP_TRANSPOSE_H
#define RP_TRANSPOSE_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define RP_TRANSPOSE_TARGET __attribute__((target("avx2"), always_inline)) static inline

/* Reverses the bytes of each 32-bit word. */
RP_TRANSPOSE_TARGET __m256i rp__byte_swap(void) {
    return _mm256_broadcastsi128_si256(
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
}

/* Register i: words c..c+3 of lane i low, words c..c+3 of lane i+4 high. */
RP_TRANSPOSE_TARGET __m256i rp__half_rows(const void *low, const void *high) {
    __m128i first = _mm_loadu_si128((const __m128i *)low);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

/* Stores four word rows made of four half-row registers. */
RP_TRANSPOSE_TARGET void rp__store_four(uint32_t *words, size_t row_stride, __m256i r0, __m256i r1,
                                        __m256i r2, __m256i r3) {
    __m256i t0 = _mm256_unpacklo_epi32(r0, r1), t1 = _mm256_unpackhi_epi32(r0, r1);
    __m256i t2 = _mm256_unpacklo_epi32(r2, r3), t3 = _mm256_unpackhi_epi32(r2, r3);
    _mm256_store_si256((__m256i *)(void *)words, _mm256_unpacklo_epi64(t0, t2));
    _mm256_store_si256((__m256i *)(void *)(words + row_stride), _mm256_unpackhi_epi64(t0, t2));
    _mm256_store_si256((__m256i *)(void *)(words + 2 * row_stride), _mm256_unpacklo_epi64(t1, t3));
    _mm256_store_si256((__m256i *)(void *)(words + 3 * row_stride), _mm256_unpackhi_epi64(t1, t3));
}

/* Eight digests of 32 bytes at out32s from the eight word rows of eight lanes. */
RP_TRANSPOSE_TARGET void rp__untranspose8_be(uint8_t *out32s, const uint32_t *words,
                                             size_t row_stride) {
    const __m256i swap = rp__byte_swap();
    for (size_t c = 0; c < 8; c += 4) {
        __m256i r[4];
        for (size_t i = 0; i < 4; i++) {
            const uint32_t *row = words + (c + i) * row_stride;
            r[i] = _mm256_load_si256((const __m256i *)(const void *)row);
        }
        __m256i t0 = _mm256_unpacklo_epi32(r[0], r[1]), t1 = _mm256_unpackhi_epi32(r[0], r[1]);
        __m256i t2 = _mm256_unpacklo_epi32(r[2], r[3]), t3 = _mm256_unpackhi_epi32(r[2], r[3]);
        const __m256i fours[4] = {_mm256_unpacklo_epi64(t0, t2), _mm256_unpackhi_epi64(t0, t2),
                                  _mm256_unpacklo_epi64(t1, t3), _mm256_unpackhi_epi64(t1, t3)};
        for (size_t l = 0; l < 4; l++) {
            const __m256i bytes = _mm256_shuffle_epi8(fours[l], swap);
            uint8_t *out = out32s + 32 * l + 4 * c;
            _mm_storeu_si128((__m128i *)(void *)out, _mm256_castsi256_si128(bytes));
            _mm_storeu_si128((__m128i *)(void *)(out + 4 * 32), _mm256_extracti128_si256(bytes, 1));
        }
    }
}

/* words[i * row_stride + l] = sources[l][i] for i, l < 8. */
RP_TRANSPOSE_TARGET void rp__transpose8(uint32_t *words, size_t row_stride,
                                        const uint32_t *const *sources) {
    for (size_t c = 0; c < 8; c += 4) {
        rp__store_four(words + c * row_stride, row_stride,
                       rp__half_rows(sources[0] + c, sources[4] + c),
                       rp__half_rows(sources[1] + c, sources[5] + c),
                       rp__half_rows(sources[2] + c, sources[6] + c),
                       rp__half_rows(sources[3] + c, sources[7] + c));
    }
}

/* The same from 32 bytes at blocks[l] + offset, each word read big-endian. */
RP_TRANSPOSE_TARGET void rp__transpose8_be(uint32_t *words, size_t row_stride,
                                           const uint8_t *const *blocks, size_t offset) {
    const __m256i swap = rp__byte_swap();
    for (size_t c = 0; c < 8; c += 4) {
        size_t at = offset + 4 * c;
        __m256i rows[4];
        for (size_t i = 0; i < 4; i++) {
            rows[i] = _mm256_shuffle_epi8(rp__half_rows(blocks[i] + at, blocks[i + 4] + at), swap);
        }
        rp__store_four(words + c * row_stride, row_stride, rows[0], rows[1], rows[2], rows[3]);
    }
}

#endif
