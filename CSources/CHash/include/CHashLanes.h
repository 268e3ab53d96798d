/*
 * CHashLanes: the kernels laid open, for C code that keeps several hashes in lanes from one step to
 * the next (CShares folds a whole merkle branch without ever leaving lane order).
 *
 * Layout: with L lanes, word i of lane l is at [i * L + l] ("word-major"), both for the 8 state
 * words and for the 16 message words. With one lane that is simply the plain order. Words are
 * native integers: the big-endian reading of message bytes is done once, when they are loaded, so a
 * digest in lanes is directly the first half of the next message in lanes.
 *
 * Arrays must be aligned to RP_HASH_LANE_ALIGN bytes.
 */
#ifndef RP_CHASH_LANES_H
#define RP_CHASH_LANES_H

#include "CHash.h"

/* Alignment in bytes of every array in lane order: one 512-bit register. */
enum { RP_HASH_LANE_ALIGN = 64 };

/* One kernel. All function pointers are set. */
struct rp_hash_ops {
    rp_hash_kernel kernel;
    const char *name;
    uint32_t lanes;
    /* The initial state in lane order, 8 * L words. */
    const uint32_t *initial_state;
    /* out[8 * L] = state in[8 * L] advanced by one block words[16 * L], in all lanes. `out` may be
     * `in`, and may overlap `words` (the digest becomes part of the next message where it lies). */
    void (*compress)(uint32_t *out, const uint32_t *in, const uint32_t *words);
    /* out[8 * L] = SHA-256 of the 32-byte digests words[8 * L]: the second half of every double
     * hash. Cheaper than `compress`, for half of the block is known. `out` may be `words`. */
    void (*compress_digest)(uint32_t *out, const uint32_t *words);
    /* As `compress`, with one block for all lanes, given as its expanded schedule with the round
     * constants added (rp_hash_expand): saves the schedule, a third of the work. */
    void (*compress_scheduled)(uint32_t *out, const uint32_t *in, const uint32_t *scheduled64);
    /* words[16 * L] = one 64-byte block of each lane, read big-endian. */
    void (*load_blocks)(uint32_t *words, const uint8_t *const *blocks);
    /* words[8 * L] = eight native words of each lane. */
    void (*load_words)(uint32_t *words, const uint32_t *const *sources);
    /* words[8 * L] = the same eight words in every lane. */
    void (*broadcast_words)(uint32_t *words, const uint32_t *words8);
    /* out32s[32 * l] = the digest bytes of lane l, for every lane. */
    void (*store_digests)(uint8_t *out32s, const uint32_t *state);
    /* Advances ONE plain state by whole blocks of bytes. A several-lane kernel does it with the
     * portable code: it is never the one chosen for single messages. */
    void (*compress_bytes)(uint32_t *state8, const uint8_t *blocks, size_t block_count);
};

/* The initial SHA-256 state, FIPS 180-4 section 5.3.3. */
extern const uint32_t rp_hash_initial_state[8];

/* The schedule (with round constants) of the block that pads a 64-byte message: 0x80, zeros, length
 * 512 bits. The second compression of every merkle step. */
extern const uint32_t rp_hash_scheduled_pad64[64];

/* scheduled64 = message schedule of one block of 16 native words, round constants added. */
void rp_hash_expand(uint32_t *scheduled64, const uint32_t *words16);

/* The functions of `kernel`, whether or not this CPU has it: check rp_hash_kernel_status first.
 * NULL where the kernel is not compiled for this architecture. */
const rp_hash_ops *rp_hash_kernel_ops(rp_hash_kernel kernel);

#endif
