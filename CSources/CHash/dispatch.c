/*
 * Which kernels this machine can run. The only hidden state of CHash lives here: the answers of the
 * self tests, each written once and never changed after.
 */
#include "kernels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <cpuid.h>

/* What the operating system saves on a context switch (XGETBV of XCR0). Wide registers may be used
 * only where it does: bits 1, 2 for 256-bit, and 5, 6, 7 as well for 512-bit (Intel SDM vol. 1,
 * section 13.3). */
static uint64_t saved_state(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

enum { SAVES_256 = 0x06, SAVES_512 = 0xe6 };

static bool cpu_has(rp_hash_kernel kernel) {
    uint32_t a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0) {
        return false;
    }
    const bool ssse3 = c >> 9 & 1, sse41 = c >> 19 & 1, osxsave = c >> 27 & 1, avx = c >> 28 & 1;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) {
        return false;
    }
    const bool bmi1 = b >> 3 & 1, bmi2 = b >> 8 & 1, sha = b >> 29 & 1, avx2 = b >> 5 & 1,
               avx512f = b >> 16 & 1;
    const uint64_t saved = osxsave ? saved_state() : 0;
    const bool wide = avx && avx2 && (saved & SAVES_256) == SAVES_256;
    switch (kernel) {
    case RP_HASH_PORTABLE:
        return true;
    case RP_HASH_AVX2:
        return wide && bmi1 && bmi2;
    case RP_HASH_SHANI:
    case RP_HASH_SHANI_X2:
        return sha && sse41 && ssse3;
    case RP_HASH_AVX2_X8:
        return wide;
    case RP_HASH_AVX512_X16:
        return wide && avx512f && (saved & SAVES_512) == SAVES_512;
    }
    return false;
}

#else

static bool cpu_has(rp_hash_kernel kernel) {
    return kernel == RP_HASH_PORTABLE;
}

#endif

static bool known(rp_hash_kernel kernel) {
    return (uint32_t)kernel < RP_HASH_KERNEL_COUNT;
}

const rp_hash_ops *rp_hash_kernel_ops(rp_hash_kernel kernel) {
    switch (kernel) {
    case RP_HASH_PORTABLE:
        return &rp__hash_portable;
#if defined(__x86_64__)
    case RP_HASH_AVX2:
        return &rp__hash_avx2;
    case RP_HASH_SHANI:
        return &rp__hash_shani;
    case RP_HASH_SHANI_X2:
        return &rp__hash_shani_x2;
    case RP_HASH_AVX2_X8:
        return &rp__hash_avx2_x8;
    case RP_HASH_AVX512_X16:
        return &rp__hash_avx512_x16;
#else
    default:
        break;
#endif
    }
    return NULL;
}

const char *rp_hash_kernel_name(rp_hash_kernel kernel) {
    static const char *const names[RP_HASH_KERNEL_COUNT] = {
        "portable", "avx2", "sha-ni", "sha-ni-x2", "avx2-x8", "avx512-x16",
    };
    return known(kernel) ? names[kernel] : "unknown";
}

uint32_t rp_hash_kernel_lanes(rp_hash_kernel kernel) {
    static const uint8_t lanes[RP_HASH_KERNEL_COUNT] = {1, 1, 1, 2, 8, 16};
    return known(kernel) ? lanes[kernel] : 0;
}

/* ---- self test ---- */

/* The padded block of "abc" and the SHA-256 state after it (FIPS 180-4's example). */
static const uint32_t abc_words[16] = {0x61626380, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24};
static const uint32_t abc_state[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                                      0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};

/* Lane l hashes a block that differs from lane 0's in the length field and in one other word, so
 * that exchanged or repeated lanes show; lane 0 must give the published answer. */
static void test_words(uint32_t *words16, uint32_t l) {
    memcpy(words16, abc_words, sizeof abc_words);
    words16[1 + l % 14] ^= l;
    words16[15] ^= l << 8;
}

static bool lanes_agree(const rp_hash_ops *ops) {
    const uint32_t L = ops->lanes;
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t words[16 * RP_HASH_MAX_LANES];
    uint8_t blocks[RP_HASH_MAX_LANES][64];
    const uint8_t *pointers[RP_HASH_MAX_LANES];
    uint32_t expected[RP_HASH_MAX_LANES][8], scheduled[64];
    rp_hash_expand(scheduled, abc_words);
    for (uint32_t l = 0; l < L; l++) {
        uint32_t words16[16];
        test_words(words16, l);
        for (size_t i = 0; i < 16; i++) {
            rp__store_be32(blocks[l] + 4 * i, words16[i]);
        }
        pointers[l] = blocks[l];
        memcpy(expected[l], rp_hash_initial_state, 32);
        rp__hash_portable.compress(expected[l], expected[l], words16);
        if (l == 0 && memcmp(expected[0], abc_state, 32) != 0) {
            return false;
        }
        rp__hash_portable.compress(expected[l], expected[l], abc_words);
        rp__hash_portable.compress_digest(expected[l], expected[l]);
    }
    ops->load_blocks(words, pointers);
    ops->compress(state, ops->initial_state, words);
    ops->compress_scheduled(state, state, scheduled);
    ops->compress_digest(state, state);
    uint8_t digests[RP_HASH_MAX_LANES][32];
    ops->store_digests(digests[0], state);
    for (uint32_t l = 0; l < L; l++) {
        uint8_t expected32[32];
        rp__store_digest(expected32, expected[l]);
        if (memcmp(digests[l], expected32, 32) != 0) {
            return false;
        }
    }
    return true;
}

static bool self_test(const rp_hash_ops *ops) {
    uint8_t two_blocks[128];
    uint32_t state[8], expected[8];
    for (size_t i = 0; i < 32; i++) {
        rp__store_be32(two_blocks + 4 * i, abc_words[i % 16]);
    }
    memcpy(state, rp_hash_initial_state, 32);
    memcpy(expected, rp_hash_initial_state, 32);
    ops->compress_bytes(state, two_blocks, 2);
    rp__hash_portable.compress(expected, expected, abc_words);
    rp__hash_portable.compress(expected, expected, abc_words);
    return memcmp(state, expected, 32) == 0 && lanes_agree(ops);
}

/* Threads may race to the first answer; they find the same one. */
static rp_hash_status examine(rp_hash_kernel kernel) {
    const rp_hash_ops *ops = rp_hash_kernel_ops(kernel);
    if (ops == NULL || !cpu_has(kernel)) {
        return RP_HASH_UNSUPPORTED;
    }
    return self_test(ops) ? RP_HASH_OK : RP_HASH_SELF_TEST_FAILED;
}

rp_hash_status rp_hash_kernel_status(rp_hash_kernel kernel) {
    static _Atomic uint8_t answers[RP_HASH_KERNEL_COUNT]; /* 0: not asked yet; else status + 1 */
    if (!known(kernel)) {
        return RP_HASH_UNKNOWN_KERNEL;
    }
    const uint8_t answer = atomic_load_explicit(&answers[kernel], memory_order_relaxed);
    if (answer != 0) {
        return (rp_hash_status)(answer - 1);
    }
    const rp_hash_status status = examine(kernel);
    atomic_store_explicit(&answers[kernel], (uint8_t)(status + 1), memory_order_relaxed);
    return status;
}

/* ---- choice ---- */

/* Fastest first. That 16 lanes lead and 8 lanes follow is measured (docs/benchmarks.md); the place
 * of the two SHA-NI streams between them is reckoned from the instructions' published throughput
 * and has not been timed yet. */
static const rp_hash_kernel batch_order[] = {RP_HASH_AVX512_X16, RP_HASH_SHANI_X2, RP_HASH_AVX2_X8,
                                             RP_HASH_AVX2, RP_HASH_PORTABLE};
static const rp_hash_kernel single_order[] = {RP_HASH_SHANI, RP_HASH_AVX2, RP_HASH_PORTABLE};

static const rp_hash_ops *first_usable(const rp_hash_kernel *order, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (rp_hash_kernel_status(order[i]) == RP_HASH_OK) {
            return rp_hash_kernel_ops(order[i]);
        }
    }
    return &rp__hash_portable;
}

rp_hash_engine rp_hash_best(void) {
    return (rp_hash_engine){
        .single = first_usable(single_order, sizeof single_order / sizeof single_order[0]),
        .batch = first_usable(batch_order, sizeof batch_order / sizeof batch_order[0]),
    };
}

rp_hash_status rp_hash_force(rp_hash_engine *out, rp_hash_kernel single, rp_hash_kernel batch) {
    rp_hash_status status = rp_hash_kernel_status(single);
    if (status == RP_HASH_OK) {
        status = rp_hash_kernel_status(batch);
    }
    if (status != RP_HASH_OK) {
        return status;
    }
    if (rp_hash_kernel_lanes(single) != 1) {
        return RP_HASH_WRONG_LANES;
    }
    *out =
        (rp_hash_engine){.single = rp_hash_kernel_ops(single), .batch = rp_hash_kernel_ops(batch)};
    return RP_HASH_OK;
}

rp_hash_kernel rp_hash_single_kernel(const rp_hash_engine *engine) {
    return engine->single->kernel;
}

rp_hash_kernel rp_hash_batch_kernel(const rp_hash_engine *engine) {
    return engine->batch->kernel;
}
