/*
 * CLoadMiners: many miners in one thread, for radpool-bench stratum. Each is a connection with a
 * handshake of its own (subscribe, authorize, first notify) and a user of its own. Shares are made
 * from the work that its own mining.notify brought, before the time of a run begins, and every
 * reply is compared byte for byte with the one that is due. Loopback only; speaks the dialect of
 * docs/protocol/stratum.md and no other.
 *
 * One thread at a time may use a set of miners.
 */
#ifndef RP_CLOAD_MINERS_H
#define RP_CLOAD_MINERS_H

#include "CLoad.h"

/* A set of miners. Opaque. */
typedef struct rp_miners rp_miners;

/* Lengths that the dialect fixes. */
enum {
    RP_MINERS_USER_LENGTH = 64,  /* a user is an x-only key in hexadecimal */
    RP_MINERS_LINE_LENGTH = 178, /* of a submit, its newline included */
    RP_MINERS_REPLY_LENGTH = 42, /* of an accepted submit's reply, its newline included */
    RP_MINERS_MAX_WINDOW = 64,   /* shares in flight on one connection */
    RP_MINERS_COMPLAINT = 256,   /* bytes of the first line that was not as it should be */
};

/* Who mines where. */
typedef struct rp_miners_params {
    uint16_t port;     /* on 127.0.0.1 */
    uint32_t count;    /* 1...60,000 */
    const char *users; /* RP_MINERS_USER_LENGTH characters for each; read during the call only */
} rp_miners_params;

/* How the handshakes went. */
typedef struct rp_handshake_result {
    uint64_t nanoseconds; /* from the first connect to the last miner's first job */
    uint64_t p50, p99;    /* of one miner, from its connect to its first job, nanoseconds */
    uint32_t branch_count;
    uint32_t coinbase_length; /* bytes, without witness */
    uint8_t level;            /* of the first job */
} rp_handshake_result;

/* How much to mine. */
typedef struct rp_mining_params {
    uint32_t window;       /* closed loop: shares in flight on a connection */
    uint64_t rate;         /* open loop: shares a second over all; 0: closed loop */
    uint64_t milliseconds; /* a run ends earlier when a miner has no prepared share left */
    uint64_t settle;       /* milliseconds after the end in which replies may still come */
    bool fresh;            /* open loop: shares are made when due, always from the newest work */
} rp_mining_params;

/* What came of it. Every share sent is accepted, refused or lost. */
typedef struct rp_mining_result {
    uint64_t accepted;        /* within the run's time */
    uint64_t nanoseconds;     /* that the run took */
    uint64_t accepted_in_all; /* with the answers that came after the end */
    uint64_t refused;         /* answered with an error */
    uint64_t lost;            /* not answered when all was said to have settled */
    uint64_t doubled;         /* replies to nothing */
    uint64_t mismatched;      /* replies with another id than the oldest share's, or no replies */
    uint64_t p50, p99, max;   /* from sending to reading the reply, nanoseconds */
} rp_mining_result;

/* When miners learnt of a block, nanoseconds of CLOCK_MONOTONIC. */
typedef struct rp_block_result {
    uint64_t first, median, last;
    uint32_t told;       /* miners that got clean work on a new block within the time */
    uint64_t mismatched; /* miners that were told of another block than the first was */
} rp_block_result;

/* Makes miners that are not connected yet; *miners is set only when RP_LOAD_OK. */
rp_load_status rp_miners_create(rp_miners **miners, const rp_miners_params *params);

/* Closes all connections and frees everything. */
void rp_miners_destroy(rp_miners *miners);

/* Connects all and goes through their handshakes, at most `at_a_time` unfinished ones. */
rp_load_status rp_miners_connect(rp_miners *miners, uint32_t at_a_time,
                                 rp_handshake_result *result);

/* Makes valid shares of the newest work until each miner has `each`. */
rp_load_status rp_miners_prepare(rp_miners *miners, uint32_t each);

/* Sends shares, takes replies, waits for the last of them. */
rp_load_status rp_miners_run(rp_miners *miners, const rp_mining_params *params,
                             rp_mining_result *result);

/* Waits until every miner has clean work on another block than now. */
rp_load_status rp_miners_await_block(rp_miners *miners, uint64_t milliseconds,
                                     rp_block_result *result);

/* Takes what the pool sends for a while, and sends nothing. */
rp_load_status rp_miners_idle(rp_miners *miners, uint64_t milliseconds);

/* The first line that was not as it should be; empty when all were. */
const char *rp_miners_complaint(const rp_miners *miners);

#endif
