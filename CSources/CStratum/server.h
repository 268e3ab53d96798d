/*
 * Private to CStratum: what a server, its loops and its sessions hold.
 *
 * Threads: a loop's fields belong to its thread, but for the inbox, which its lock guards, and the
 * counters, which others read. What loops and the storing thread exchange is in rp__exchange.
 */
#ifndef RP_STRATUM_SERVER_INTERNAL_H
#define RP_STRATUM_SERVER_INTERNAL_H

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

/* vector.c: growing arrays. */
void *rp__vector_extend(rp__vector *vector, size_t item_size, size_t count);
RP_NODISCARD bool rp__vector_append(rp__vector *vector, const void *items, size_t item_size,
                                    size_t count);
void rp__vector_free(rp__vector *vector);

/* exchange.c: between the loops and the threads of the caller. */
void rp__exchange_flush(rp__loop *loop);
void rp__exchange_block(rp_stratum_server *server, const rp_stratum_block *block);
void rp__exchange_loop_ended(rp_stratum_server *server);

/* loop.c */
RP_NODISCARD rp_stratum_status rp__loop_init(rp__loop *loop, rp_stratum_server *server,
                                             uint32_t index);
RP_NODISCARD rp_stratum_status rp__loop_bind(rp__loop *loop, size_t listener,
                                             const struct sockaddr *address);
RP_NODISCARD bool rp__loop_start(rp__loop *loop);
void rp__loop_accept(rp__loop *loop);
void rp__loop_destroy(rp__loop *loop);
void rp__loop_again(rp__loop *loop);

/* stop.c */
void rp__stop_begin(rp__loop *loop);
void rp__stop_continue(rp__loop *loop);
void rp__stop_handles(rp__loop *loop);
void rp__show(rp__loop *loop, const char *text);

/* accept.c */
void rp__accept(uv_stream_t *listener, int status);
bool rp__is_trusted(const rp_stratum_server *server, const uint8_t *address16, uint8_t family);
RP_NODISCARD bool rp__address_enter(rp_stratum_server *server, const uint8_t *address16,
                                    uint8_t family);
void rp__address_leave(rp_stratum_server *server, const uint8_t *address16, uint8_t family);
void rp__address_text(char *text46, const uint8_t *address16, uint8_t family);

RP_NODISCARD bool rp__proxy_address(rp__session *session, const rp_stratum_proxy *proxy);

/* lifetime.c */
rp__session *rp__session_new(rp__loop *loop, size_t listener);
void rp__session_enter(rp__session *session);
void rp__session_end(rp__session *session, rp_stratum_ending ending);
void rp__session_free_if_done(rp__session *session);
void rp__leave_young(rp__session *session);

/* connection.c: bytes in. */
void rp__bytes_received(rp__session *session, const uint8_t *bytes, size_t length,
                        uint64_t read_time);
void rp__connection_start(rp__session *session);
void rp__connection_resume(rp__session *session);
void rp__connection_again(rp__loop *loop);

/* tls.c */
RP_NODISCARD bool rp__tls_context(rp_stratum_server *server);
RP_NODISCARD bool rp__tls_start(rp__session *session);
RP_NODISCARD bool rp__tls_feed(rp__session *session, const uint8_t *bytes, size_t length);
/* Bytes read, 0 when more has to come, or one of the two below. */
enum { RP__TLS_FAILED = -1, RP__TLS_CLOSED = -2 };
ptrdiff_t rp__tls_read(rp__session *session, uint8_t *bytes, size_t length);
RP_NODISCARD bool rp__tls_write(rp__session *session, const uint8_t *bytes, size_t length);
RP_NODISCARD bool rp__tls_flush(rp__session *session);

/* send.c: bytes out. */
rp_stratum_output *rp__out(rp__session *session, size_t length);
void rp__out_flush(rp__session *session);
bool rp__send_raw(rp__session *session, const uint8_t *bytes, size_t length);
size_t rp__unsent_length(const rp__session *session);
void rp__unsent_free(rp__session *session);
void rp__reply_open(rp__session *session, rp_stratum_output *output);
void rp__reply_close(rp__session *session, const rp_stratum_output *output);

/* session.c */
void rp__session_login(rp__session *session, const rp_stratum_request *request);
void rp__session_grant(rp__loop *loop, const rp__grant *grant);
void rp__session_offer(rp__session *session);
void rp__session_set_level(rp__session *session, uint8_t level);
rp_stratum_vardiff_config rp__session_bounds(const rp__session *session);
const rp__worker *rp__session_worker(const rp__session *session, rp_stratum_slice name);
RP_NODISCARD bool rp__session_seat(rp__session *session, const uint8_t *token16);
void rp__session_refuse_login(rp__session *session, rp_stratum_output *output,
                              const rp_stratum_value *id, const char *reason);
void rp__session_ready(rp__session *session);
void rp__session_tick(rp__session *session, uint64_t now);

/* methods.c */
void rp__line_received(rp__session *session, rp_stratum_slice line, uint64_t read_time);
void rp__line_too_long(rp__session *session);

/* submit.c */
void rp__submit(rp__session *session, const rp_stratum_request *request, uint64_t read_time);
void rp__batch_judge(rp__loop *loop);
void rp__refused(rp__session *session, rp_share_verdict verdict);

/* pending.c */
rp__pending *rp__pending_add(rp__session *session, rp__pending_kind kind,
                             const rp_stratum_value *id);
rp_stratum_value rp__pending_id(const rp__pending *pending);
void rp__pending_drain(rp__session *session);
void rp__pending_forget(rp__session *session);
void rp__settle(rp__loop *loop, rp__settlement settlement);
void rp__touch(rp__session *session);
void rp__drain_touched(rp__loop *loop);
void rp__queue_push(rp__queue *queue, rp__pending *pending);
void rp__pending_free_slab(rp__pending *slab);
void rp__pending_release(rp__loop *loop, rp__pending *pending);

/* jobs.c */
void rp__jobs_take(rp__loop *loop, rp_stratum_job *job);
const rp__kept_job *rp__jobs_find(const rp__loop *loop, uint64_t sequence);
const rp__kept_job *rp__jobs_newest(const rp__loop *loop);
bool rp__jobs_stale(const rp__loop *loop, const rp__kept_job *job);
void rp__jobs_release(rp_stratum_job *job);
void rp__jobs_drop_all(rp__loop *loop);
void rp__announce(rp__loop *loop);
void rp__send_job(rp__session *session, const rp__kept_job *kept, uint8_t level);

/* replay.c: the duplicate filters. */
void rp__replay_ended(rp_stratum_server *server);
void rp__count_filter(rp__loop *loop);
RP_NODISCARD bool rp__filter_make(rp__loop *loop, size_t capacity);
void rp__filter_grow(rp__loop *loop);

/* extranonce.c */
void rp__seats_init(rp__seats *seats, uint32_t prefix, uint32_t start);
rp__seat *rp__seats_find(const rp__seats *seats, uint32_t extranonce1);
rp__seat *rp__seats_take(rp__seats *seats, uint32_t extranonce1);
rp__seat *rp__seats_new(rp__seats *seats, uint64_t now);
void rp__seats_leave(rp__seats *seats, rp__seat *seat, uint64_t now);
void rp__seats_return(rp__seats *seats, rp__seat *seat);
void rp__seats_expire(rp__seats *seats, uint64_t now);
void rp__seats_free(rp__seats *seats);
bool rp__seat_has(const rp__seat *seat, uint64_t job_id);

/* token.c */
void rp__token(const rp_stratum_server *server, uint8_t *token16, uint32_t extranonce1);
RP_NODISCARD bool rp__token_read(const rp_stratum_server *server, uint32_t *extranonce1,
                                 const uint8_t *token16);

/* counters.c */
void rp__count_latency(rp__histogram *histogram, uint64_t nanoseconds, uint64_t times);

/* Milliseconds of the loop's clock, which does not go back. */
static inline uint64_t rp__now(const rp__loop *loop) {
    return uv_now(&loop->uv);
}

#endif
