/*
 * CLoad: the load generator of radpool-bench. One thread, epoll, loopback only. It keeps a number
 * of connections busy with lines that were made beforehand and takes the time from each line to its
 * answer. Answers are counted by their line ends and must come in the order of the lines.
 */
#ifndef RP_CLOAD_H
#define RP_CLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a run failed. */
typedef enum rp_load_status {
    RP_LOAD_OK = 0,
    RP_LOAD_NO_MEMORY = 1,
    RP_LOAD_CANNOT_CONNECT = 2, /* a connection was refused, or not all stood within 30 seconds */
    RP_LOAD_DISCONNECTED = 3,   /* the server closed a connection */
    RP_LOAD_EXTRA_ANSWER = 4,   /* more answers than lines on a connection */
    RP_LOAD_SYSTEM = 5,         /* a system call failed; errno says which way */
    RP_LOAD_REFUSED = 6,        /* the server said something that it should not */
} rp_load_status;

/* What to send and how. Pointers are read during the run only. */
typedef struct rp_load_params {
    uint16_t port;        /* on 127.0.0.1 */
    uint32_t connections; /* 1...60,000 */
    uint32_t window;      /* closed loop: lines in flight a connection */
    uint64_t rate;        /* open loop: lines a second over all connections; 0: closed loop */
    uint64_t milliseconds;
    const uint8_t *line; /* the line that all connections send, its newline included */
    size_t line_length;
} rp_load_params;

/* Times are from writing a line to reading its answer, nanoseconds. */
typedef struct rp_load_result {
    uint64_t answers;     /* within the run's time */
    uint64_t nanoseconds; /* that the run took */
    uint64_t lost;        /* lines without an answer two seconds after the end */
    uint64_t p50, p99, max;
} rp_load_result;

/* Connects, runs the load, waits for the last answers, closes. */
rp_load_status rp_load_run(const rp_load_params *params, rp_load_result *result);

/* The first processors that this process may use, at most `most`, in ascending order. Returns how
 * many there are in `out`. */
size_t rp_load_processors(uint32_t *out, size_t most);

/* Keeps all threads of this process on one processor, and with them what they start later. Returns
 * whether the system agreed. */
bool rp_load_pin(uint32_t processor);

/* A short text for a status. */
const char *rp_load_text(rp_load_status status);

/* How long it took a server to tell everybody, nanoseconds from the line that asked for it. */
typedef struct rp_crowd_result {
    uint64_t first, last;
} rp_crowd_result;

/* Opens `connections` to a loopback port, sends "!\n" on one of them, and waits until `bytes` have
 * come over each. The calling thread does all the reading. */
rp_load_status rp_load_crowd(uint16_t port, uint32_t connections, size_t bytes,
                             rp_crowd_result *result);

#include "CLoadMiners.h"
#include "CLoadProbe.h"

#endif
