/*
 * CStratumNotify: mining.notify, serialised once per job and spliced per (account, level). The
 * outputs of a job's coinbase are the same for everybody; only the owner hash in its scriptSig
 * differs (CShares.h), 64 hex digits at a known place, the job id's level, and the flag.
 *
 *   {"id":null,"method":"mining.notify","params":["JOB","PREVHASH","COINB1","COINB2",[BRANCH],
 *   "VERSION","NBITS","NTIME",CLEAN]}            (one line)
 *
 *   JOB       sequence, 14 digits; level, 2       PREVHASH  each 4-byte word byte-swapped
 *   COINB1    head || owner || 0c                 COINB2    tail
 *   BRANCH    hashes in internal order            VERSION   with the mask's bits cleared
 *   VERSION, NBITS, NTIME: 8 digits, most significant first. All hex is lower case.
 */
#ifndef RP_CSTRATUM_NOTIFY_H
#define RP_CSTRATUM_NOTIFY_H

#include "CStratumReply.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bytes of a notify line at most; cgminer reads lines up to 8192. */
enum { RP_STRATUM_MAX_NOTIFY = 4096 };

/* The largest job sequence: a job id is a sequence and a level in 64 bits. */
#define RP_STRATUM_MAX_JOB_SEQUENCE (UINT64_MAX >> 8)

/* A job's line with its hole. Borrows the bytes; immutable once made, readable from any thread. */
typedef struct rp_stratum_notify {
    const uint8_t *bytes;
    size_t level_offset; /* of 2 digits that the splice replaces */
    size_t owner_offset; /* of 64 digits that the splice replaces */
    size_t flag_offset;  /* where the line goes on with the flag */
} rp_stratum_notify;

/* Serialises a job into `memory`. Uses params' previous_hash32, branch, coinbase head and tail,
 * version, version_mask, compact_target, current_ntime and job_sequence. Returns false when it does
 * not fit into `capacity` (RP_STRATUM_MAX_NOTIFY is always enough) or the coinbase or the branch is
 * beyond the bounds of CShares, or the sequence beyond RP_STRATUM_MAX_JOB_SEQUENCE. */
RP_NODISCARD bool rp_stratum_notify_init(rp_stratum_notify *notify, uint8_t *memory,
                                         size_t capacity, const rp_share_job_params *params);

/* Bytes of the spliced line. */
size_t rp_stratum_notify_length(const rp_stratum_notify *notify, bool clean);

/* Appends the line of the account and level whose owner hash is `owner32` (rp_share_work_owner).
 * Returns false, with nothing appended, when it does not fit. */
RP_NODISCARD bool rp_stratum_notify_splice(rp_stratum_output *output,
                                           const rp_stratum_notify *notify, const uint8_t *owner32,
                                           uint8_t level, bool clean);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
