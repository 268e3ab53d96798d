/*
 * CStratumServer: the stratum server itself. One libuv loop per thread, a connection never leaves
 * its loop, listeners share their ports by SO_REUSEPORT. Sessions, resume, limits, TLS, PROXY
 * (docs/protocol/stratum.md sections 11 to 15).
 *
 * A share's way: read -> scan -> session and job -> judged with its neighbours over the lanes of
 * CShares -> rp_stratum_take hands the accepted ones out in groups -> the caller makes them durable
 * -> rp_stratum_settle -> replies, in the order of the requests. Nothing is answered `true` before.
 *
 * Unlike the other headers of CStratum this part owns memory and threads. Every function may be
 * called from any thread unless it says otherwise.
 */
#ifndef RP_CSTRATUM_SERVER_H
#define RP_CSTRATUM_SERVER_H

#include "CStratumNotify.h"
#include "CStratumVardiff.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* A server. Opaque. */
typedef struct rp_stratum_server rp_stratum_server;

/* A job as the server keeps it. Opaque, immutable, freed when no loop holds it any more. */
typedef struct rp_stratum_job rp_stratum_job;

/* Why a server or a job cannot be made. */
typedef enum rp_stratum_status {
    RP_STRATUM_OK = 0,
    RP_STRATUM_OUT_OF_MEMORY = 1,
    RP_STRATUM_BAD_CONFIG = 2,  /* a value outside its range */
    RP_STRATUM_BAD_ADDRESS = 3, /* not a numeric IPv4 or IPv6 address */
    RP_STRATUM_BIND_FAILED = 4, /* errno says why */
    RP_STRATUM_TLS_FAILED = 5,  /* certificate or key cannot be used */
    RP_STRATUM_NO_THREADS = 6,  /* a thread or a loop could not be started */
    RP_STRATUM_BAD_JOB = 7,     /* CShares or the notify line refuse it */
} rp_stratum_status;

/* Bounds of a server. */
enum {
    RP_STRATUM_MAX_LOOPS = 64,
    RP_STRATUM_MAX_LISTENERS = 16,
    RP_STRATUM_MAX_PROXIES = 64,     /* networks whose PROXY headers are believed */
    RP_STRATUM_MAX_WORKERS = 64,     /* workers of one connection */
    RP_STRATUM_MAX_PENDING = 1024,   /* submits of one connection that wait for the disk */
    RP_STRATUM_MAX_UNSENT = 65536,   /* bytes of replies that a miner may leave unread */
    RP_STRATUM_MAX_STRIKES = 3,      /* lines that are not JSON */
    RP_STRATUM_MAX_RESTORED = 96,    /* jobs from the journal */
    RP_STRATUM_LATENCY_BUCKETS = 17, /* of rp_stratum_latency */
};

/* A port to listen on. */
typedef struct rp_stratum_listener {
    const char *address; /* numeric, IPv4 or IPv6 */
    uint16_t port;       /* 0: any; rp_stratum_server_port tells which */
    bool tls;
    uint8_t start_level;   /* of new miners, clamped to the server's range and the next */
    uint8_t minimum_level; /* what vardiff does not go below here; high on a high-difficulty port */
} rp_stratum_listener;

/* A network whose members may name miners' addresses by PROXY headers. */
typedef struct rp_stratum_network {
    uint8_t address[16]; /* network order; IPv4: the first four bytes */
    uint8_t family;      /* 4 or 6 */
    uint8_t prefix;      /* bits, at most 32 or 128 */
} rp_stratum_network;

/* Everything that a server is made with. Pointers are read during the call only. */
typedef struct rp_stratum_server_config {
    const rp_stratum_listener *listeners;
    size_t listener_count; /* 1...RP_STRATUM_MAX_LISTENERS */
    const rp_stratum_network *RP_NULLABLE proxies;
    size_t proxy_count;
    const char *RP_NULLABLE certificate_file; /* PEM chain; needed when a listener is TLS */
    const char *RP_NULLABLE key_file;         /* PEM */
    const uint8_t *token_key32; /* secret of the resume tokens; the same after a restart */
    uint64_t seed;              /* random; scatters the duplicate filters */
    uint32_t loop_count;        /* 1...RP_STRATUM_MAX_LOOPS */
    uint8_t front_end;     /* 0...3: extranonce1's first bits, unlike those of other front ends */
    uint32_t version_mask; /* the pool's mask of rolled version bits (BIP310) */
    rp_stratum_vardiff_config vardiff; /* its range: the levels that are given at all */
    size_t filter_capacity; /* shares a tip and loop that a duplicate filter starts with */
    size_t filter_maximum;  /* what it may grow to: beyond it shares are refused */
    uint32_t maximum_connections;
    uint32_t maximum_per_address;
    uint32_t subscribe_timeout; /* milliseconds from the connect */
    uint32_t authorize_timeout; /* milliseconds from the connect */
    uint32_t idle_timeout;      /* milliseconds of silence; half of it is followed by a ping */
    uint32_t stale_grace;       /* milliseconds after a new tip in which older work still counts */
    uint32_t drain_timeout;     /* milliseconds that a stop waits for the disk and slow readers */
    rp_stratum_bucket_config refusals; /* refused shares of a connection: beyond it, dropped */
    bool ask_version; /* client.get_version after authorize, where subscribe named no agent */
} rp_stratum_server_config;

/* Binds all ports and starts the loops; nothing is accepted before the first job. *server is set
 * only when OK. */
RP_NODISCARD rp_stratum_status rp_stratum_server_create(
    rp_stratum_server *RP_NULLABLE *RP_NULLABLE server, const rp_stratum_server_config *config);

/* The port of a listener, by its place in the configuration. */
uint16_t rp_stratum_server_port(const rp_stratum_server *server, size_t listener);

/* Begins the end: no more connections, no more reading; what waits for the disk is answered, then
 * every miner is told to reconnect. rp_stratum_take says when all is done. */
void rp_stratum_server_stop(rp_stratum_server *server);

/* Frees a server after rp_stratum_take said `finished` (or, before that, cuts everything off). No
 * other thread may be inside a function of the server. */
void rp_stratum_server_destroy(rp_stratum_server *server);

/* What a job is made from. */
typedef struct rp_stratum_job_params {
    const rp_share_job_params *share; /* job_sequence up to RP_STRATUM_MAX_JOB_SEQUENCE */
    /* nBits of the target that a block must meet to be handed out: harder than the header's where
     * every share is a block (regtest); 0: the header's. */
    uint32_t block_compact_target;
} rp_stratum_job_params;

/* Makes a job: *job is set only when OK. */
RP_NODISCARD rp_stratum_status rp_stratum_job_create(rp_stratum_job *RP_NULLABLE *RP_NULLABLE job,
                                                     const rp_stratum_job_params *params);

/* Frees a job that was given to no server. */
void rp_stratum_job_destroy(rp_stratum_job *job);

/* How a job came to be. */
typedef enum rp_stratum_job_kind {
    RP_STRATUM_JOB_NEW_TIP =
        0, /* on another block than the job before: clean, older work is stale */
    RP_STRATUM_JOB_REFRESH = 1,       /* on the same block */
    RP_STRATUM_JOB_RESTORED = 2,      /* from the journal, of the present tip: never sent */
    RP_STRATUM_JOB_RESTORED_STALE = 3 /* from the journal, of the tip before: never sent */
} rp_stratum_job_kind;

/* Gives a job to the server, which frees it in its time. `template_time`: when the node's answer
 * was there, in nanoseconds of CLOCK_MONOTONIC (0: not measured). Restored jobs come before the
 * first other one, at most RP_STRATUM_MAX_RESTORED of them. A sequence is given once only. */
void rp_stratum_publish(rp_stratum_server *server, rp_stratum_job *job, rp_stratum_job_kind kind,
                        uint64_t template_time);

/* An accepted share, to be stored. */
typedef struct rp_stratum_share {
    uint64_t job_sequence;
    uint32_t account; /* the number that authorize gave */
    uint32_t worker;  /* the number that authorize gave */
    uint8_t extranonce1[RP_SHARE_EXTRANONCE1_LENGTH];
    uint8_t extranonce2[RP_SHARE_EXTRANONCE2_LENGTH];
    uint32_t ntime;
    uint32_t nonce;
    uint32_t version_bits; /* as submitted */
    uint8_t level;
} rp_stratum_share;

/* Enters stored shares into the duplicate filters; their jobs must have been restored, and the
 * first job not be published. `miner_ids32`: 32 bytes for each. Returns how many are credited
 * again as they should be: all, unless the store does not fit its jobs. */
size_t rp_stratum_replay(rp_stratum_server *server, const rp_stratum_share *RP_NULLABLE shares,
                         const uint8_t *RP_NULLABLE miner_ids32, size_t count);

/* A refused share, for statistics. */
typedef struct rp_stratum_refusal {
    uint32_t account;
    uint32_t worker;
    uint8_t verdict; /* rp_share_verdict */
} rp_stratum_refusal;

/* Somebody wants to mine. Texts are printable ASCII and end with a zero byte. */
typedef struct rp_stratum_login {
    uint64_t ticket;
    char account[RP_STRATUM_MAX_NAME + 1];
    char worker[RP_STRATUM_MAX_NAME + 1];
    char password[RP_STRATUM_MAX_TEXT + 1]; /* cut; other bytes are `?` */
    char agent[RP_STRATUM_MAX_NAME + 1];
    char address[46]; /* of the miner, as the PROXY header or the connection says */
} rp_stratum_login;

/* What there is to do. Valid until the next rp_stratum_take. */
typedef struct rp_stratum_harvest {
    const rp_stratum_share *RP_NULLABLE shares; /* to be stored and then settled */
    size_t share_count;
    const rp_stratum_refusal *RP_NULLABLE refusals;
    size_t refusal_count;
    const rp_stratum_login *RP_NULLABLE logins; /* each to be answered by rp_stratum_answer */
    size_t login_count;
    bool refresh_wanted; /* a miner refuses to work on the present job: a fresh one is wanted */
    bool finished;       /* the server has stopped; nothing will come any more */
} rp_stratum_harvest;

/* Waits until there is something to do, and takes all of it. One thread only. Shares taken must be
 * settled before the next call. */
void rp_stratum_take(rp_stratum_server *server, rp_stratum_harvest *harvest);

/* Wakes rp_stratum_take, which then may return with nothing. */
void rp_stratum_wake(rp_stratum_server *server);

/* The shares of the last harvest are durable: they are answered `true`. Or they are not and never
 * will be: they are refused, and may be sent again. Same thread as rp_stratum_take. */
void rp_stratum_settle(rp_stratum_server *server, bool stored);

/* An answer to a login. */
typedef struct rp_stratum_grant {
    uint64_t ticket;
    bool granted;
    bool known; /* mined here before: may use the last tenth of the connections */
    uint8_t miner_id32[32];
    uint32_t account;
    uint32_t worker;
    const char *RP_NULLABLE reason; /* of a refusal, at most RP_STRATUM_MAX_TEXT bytes are used */
} rp_stratum_grant;

/* Answers logins, in any order and at any time. */
void rp_stratum_answer(rp_stratum_server *server, const rp_stratum_grant *grants, size_t count);

/* Whether shares are taken: while they are not, each is tested as a block and refused. On at first.
 */
void rp_stratum_set_accepting(rp_stratum_server *server, bool accepting);

/* client.show_message to every miner. */
void rp_stratum_show(rp_stratum_server *server, const char *text);

/* A share that solves a block, whatever became of it as a share. */
typedef struct rp_stratum_block {
    uint64_t job_sequence;
    uint8_t miner_id32[32];
    uint8_t hash32[32]; /* internal order */
    uint8_t extranonce1[RP_SHARE_EXTRANONCE1_LENGTH];
    uint8_t extranonce2[RP_SHARE_EXTRANONCE2_LENGTH];
    uint32_t ntime;
    uint32_t nonce;
    uint32_t version; /* of the header */
    uint8_t level;
    uint8_t verdict; /* rp_share_verdict */
} rp_stratum_block;

/* Waits for a solved block. Returns false when the server has stopped and there is none. One
 * thread only. */
RP_NODISCARD bool rp_stratum_take_block(rp_stratum_server *server, rp_stratum_block *block);

/* Why a connection ended. */
#define RP_STRATUM_ENDINGS(X)                                                                      \
    X(CLOSED)        /* by the miner */                                                            \
    X(FAILED)        /* a read or write error */                                                   \
    X(FULL)          /* beyond the connections allowed in all */                                   \
    X(ADDRESS_FULL)  /* beyond those of one address */                                             \
    X(NO_EXTRANONCE) /* every extranonce1 lives or did until lately */                             \
    X(NOT_STRATUM)   /* another protocol */                                                        \
    X(BAD_PROXY)     /* a PROXY header that is wrong or not to be believed */                      \
    X(TLS)           /* the handshake or a record failed */                                        \
    X(LINE_TOO_LONG)                                                                               \
    X(STRIKES)    /* lines that are not JSON */                                                    \
    X(REFUSALS)   /* too many refused shares or logins */                                          \
    X(SLOW_START) /* not subscribed or authorised in time */                                       \
    X(IDLE)                                                                                        \
    X(SLOW_READER)                                                                                 \
    X(RESUMED) /* its extranonce1 went to the miner's new connection */                            \
    X(STOPPED)

/* An ending. */
typedef enum rp_stratum_ending {
#define RP_STRATUM_ENDING_CASE(name) RP_STRATUM_ENDING_##name,
    RP_STRATUM_ENDINGS(RP_STRATUM_ENDING_CASE)
#undef RP_STRATUM_ENDING_CASE
} rp_stratum_ending;

/* How many endings there are. */
enum { RP_STRATUM_ENDING_COUNT = 16 };

/* A histogram of durations. Bucket i counts those of at most 50, 100, 200, 500 microseconds, 1, 2,
 * 5, 10, 20, 50, 100, 200, 500 milliseconds, 1, 2, 5 seconds; the last all others. */
typedef struct rp_stratum_latency {
    uint64_t buckets[RP_STRATUM_LATENCY_BUCKETS];
    uint64_t sum; /* microseconds */
} rp_stratum_latency;

/* Counters since the start, and what is there now. */
typedef struct rp_stratum_metrics {
    uint64_t connections; /* now */
    uint64_t miners;      /* of them subscribed and authorised */
    uint64_t accepted_connections;
    uint64_t endings[RP_STRATUM_ENDING_COUNT];
    uint64_t lines;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t verdicts[RP_SHARE_VERDICT_COUNT]; /* answered submits */
    uint64_t errors[RP_STRATUM_ERROR_COUNT];
    uint64_t logins_refused;
    uint64_t blocks;
    uint64_t notifies;
    uint64_t resumed;
    uint64_t filter_shares;    /* in the duplicate filters, now */
    uint64_t waiting_shares;   /* for the disk, now */
    rp_stratum_latency reply;  /* from the read of a submit to the write of its answer */
    rp_stratum_latency notify; /* from template_time to the write of the job to one miner */
} rp_stratum_metrics;

/* Reads the counters; each is exact, all of them together nearly of one moment. */
void rp_stratum_read_metrics(rp_stratum_server *server, rp_stratum_metrics *metrics);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
