/*
 * CShares: judges shares. A share is bound to its owner, its level, its job and a place in the log
 * by a hash in its coinbase, made before the first nonce is tried (docs/protocol/share.md):
 *
 *   owner    = taggedHash("radpool/share-owner/v1", syndicate(32) || MSP(32) || miner(32) ||
 *              level(1) || jobSeq(8, LE) || k(8, LE) || H_k(32))
 *   coinbase = head || owner || 0x0c || extranonce1(4) || extranonce2(8) || tail
 *
 * Order of judging: ranges are noted, the hash is always made, the block target is tested before
 * anything can refuse the share, then range, duplicate, stale, difficulty. A share is credited
 * exactly the level its coinbase commits to, or nothing.
 *
 * No heap, no locks, no clock, no floating point. Memory rules are those of CSharesCore.h.
 */
#ifndef RP_CSHARES_H
#define RP_CSHARES_H

#include "CSharesCore.h"
#include "CSharesFilter.h"
#include "CSharesTarget.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/*
 * Every verdict on a submitted share: identifier, stratum error code (0: no error), text. The codes
 * are the customary 20...25; the texts go over the wire as they stand.
 */
#define RP_SHARE_VERDICTS(X)                                                                       \
    X(ACCEPTED, 0, "accepted")                                                                     \
    X(MALFORMED, 20, "malformed request")                                                          \
    X(UNKNOWN_JOB, 21, "job not found")                                                            \
    X(STALE, 21, "stale share")                                                                    \
    X(DUPLICATE, 22, "duplicate share")                                                            \
    X(LOW_DIFFICULTY, 23, "low difficulty share")                                                  \
    X(UNAUTHORIZED, 24, "unauthorized worker")                                                     \
    X(NOT_SUBSCRIBED, 25, "not subscribed")                                                        \
    X(BAD_EXTRANONCE2, 20, "extranonce2 must be 8 bytes of hex")                                   \
    X(BAD_NTIME, 20, "ntime out of range")                                                         \
    X(BAD_NONCE, 20, "nonce must be 4 bytes of hex")                                               \
    X(BAD_VERSION, 20, "version bits outside the mask")                                            \
    X(UNAVAILABLE, 20, "pool cannot store shares now")

/* A verdict; the values are stable, new ones go to the end. */
typedef enum rp_share_verdict {
#define RP_SHARE_VERDICT_CASE(name, code, text) RP_SHARE_##name,
    RP_SHARE_VERDICTS(RP_SHARE_VERDICT_CASE)
#undef RP_SHARE_VERDICT_CASE
} rp_share_verdict;

/* How many verdicts there are; valid ones are 0 ..< RP_SHARE_VERDICT_COUNT. */
enum { RP_SHARE_VERDICT_COUNT = 13 };

/* The stratum error code of a verdict, 20...25; 0 for accepted; 20 for a value outside the enum. */
uint32_t rp_share_verdict_code(rp_share_verdict verdict);

/* The text of a verdict; "malformed request" for a value outside the enum. */
const char *rp_share_verdict_text(rp_share_verdict verdict);

/* Bounds of a share and its coinbase. */
enum {
    RP_SHARE_MAX_COINBASE = 499,    /* bytes without witness (DESIGN section 3: < 500) */
    RP_SHARE_MAX_TIME_AHEAD = 7200, /* seconds that ntime may be ahead of the job's curtime */
    RP_SHARE_EXTRANONCE1_LENGTH = 4,
    RP_SHARE_EXTRANONCE2_LENGTH = 8,
};

/* What names the owner of a share, all of it committed to before hashing. */
typedef struct rp_share_owner {
    const uint8_t *syndicate_id32; /* hash of the genesis file */
    const uint8_t *msp_id32;       /* x-only key of the MSP */
    const uint8_t *miner_id32;     /* x-only payout key of the miner */
    const uint8_t *log_hash32;     /* H_k */
    uint64_t job_sequence;         /* counts the MSP's jobs */
    uint64_t log_position;         /* k */
    uint8_t level;                 /* share level, RP_SHARE_LEVEL_MIN...MAX */
} rp_share_owner;

/* out32 = the owner hash. Any level is hashed as given; bounds are judged where work is made. */
void rp_share_owner_hash(const rp_hash_engine *engine, uint8_t *out32, const rp_share_owner *owner);

/* What a job is made from. Pointers are read during rp_share_job_init only. */
typedef struct rp_share_job_params {
    uint32_t version;               /* header version; bits inside version_mask are ignored */
    uint32_t version_mask;          /* bits that a miner may roll (BIP310) */
    uint32_t compact_target;        /* the header's nBits */
    uint32_t min_ntime;             /* template's mintime, seconds */
    uint32_t current_ntime;         /* template's curtime, seconds */
    const uint8_t *previous_hash32; /* internal order */
    const uint8_t *RP_NULLABLE branch32s;
    size_t branch_count;
    const uint8_t *coinbase_head; /* from the version up to the owner's push opcode 0x20 */
    size_t coinbase_head_length;
    const uint8_t *coinbase_tail; /* from the tag's push to the end */
    size_t coinbase_tail_length;
    const uint8_t *syndicate_id32;
    const uint8_t *msp_id32;
    const uint8_t *log_hash32;
    uint64_t log_position;
    uint64_t job_sequence;
} rp_share_job_params;

/* A job of one MSP. Opaque, immutable once made. */
typedef struct rp_share_job rp_share_job;

/* A job as one miner has it at one level. Opaque, immutable once made. */
typedef struct rp_share_work rp_share_work;

/* Bytes that one job takes. */
size_t rp_share_job_size(void);

/* Makes a job in `memory` of `size` bytes. */
RP_NODISCARD rp_core_status rp_share_job_init(void *memory, size_t size,
                                              const rp_hash_engine *engine,
                                              const rp_share_job_params *params);

/* Bytes that one work takes. */
size_t rp_share_work_size(void);

/* Makes the work of `miner_id32` at `level` in `memory`; keeps a pointer to `job`. */
RP_NODISCARD rp_core_status rp_share_work_init(void *memory, size_t size,
                                               const rp_hash_engine *engine,
                                               const rp_share_job *job, const uint8_t *miner_id32,
                                               uint8_t level);

/* The owner hash that the work's coinbase carries, 32 bytes, borrowed for the work's lifetime. */
const uint8_t *rp_share_work_owner(const rp_share_work *work);

/* The level that the work's shares are credited at. */
uint8_t rp_share_work_level(const rp_share_work *work);

/* A submitted share. Integers are values; they go into the header little-endian. */
typedef struct rp_share {
    const rp_share_work *work;
    uint8_t extranonce1[RP_SHARE_EXTRANONCE1_LENGTH];
    uint8_t extranonce2[RP_SHARE_EXTRANONCE2_LENGTH];
    uint32_t ntime;
    uint32_t nonce;
    uint32_t version_bits; /* bits outside the job's mask are refused */
    bool stale; /* the caller's word that the job no longer earns; still tested as a block */
} rp_share;

/* What became of a share. */
typedef struct rp_share_result {
    uint8_t hash32[32]; /* header hash, internal order; always made */
    uint32_t version;   /* the header's version */
    rp_share_verdict verdict;
    bool block; /* the hash meets the block target, whatever the verdict: submit it */
} rp_share_result;

/* Judges one share over engine->single. `filter` may be NULL where duplicates are judged elsewhere;
 * else an accepted share is entered into its current generation. */
void rp_share_judge(const rp_hash_engine *engine, rp_share_filter *RP_NULLABLE filter,
                    rp_share_result *result, const rp_share *share);

/* Judges `count` shares of any mixture of works and jobs over the lanes of engine->batch. The
 * results are those of rp_share_judge called on each in order: a share that appears twice is
 * accepted once. */
void rp_share_judge_batch(const rp_hash_engine *engine, rp_share_filter *RP_NULLABLE filter,
                          rp_share_result *RP_NULLABLE results, const rp_share *RP_NULLABLE shares,
                          size_t count);

/* The benchmark's view of a work: see rp_core_cost. */
void rp_share_cost(const rp_share_work *work, rp_core_compressions *out);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
