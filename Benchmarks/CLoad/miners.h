/* Private to CLoad: what a set of miners is made of. */
#ifndef RP_LOAD_MINERS_H
#define RP_LOAD_MINERS_H

#include "CLoadMiners.h"
#include "CSharesCore.h"
#include "measure.h"

/* Bytes of a line that came in part; the pool sends none longer than 4,096. */
enum { RP__MAX_PARTIAL = 8192, RP__EVENTS = 512, RP__FIRST_SHARE_ID = 1000000 };

/* A job as mining.notify has it, without what differs between miners. Kept in a list. */
typedef struct rp__job {
    struct rp__job *next;
    char id[16]; /* the digits of the job id */
    uint8_t ntime_digits[8];
    uint32_t ntime;
    uint32_t branch_count, coinbase_length;
    uint8_t level;
    rp_share_target target;
    rp_core_job *core;
} rp__job;

typedef enum rp__phase {
    RP__CLOSED = 0,
    RP__CONNECTING,
    RP__SUBSCRIBING,
    RP__AUTHORIZING,
    RP__WAITING, /* authorised, without a job */
    RP__MINING,
} rp__phase;

/* A share that is ready to be sent. */
typedef struct rp__ready {
    uint64_t extranonce2;
    uint32_t nonce;
} rp__ready;

/* One miner. */
typedef struct rp__miner {
    int fd;
    rp__phase phase;
    uint8_t extranonce1[4];
    uint32_t next_id, oldest_id; /* of shares; between them those in flight */
    uint64_t *sent_at;           /* ring of RP_MINERS_MAX_WINDOW */
    uint64_t started;            /* when it began to connect */
    uint64_t counter;            /* of extranonce2: no value is used twice */
    const rp__job *job;          /* the newest */
    rp_core_work *work;          /* of `job` */
    rp__ready *ready;
    uint32_t ready_count, ready_next, ready_capacity;
    const rp__job *ready_job; /* what the ready shares were made for */
    char tip[64];             /* digits of the newest job's previous block */
    bool told;                /* since rp_miners_await_block began */
    char *partial;
    size_t partial_length;
} rp__miner;

struct rp_miners {
    uint32_t count;
    uint16_t port;
    int epoll;
    rp__miner *each;
    char *users;
    uint64_t *rings;
    uint8_t *works; /* count times rp_core_work_size, aligned */
    size_t work_stride;
    rp_hash_engine engine;
    rp__job *jobs;
    rp__latencies latencies;
    rp_mining_result totals;
    rp_mining_params run; /* what is being mined */
    bool timed;           /* the run's time has begun and not ended */
    bool ran_out;
    uint32_t mining; /* miners that have a job */
    bool watching;   /* inside rp_miners_await_block */
    char old_tip[64], new_tip[64];
    rp_block_result block;
    char complaint[RP_MINERS_COMPLAINT];
};

/* Reads what one connection has and acts on its lines. */
rp_load_status rp__take(rp_miners *miners, uint32_t index);

/* Waits at most `milliseconds` for events and takes them. */
rp_load_status rp__take_events(rp_miners *miners, int milliseconds);

/* A line of the pool that is no reply to a share: `line` holds `length` bytes without the newline.
 */
rp_load_status rp__take_control(rp_miners *miners, rp__miner *miner, const char *line,
                                size_t length);

/* Work from a mining.notify. */
rp_load_status rp__take_notify(rp_miners *miners, rp__miner *miner, const char *line,
                               size_t length);

/* The next text between quotation marks at or after *at; NULL at the end. Moves *at behind it. */
const char *rp__next_text(const char **at, const char *end, size_t *length);

/* Makes shares of each miner's newest work until it has `each`, for miners from `first` on. */
rp_load_status rp__make_shares(rp_miners *miners, uint32_t first, uint32_t count, uint32_t each);

/* Sends `count` ready shares of a miner; there must be as many. */
rp_load_status rp__send_shares(rp_miners *miners, rp__miner *miner, uint32_t count);

/* Writes all of it; the peer reads all the time. */
rp_load_status rp__send(int fd, const char *bytes, size_t length);

/* Keeps the first line that was not as it should be. */
void rp__complain(rp_miners *miners, const char *line, size_t length);

void rp__free_jobs(rp_miners *miners);

#endif
