/*
 * CSharesCore: from the parts of a coinbase to the hash of a block header. The part of share
 * judging that knows nothing of owners and shares; CShares.h builds on it.
 *
 *   coinbase = prefix || extranonce (12 bytes) || suffix        (serialised without witness)
 *   root     = fold(SHA-256d(coinbase), branch)
 *   header   = version || previous hash || root || ntime || nBits || nonce,
 *              version = (job version & ~mask) | (version bits & mask)
 *
 * What does not change from one candidate to the next is hashed once: whole blocks of the prefix
 * per work, message schedules of the suffix per job.
 *
 * Memory: the caller gives it, aligned to RP_SHARE_ALIGN, of the size that the _size function
 * names. A job must outlive its works, a work the calls that name it. Both are immutable once made
 * and may be read from any thread.
 */
#ifndef RP_CSHARES_CORE_H
#define RP_CSHARES_CORE_H

#include "CSharesTarget.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bounds of jobs and works. */
enum {
    RP_SHARE_ALIGN = 64,            /* alignment of all memory handed to CShares */
    RP_CORE_EXTRANONCE_LENGTH = 12, /* extranonce1 (4) || extranonce2 (8) */
    RP_CORE_MAX_COINBASE = 1000,    /* bytes; longer coinbases are refused */
    RP_CORE_MAX_BRANCH = 32,        /* hashes; what the smallest miners can hold */
};

/* Why a job or work cannot be made. */
typedef enum rp_core_status {
    RP_CORE_OK = 0,
    RP_CORE_MEMORY_TOO_SMALL = 1,   /* less than the _size function asks for, or not aligned */
    RP_CORE_COINBASE_TOO_LONG = 2,  /* prefix + extranonce + suffix exceed the bound */
    RP_CORE_BRANCH_TOO_LONG = 3,    /* more than RP_CORE_MAX_BRANCH hashes */
    RP_CORE_BAD_COMPACT_TARGET = 4, /* nBits that no block can have */
    RP_CORE_BAD_LEVEL = 5,          /* a share level out of bounds */
    RP_CORE_BAD_LAYOUT = 6, /* a coinbase that is not laid out as docs/protocol/share.md says */
    RP_CORE_BAD_TIME = 7,   /* minimum ntime above the maximum */
} rp_core_status;

/* What a job is made from. Pointers are read during rp_core_job_init only. */
typedef struct rp_core_job_params {
    uint32_t version;                     /* header version; bits inside version_mask are ignored */
    uint32_t version_mask;                /* bits that a miner may roll (BIP310) */
    uint32_t compact_target;              /* the header's nBits */
    const uint8_t *previous_hash32;       /* internal order */
    const uint8_t *RP_NULLABLE branch32s; /* merkle branch of the coinbase, 32 bytes each */
    size_t branch_count;
    size_t prefix_length;              /* bytes of coinbase before the extranonce; given per work */
    const uint8_t *RP_NULLABLE suffix; /* bytes of coinbase after it */
    size_t suffix_length;
} rp_core_job_params;

/* Everything that is the same for all candidates of a template. Opaque. */
typedef struct rp_core_job rp_core_job;

/* A job with one prefix: the same for all candidates of one owner. Opaque. */
typedef struct rp_core_work rp_core_work;

/* One header to hash. Integers are values, not bytes; they go into the header little-endian. */
typedef struct rp_core_candidate {
    const rp_core_work *work;
    uint8_t extranonce12[RP_CORE_EXTRANONCE_LENGTH];
    uint32_t ntime; /* seconds since 1970 */
    uint32_t nonce;
    uint32_t version_bits; /* only the bits inside the job's mask count */
} rp_core_candidate;

/* Bytes that one job takes. */
size_t rp_core_job_size(void);

/* Makes a job in `memory` of `size` bytes. */
RP_NODISCARD rp_core_status rp_core_job_init(void *memory, size_t size,
                                             const rp_core_job_params *params);

/* The target of the job's nBits. */
const rp_share_target *rp_core_job_block_target(const rp_core_job *job);

/* Bytes that one work takes. */
size_t rp_core_work_size(void);

/* Makes a work in `memory`: `prefix` has the job's prefix_length bytes. Keeps a pointer to `job`.
 */
RP_NODISCARD rp_core_status rp_core_work_init(void *memory, size_t size,
                                              const rp_hash_engine *engine, const rp_core_job *job,
                                              const uint8_t *RP_NULLABLE prefix);

/* out32 = hash of the candidate's header, internal order. Uses engine->single. */
void rp_core_hash(const rp_hash_engine *engine, uint8_t *out32, const rp_core_candidate *candidate);

/* The same for `count` candidates of any mixture of works and jobs, 32 bytes each in their order,
 * over the lanes of engine->batch; one that is alone in its lanes by engine->single. Fastest when
 * neighbours share a job. */
void rp_core_hash_batch(const rp_hash_engine *engine, uint8_t *RP_NULLABLE out32s,
                        const rp_core_candidate *RP_NULLABLE candidates, size_t count);

/* How often each kernel function runs for one candidate, for benchmarks (CHashLanes.h). */
typedef struct rp_core_compressions {
    uint32_t fresh;     /* compress */
    uint32_t digests;   /* compress_digest */
    uint32_t scheduled; /* compress_scheduled */
} rp_core_compressions;

/* Counts the compressions of one candidate of `work`. */
void rp_core_cost(const rp_core_work *work, rp_core_compressions *out);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
