/*
 * Private to CStratum: a loop and a server.
 *
 * Threads: a loop's fields belong to its thread, but for the inbox, which its lock guards. What
 * loops and the storing thread exchange is in rp__exchange.
 */
#ifndef RP_STRATUM_LOOP_H
#define RP_STRATUM_LOOP_H

#include "session.h"

/* Shares that wait to be judged together. */
typedef struct rp__batch {
    rp_share shares[RP__BATCH];
    rp_share_result results[RP__BATCH];
    rp__pending *pending[RP__BATCH];
    const rp_stratum_job *jobs[RP__BATCH];
    bool fenced[RP__BATCH]; /* to be refused: version bits outside the session's mask */
    rp_stratum_share records[RP__BATCH];
    uint8_t *works; /* RP__BATCH of them, for jobs that are not the session's last */
    size_t count;
    size_t work_count;
} rp__batch;

/* A growing array of one element type. */
typedef struct rp__vector {
    void *items;
    size_t count;
    size_t capacity;
} rp__vector;

typedef struct rp__settlement {
    size_t count;
    bool stored;
} rp__settlement;

/* A login's answer on its way to its loop. */
typedef struct rp__grant {
    rp_stratum_grant grant; /* its reason is below */
    char reason[RP_STRATUM_MAX_TEXT + 1];
} rp__grant;

typedef struct rp__inbox {
    uv_mutex_t lock;
    rp__vector settlements; /* rp__settlement */
    rp__vector jobs;        /* rp_stratum_job * */
    rp__vector grants;      /* rp__grant */
    char text[RP_STRATUM_MAX_TEXT + 1];
    bool show, stop;
    bool closed; /* the loop has ended: nothing more is read here */
} rp__inbox;

struct rp__loop {
    struct rp_stratum_server *server;
    uint32_t index;
    uv_loop_t uv;
    uv_thread_t thread;
    bool uv_ready, thread_ready, inbox_ready;
    size_t bound; /* listeners */
    uv_tcp_t listeners[RP_STRATUM_MAX_LISTENERS];
    uv_async_t wake;
    uv_check_t check;
    uv_idle_t again; /* on while there is work for the next turn */
    uv_timer_t timer;
    rp__inbox inbox;

    rp__session *sessions;
    rp__session *sweep;    /* where the sweep goes on */
    rp__session *announce; /* where sending the newest job goes on */
    rp__session *young;    /* oldest first */
    rp__session *young_last;
    rp__session *touched;
    rp__session *waiting;
    uint64_t session_count;
    uint64_t swept;
    bool announcing, announce_again, listening, stopping, stopped, told;
    uint32_t rotations_due; /* of the filter: before the next share is judged */
    uint64_t stop_time;

    rp__kept_job jobs[RP__JOBS]; /* in the order of their coming, at job_count % RP__JOBS */
    uint64_t job_count;
    uint64_t tip;
    uint64_t tip_time; /* milliseconds */

    rp_share_filter *filter;
    size_t filter_capacity;
    rp_share_filter *smaller; /* what `filter` is taking over, or NULL */
    size_t smaller_capacity;
    rp__seats seats;
    rp__batch batch;
    rp__queue shares; /* accepted, in the order in which they were handed to the exchange */
    rp__queue logins;
    rp__pending *free_pending;
    rp__vector pending_slabs; /* rp__pending * of many each */
    uint64_t login_serial;

    rp__vector new_shares;   /* rp_stratum_share: not yet in the exchange */
    rp__vector new_refusals; /* rp_stratum_refusal */
    rp__vector new_logins;   /* rp_stratum_login */
    bool refresh_wanted;

    rp_stratum_output out;    /* of one session at a time */
    rp__session *out_session; /* whose bytes `out` holds */
    uint8_t *read_buffer;
    uint8_t *cipher_buffer;
    uint8_t *reply_buffer; /* of a reply that has to wait */
    uint64_t write_time;   /* nanoseconds, of the replies being written */
    size_t waiting_shares; /* for the disk */
    rp__counters counters;
};

/* The worker of a refusal that names none. */
#define RP__NO_WORKER UINT32_MAX

/* What waits for the storing thread, and for the one that submits blocks. */
typedef struct rp__exchange {
    uv_mutex_t lock;
    uv_cond_t changed;
    uv_cond_t block_changed;
    rp__vector shares, refusals, logins; /* filling */
    size_t loop_counts[RP_STRATUM_MAX_LOOPS];
    rp__vector taken_shares, taken_refusals, taken_logins;
    size_t taken_loop_counts[RP_STRATUM_MAX_LOOPS];
    rp_stratum_block blocks[RP__MAX_BLOCKS_WAITING];
    size_t block_start, block_count;
    uint32_t running; /* loops that have not stopped */
    bool refresh_wanted, woken;
} rp__exchange;

/* Connections of one address. */
typedef struct rp__address {
    struct rp__address *next;
    uint8_t key[16];
    uint32_t count;
} rp__address;

enum { RP__ADDRESS_BUCKETS = 4096 };

typedef struct rp__addresses {
    uv_mutex_t lock;
    rp__address *buckets[RP__ADDRESS_BUCKETS];
} rp__addresses;

struct rp_stratum_server {
    rp_stratum_server_config config; /* its pointers are not used after the start */
    rp_stratum_listener listeners[RP_STRATUM_MAX_LISTENERS];
    uint16_t ports[RP_STRATUM_MAX_LISTENERS];
    rp_stratum_network proxies[RP_STRATUM_MAX_PROXIES];
    uint8_t token_key32[32];
    rp_hash_engine engine;
    SSL_CTX *tls;
    rp__loop *loops;
    rp__exchange exchange;
    rp__addresses addresses;
    rp__vector restored; /* rp_stratum_job *, until the first job */
    _Atomic uint32_t connections;
    atomic_bool taking_shares;
    atomic_bool cut_off; /* a stop waits for nothing */
};

#endif
