/*
 * The SHA-256 rounds, written once for every kernel that works on ordinary registers. A kernel file
 * defines the vector operations below, includes this header, and gets three macros:
 *   RP_COMPRESS(out, in, words)             states and words in lane order
 *   RP_COMPRESS_DIGEST(out, words)          a padded digest: words 8...15 are constants
 *   RP_COMPRESS_SCHEDULED(out, in, wk)      one schedule for all lanes
 *
 * Needed: V (type), RP_LOAD(p, row), RP_STORE(p, row, v), RP_SET1(x), RP_ADD(x, y), RP_XOR(x, y),
 * RP_ROR(v, n), RP_SHR(v, n), RP_XOR3(a, b, c), RP_CH(e, f, g), and RP_MAJ(a, b, c, ab, bc), where
 * ab = a ^ b and bc = b ^ c: the majority is b ^ (ab & bc), and this round's ab is the next one's
 * bc.
 *
 * Rounds run in a loop of four times sixteen: unrolled further, the AVX-512 body no longer fits the
 * micro-op cache of current CPUs and runs slower.
 */
#define RP_BSIG0(x) RP_XOR3(RP_ROR(x, 2), RP_ROR(x, 13), RP_ROR(x, 22))
#define RP_BSIG1(x) RP_XOR3(RP_ROR(x, 6), RP_ROR(x, 11), RP_ROR(x, 25))
#define RP_SSIG0(x) RP_XOR3(RP_ROR(x, 7), RP_ROR(x, 18), RP_SHR(x, 3))
#define RP_SSIG1(x) RP_XOR3(RP_ROR(x, 17), RP_ROR(x, 19), RP_SHR(x, 10))

#define RP_ROUND(a, b, c, d, e, f, g, h, wk)                                                       \
    do {                                                                                           \
        V t1_ = RP_ADD(RP_ADD(h, wk), RP_ADD(RP_BSIG1(e), RP_CH(e, f, g)));                        \
        d = RP_ADD(d, t1_);                                                                        \
        V ab_ = RP_XOR(a, b);                                                                      \
        h = RP_ADD(t1_, RP_ADD(RP_BSIG0(a), RP_MAJ(a, b, c, ab_, bc)));                            \
        bc = ab_;                                                                                  \
    } while (0)

/* Sixteen rounds; WK(i) yields the schedule word i of this stretch plus its constant. */
#define RP_ROUNDS16(WK)                                                                            \
    RP_ROUND(a, b, c, d, e, f, g, h, WK(0));                                                       \
    RP_ROUND(h, a, b, c, d, e, f, g, WK(1));                                                       \
    RP_ROUND(g, h, a, b, c, d, e, f, WK(2));                                                       \
    RP_ROUND(f, g, h, a, b, c, d, e, WK(3));                                                       \
    RP_ROUND(e, f, g, h, a, b, c, d, WK(4));                                                       \
    RP_ROUND(d, e, f, g, h, a, b, c, WK(5));                                                       \
    RP_ROUND(c, d, e, f, g, h, a, b, WK(6));                                                       \
    RP_ROUND(b, c, d, e, f, g, h, a, WK(7));                                                       \
    RP_ROUND(a, b, c, d, e, f, g, h, WK(8));                                                       \
    RP_ROUND(h, a, b, c, d, e, f, g, WK(9));                                                       \
    RP_ROUND(g, h, a, b, c, d, e, f, WK(10));                                                      \
    RP_ROUND(f, g, h, a, b, c, d, e, WK(11));                                                      \
    RP_ROUND(e, f, g, h, a, b, c, d, WK(12));                                                      \
    RP_ROUND(d, e, f, g, h, a, b, c, WK(13));                                                      \
    RP_ROUND(c, d, e, f, g, h, a, b, WK(14));                                                      \
    RP_ROUND(b, c, d, e, f, g, h, a, WK(15))

#define RP_WK_FIRST(i) RP_ADD(w[i], RP_SET1(k[i]))
#define RP_WK_NEXT(i)                                                                              \
    RP_ADD(w[i] = RP_ADD(RP_ADD(w[i], RP_SSIG0(w[((i) + 1) & 15])),                                \
                         RP_ADD(w[((i) + 9) & 15], RP_SSIG1(w[((i) + 14) & 15]))),                 \
           RP_SET1(k[i]))
#define RP_WK_GIVEN(i) RP_SET1(k[i])

#define RP_LOAD_STATE(state)                                                                       \
    V a = RP_LOAD(state, 0), b = RP_LOAD(state, 1), c = RP_LOAD(state, 2), d = RP_LOAD(state, 3),  \
      e = RP_LOAD(state, 4), f = RP_LOAD(state, 5), g = RP_LOAD(state, 6), h = RP_LOAD(state, 7),  \
      bc = RP_XOR(b, c)

#define RP_ADD_STATE(out, in)                                                                      \
    (void)bc; /* not used where the majority is one instruction */                                 \
    RP_STORE(out, 0, RP_ADD(a, RP_LOAD(in, 0)));                                                   \
    RP_STORE(out, 1, RP_ADD(b, RP_LOAD(in, 1)));                                                   \
    RP_STORE(out, 2, RP_ADD(c, RP_LOAD(in, 2)));                                                   \
    RP_STORE(out, 3, RP_ADD(d, RP_LOAD(in, 3)));                                                   \
    RP_STORE(out, 4, RP_ADD(e, RP_LOAD(in, 4)));                                                   \
    RP_STORE(out, 5, RP_ADD(f, RP_LOAD(in, 5)));                                                   \
    RP_STORE(out, 6, RP_ADD(g, RP_LOAD(in, 6)));                                                   \
    RP_STORE(out, 7, RP_ADD(h, RP_LOAD(in, 7)))

#define RP_COMPRESS(out, in, words)                                                                \
    do {                                                                                           \
        RP_LOAD_STATE(in);                                                                         \
        V w[16];                                                                                   \
        for (size_t i_ = 0; i_ < 16; i_++) {                                                       \
            w[i_] = RP_LOAD(words, i_);                                                            \
        }                                                                                          \
        const uint32_t *k = rp__hash_k;                                                            \
        RP_ROUNDS16(RP_WK_FIRST);                                                                  \
        _Pragma("clang loop unroll(disable)") for (size_t i_ = 0; i_ < 3; i_++) {                  \
            k += 16;                                                                               \
            RP_ROUNDS16(RP_WK_NEXT);                                                               \
        }                                                                                          \
        RP_ADD_STATE(out, in);                                                                     \
    } while (0)

/* The compiler folds the constant words into the first stretch of the schedule, which is therefore
 * written out apart from the loop. Starts from the initial state: that is where digests are hashed.
 */
#define RP_COMPRESS_DIGEST(out, initial, words)                                                    \
    do {                                                                                           \
        RP_LOAD_STATE(initial);                                                                    \
        V w[16];                                                                                   \
        for (size_t i_ = 0; i_ < 8; i_++) {                                                        \
            w[i_] = RP_LOAD(words, i_);                                                            \
            w[8 + i_] = RP_SET1(0);                                                                \
        }                                                                                          \
        w[8] = RP_SET1(0x80000000);                                                                \
        w[15] = RP_SET1(32 * 8);                                                                   \
        const uint32_t *k = rp__hash_k;                                                            \
        RP_ROUNDS16(RP_WK_FIRST);                                                                  \
        k += 16;                                                                                   \
        RP_ROUNDS16(RP_WK_NEXT);                                                                   \
        _Pragma("clang loop unroll(disable)") for (size_t i_ = 0; i_ < 2; i_++) {                  \
            k += 16;                                                                               \
            RP_ROUNDS16(RP_WK_NEXT);                                                               \
        }                                                                                          \
        RP_ADD_STATE(out, initial);                                                                \
    } while (0)

#define RP_COMPRESS_SCHEDULED(out, in, scheduled64)                                                \
    do {                                                                                           \
        RP_LOAD_STATE(in);                                                                         \
        const uint32_t *k = (scheduled64);                                                         \
        _Pragma("clang loop unroll(disable)") for (size_t i_ = 0; i_ < 4; i_++) {                  \
            RP_ROUNDS16(RP_WK_GIVEN);                                                              \
            k += 16;                                                                               \
        }                                                                                          \
        RP_ADD_STATE(out, in);                                                                     \
    } while (0)
