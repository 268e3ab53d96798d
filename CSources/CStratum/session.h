/*
 * Private to CStratum: a session, and what it consists of.
 *
 * Threads: all of it belongs to the thread of one loop, but for the counters, which others read.
 */
#ifndef RP_STRATUM_SESSION_H
#define RP_STRATUM_SESSION_H

/* uv.h wants POSIX types. Before every other header. */
#define _GNU_SOURCE

#include "CStratumServer.h"
#include "internal.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <uv.h>

enum {
    RP__GIVEN = 16,         /* (job, level) pairs that a session may submit to */
    RP__JOBS = 128,         /* jobs that a loop keeps */
    RP__BATCH = 256,        /* shares that are judged together at most */
    RP__LINES_A_TURN = 256, /* lines of one session before the others have their turn */
    RP__NOTIFIES_A_TURN = 512,
    RP__READ_BUFFER = 65536 + RP_STRATUM_MIN_BUFFER,
    RP__OUT_BUFFER = 65536,
    RP__CIPHER_BUFFER = 65536,
    RP__PRELUDE = 600, /* bytes that a PROXY header is looked for in */
    RP__LOGIN_FAILURES = 10,
    RP__UNKNOWN_JOBS = 8,           /* refusals with 21 in a row that call for a fresh job */
    RP__SUGGEST_INTERVAL = 10000,   /* milliseconds */
    RP__SWEEP_SECONDS = 15,         /* in which every session is looked at once */
    RP__SEAT_LIFE = 600000,         /* milliseconds that an extranonce1 waits for its miner */
    RP__EXTRANONCE_REUSE = 7200000, /* milliseconds before one is given again */
    RP__MAX_WAITING = 262144,       /* shares of a loop that wait for the disk */
    RP__MAX_BLOCKS_WAITING = 256,
    RP__TICKET_BITS = 56, /* of a login's serial number; its loop is above */
};

typedef struct rp__loop rp__loop;
typedef struct rp__session rp__session;
typedef struct rp__seat rp__seat;

/* One counter: written by one thread, read by any. */
typedef _Atomic uint64_t rp__counter;

static inline void rp__add(rp__counter *counter, uint64_t amount) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount,
                          memory_order_relaxed);
}

static inline void rp__subtract(rp__counter *counter, uint64_t amount) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) - amount,
                          memory_order_relaxed);
}

typedef struct rp__histogram {
    rp__counter buckets[RP_STRATUM_LATENCY_BUCKETS];
    rp__counter sum;
} rp__histogram;

/* What a loop counts; rp_stratum_metrics adds the loops up. */
typedef struct rp__counters {
    rp__counter connections, miners, accepted_connections;
    rp__counter endings[RP_STRATUM_ENDING_COUNT];
    rp__counter lines, bytes_in, bytes_out;
    rp__counter verdicts[RP_SHARE_VERDICT_COUNT];
    rp__counter errors[RP_STRATUM_ERROR_COUNT];
    rp__counter logins_refused, blocks, notifies, resumed, filter_shares;
    rp__histogram reply, notify;
} rp__counters;

/* A job: immutable but for the count of the loops that hold it. */
struct rp_stratum_job {
    _Atomic uint32_t holders;
    uint64_t sequence;
    uint64_t template_time;
    rp_stratum_job_kind kind;
    rp_share_target block_target;
    rp_stratum_notify notify;
    rp_share_job *share;
    uint8_t line[RP_STRATUM_MAX_NOTIFY];
};

/* A job as a loop keeps it. */
typedef struct rp__kept_job {
    rp_stratum_job *job;
    uint64_t tip; /* counts the tips that this loop has seen */
    bool restored;
} rp__kept_job;

/* An extranonce1 with its right to jobs; outlives its session for RP__SEAT_LIFE. */
struct rp__seat {
    uint32_t extranonce1;
    bool restored; /* resumed after a restart: the journal's jobs are its, too */
    rp__session *session;
    uint64_t left;      /* when the session ended, milliseconds */
    rp__seat *previous; /* among those without a session, oldest first */
    rp__seat *next;
    uint32_t given_count; /* counts on; the newest is at given_count - 1 */
    uint64_t given[RP__GIVEN];
};

/* Which extranonce1 lives, and which may be given (extranonce.c). */
typedef struct rp__seats {
    rp__seat **slots;    /* open addressing */
    uint32_t slot_count; /* a power of two, or 0 */
    uint32_t count;
    uint32_t next;    /* the counter's 24 bits */
    uint32_t prefix;  /* front end and loop, the first 8 bits */
    rp__seat *oldest; /* without a session */
    rp__seat *newest;
    uint64_t passed[256]; /* when the counter left each 65,536 values last; 0: never */
} rp__seats;

/* A reply that waits: for the disk, for the answer to a login, or for one of these before it. */
typedef enum rp__pending_kind {
    RP__PENDING_SHARE, /* judged or not, until `ready` */
    RP__PENDING_LOGIN,
    RP__PENDING_TEXT,
} rp__pending_kind;

typedef struct rp__pending {
    struct rp__pending *next;       /* of the session, or of the free ones */
    struct rp__pending *queue_next; /* of the loop's shares or logins */
    rp__session *session;           /* NULL once it has ended */
    uint64_t read_time;             /* nanoseconds */
    uint64_t ticket;
    uint8_t *text; /* owned */
    uint32_t text_length;
    uint32_t worker;
    uint8_t hash32[32];
    uint8_t kind;
    uint8_t verdict;
    uint8_t level; /* that the password of a login asks for; 0: none */
    bool ready;
    uint8_t id_length;
    uint8_t id_type;
    uint8_t id[RP_STRATUM_MAX_ID];
} rp__pending;

/* A first-in first-out list by queue_next. */
typedef struct rp__queue {
    rp__pending *head;
    rp__pending *tail;
} rp__queue;

typedef struct rp__worker {
    uint32_t number;
    uint8_t length;
    uint8_t name[]; /* ACCOUNT[.worker] */
} rp__worker;

/* Bytes that the kernel did not take at once. */
typedef struct rp__unsent {
    uv_write_t request;
    rp__session *session;
    uint8_t *sending; /* with uv_write */
    uint32_t sending_length;
    uint8_t *waiting;
    uint32_t waiting_length;
    uint32_t waiting_capacity;
} rp__unsent;

typedef enum rp__stage {
    RP__STAGE_PRELUDE, /* a PROXY header may come */
    RP__STAGE_SNIFF,   /* plain: the first bytes tell the protocol */
    RP__STAGE_LINES,
    RP__STAGE_CLOSING,
} rp__stage;

struct rp__session {
    uv_tcp_t tcp;
    uv_os_fd_t descriptor; /* of tcp */
    rp__loop *loop;
    rp__session *previous; /* all of the loop */
    rp__session *next;
    rp__session *young_previous; /* not authorised yet, oldest first */
    rp__session *young_next;
    rp__session *touched_next;
    rp__session *waiting_next; /* with unread lines, for their next turn */
    rp_stratum_framing framing;
    uint8_t *stash; /* bytes of an unfinished line, or of lines for later */
    SSL *tls;
    uint8_t *prelude;
    rp__unsent *unsent;
    rp__pending *pending_head;
    rp__pending *pending_tail;
    rp__seat *seat;
    rp__worker **workers;
    char *agent;
    rp_share_work *work; /* behind this struct */
    uint64_t work_id;    /* the job id that `work` is of; 0: none */
    uint64_t last_job;   /* sequence of the last job sent */
    uint64_t last_tip;
    uint64_t connected; /* milliseconds */
    uint64_t last_read;
    uint64_t suggested;
    rp_stratum_vardiff vardiff;
    rp_stratum_bucket refusals;
    uint32_t pending_count;
    uint32_t account;
    uint32_t version_mask; /* agreed by configure; the pool's otherwise */
    uint32_t requests;     /* of the pool's own, numbered */
    uint16_t prelude_length;
    uint8_t listener;
    uint8_t address16[16];
    uint8_t family; /* 4 or 6 */
    uint8_t stage;
    uint8_t worker_count;
    uint8_t logins; /* workers and logins that wait */
    uint8_t login_failures;
    uint8_t strikes;
    uint8_t unknown_jobs;
    uint8_t minimum_level;
    uint8_t sent_level; /* by set_difficulty; 0: none */
    bool subscribed, authorized, is_young, has_suggested, pinged;
    bool reserved; /* came when only known miners were let in */
    bool resumed;
    bool reading;   /* uv_read_start is in force */
    bool paused;    /* too many of its submits wait for the disk */
    bool touched;   /* in the loop's list of those with replies to write */
    bool waiting;   /* in the loop's list of those with unread lines */
    bool closed;    /* libuv is done with it */
    bool overspent; /* to be ended when its replies are written */
    bool offer_due; /* a job is to follow its replies */
    uint8_t miner_id32[32];
};

#endif
