/*
 * CStratumRequests: the params of requests as typed values. Fields have one width and one alphabet;
 * nothing is padded, truncated or guessed. Surplus params are ignored, a missing or null optional
 * one is none.
 */
#ifndef RP_CSTRATUM_REQUESTS_H
#define RP_CSTRATUM_REQUESTS_H

#include "CStratumLevel.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bounds of names and extensions. */
enum {
    RP_STRATUM_JOB_ID_LENGTH = 16, /* hex digits of a job id, most significant first */
    RP_STRATUM_MAX_NAME = 128,     /* bytes of ACCOUNT[.worker] and of a user agent */
    RP_STRATUM_TOKEN_LENGTH = 16,  /* bytes of a resume token */
    RP_STRATUM_MAX_EXTENSIONS = 8, /* unknown extensions of mining.configure that are answered */
    RP_STRATUM_MAX_EXTENSION = 64, /* bytes of an extension's name */
};

/* mining.submit's fields: [worker, job id, extranonce2, ntime, nonce, (version bits)]. */
typedef struct rp_stratum_submit {
    rp_stratum_value worker; /* a string, not looked at */
    uint64_t job_id;         /* the job sequence and, in the lowest 8 bits, the level */
    uint8_t extranonce2[RP_SHARE_EXTRANONCE2_LENGTH];
    uint32_t ntime;
    uint32_t nonce;
    uint32_t version_bits; /* 0 when there are none */
    bool has_version_bits; /* a sixth param, neither null nor empty */
} rp_stratum_submit;

/* Reads a submit. RP_SHARE_ACCEPTED: well-formed, no more than that. Else, in this order: MALFORMED
 * (params no array, fewer than five, or not strings), UNKNOWN_JOB (a job id that is not 16 hex
 * digits), BAD_EXTRANONCE2 (not 16 hex digits), BAD_NTIME, BAD_NONCE, BAD_VERSION (not 8 each). */
RP_NODISCARD rp_share_verdict rp_stratum_submit_decode(rp_stratum_submit *submit,
                                                       const rp_stratum_request *request);

/* ACCOUNT[.worker], split at the first dot. */
typedef struct rp_stratum_worker {
    rp_stratum_slice account; /* 1 byte or more */
    rp_stratum_slice worker;  /* what follows the dot; may be empty */
} rp_stratum_worker;

/* Whether a worker's name can be one. */
typedef enum rp_stratum_worker_status {
    RP_STRATUM_WORKER_OK = 0,
    RP_STRATUM_WORKER_EMPTY = 1,     /* no string, or nothing before the first dot */
    RP_STRATUM_WORKER_TOO_LONG = 2,  /* more than RP_STRATUM_MAX_NAME bytes */
    RP_STRATUM_WORKER_BAD_BYTES = 3, /* anything but printable ASCII, 0x20...0x7e */
} rp_stratum_worker_status;

/* Splits a name. The slices borrow from the line, or from `scratch` (RP_STRATUM_MAX_NAME bytes)
 * where the name is escaped. Set only when OK. */
RP_NODISCARD rp_stratum_worker_status rp_stratum_worker_split(rp_stratum_worker *worker,
                                                              uint8_t *scratch,
                                                              const rp_stratum_value *name);

/* mining.subscribe's fields: [(user agent), (resume token)]. */
typedef struct rp_stratum_subscribe {
    uint8_t agent[RP_STRATUM_MAX_NAME]; /* printable ASCII; `?` stands for every other byte */
    uint32_t agent_length;              /* 0 when none was given */
    uint8_t token[RP_STRATUM_TOKEN_LENGTH];
    bool has_token; /* the second param is 32 hex digits */
} rp_stratum_subscribe;

/* Reads a subscribe. Total: what is not as it should be counts as not given, an agent beyond its
 * bound is cut. */
void rp_stratum_subscribe_decode(rp_stratum_subscribe *subscribe,
                                 const rp_stratum_request *request);

/* mining.configure's fields (BIP310): the extensions asked for and their parameters. */
typedef struct rp_stratum_configure {
    bool version_rolling;
    uint32_t version_mask; /* bits the miner can roll; all when it does not say */
    bool minimum_difficulty;
    bool has_minimum_level; /* a minimum difficulty that is a positive number */
    uint8_t minimum_level;  /* the lowest level whose difficulty is not below it */
    bool subscribe_extranonce;
    bool info;
    uint32_t unknown_count; /* extensions to answer with false */
    rp_stratum_value unknown[RP_STRATUM_MAX_EXTENSIONS];
} rp_stratum_configure;

/* Reads a configure. Returns false when the first param is no array of strings, or version-rolling
 * has a mask that is not 1...8 hex digits. Extensions beyond the bounds are not kept. */
RP_NODISCARD bool rp_stratum_configure_decode(rp_stratum_configure *configure,
                                              const rp_stratum_request *request,
                                              rp_stratum_level_range range);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
