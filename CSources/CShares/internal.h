/* Private to CShares: what the opaque types hold. */
#ifndef RP_SHARES_INTERNAL_H
#define RP_SHARES_INTERNAL_H

#include "CShares.h"

#include <string.h>

/* Blocks of the longest coinbase with its padding (1 + 8 bytes at least). */
enum { RP__MAX_BLOCKS = (RP_CORE_MAX_COINBASE + 9 + 63) / 64 };

/* One 64-byte block of the coinbase that never changes within a job. */
typedef struct rp__fixed_block {
    uint32_t words16[16];
    uint32_t scheduled64[64];
} rp__fixed_block;

/*
 * The coinbase, cut into blocks:
 *   [0, whole_prefix)        prefix only: hashed into the work's midstate
 *   the next one or two      hold the extranonce: filled in per candidate
 *   the rest                 suffix and padding only: schedules kept in the job
 */
struct rp_core_job {
    uint32_t branch_words[RP_CORE_MAX_BRANCH][8];
    rp__fixed_block fixed[RP__MAX_BLOCKS];
    uint8_t suffix_start[128]; /* suffix and padding as they lie in the changing blocks */
    uint32_t previous_words8[8];
    rp_share_target block_target;
    uint32_t version; /* bits inside the mask cleared */
    uint32_t version_mask;
    uint32_t compact_word; /* nBits as the header's message word */
    uint32_t branch_count;
    uint32_t prefix_length;
    uint32_t whole_prefix; /* whole blocks of the prefix */
    uint32_t hole;         /* offset of the extranonce in the changing blocks */
    uint32_t changing;     /* changing blocks: 1 or 2 */
    uint32_t fixed_count;
};

struct rp_core_work {
    const rp_core_job *job;
    uint32_t midstate8[8];
    uint8_t changing[128]; /* the changing blocks with zeros for the extranonce */
};

struct rp_share_job {
    struct rp_core_job core;
    rp_hash_stream owner_start; /* tag, syndicate and MSP hashed already */
    uint8_t log_hash32[32];
    uint64_t log_position;
    uint64_t job_sequence;
    uint8_t head[RP_SHARE_MAX_COINBASE];
    uint32_t head_length;
    uint32_t min_ntime;
    uint32_t max_ntime;
};

struct rp_share_work {
    struct rp_core_work core;
    const rp_share_job *job;
    rp_share_target target;
    uint8_t owner32[32];
    uint8_t level;
};

/* rp_core_hash_batch with the hashes `stride` bytes apart. */
void rp__core_hash_strided(const rp_hash_engine *engine, uint8_t *out, size_t stride,
                           const rp_core_candidate *candidates, size_t count);

static inline uint32_t rp__swap32(uint32_t value) {
    return __builtin_bswap32(value);
}

static inline uint32_t rp__read_be32(const uint8_t *bytes4) {
    return (uint32_t)bytes4[0] << 24 | (uint32_t)bytes4[1] << 16 | (uint32_t)bytes4[2] << 8 |
           (uint32_t)bytes4[3];
}

static inline void rp__read_words(uint32_t *words, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        words[i] = rp__read_be32(bytes + 4 * i);
    }
}

static inline bool rp__aligned(const void *memory) {
    return (uintptr_t)memory % RP_SHARE_ALIGN == 0;
}

/* rp__swap32 and rp__target_met take the machine's words for little-endian ones. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "CShares supports little-endian CPUs");

/* hash <= target, both as 256-bit integers. Nearly always decided by the highest limb. */
static inline bool rp__target_met(const rp_share_target *target, const uint8_t *hash32) {
    for (size_t i = 4; i > 0; i--) {
        uint64_t limb;
        memcpy(&limb, hash32 + 8 * (i - 1), 8);
        if (limb != target->limbs[i - 1]) {
            return limb < target->limbs[i - 1];
        }
    }
    return true;
}

/* Header version of a candidate (BIP310, DESIGN section 3). */
static inline uint32_t rp__version(const rp_core_job *job, uint32_t version_bits) {
    return job->version | (version_bits & job->version_mask);
}

#endif
