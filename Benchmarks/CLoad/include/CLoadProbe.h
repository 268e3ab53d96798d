/*
 * CLoadProbe: what else radpool-bench needs of the system: how long the disk takes, when a node's
 * answer passed, how many descriptors there may be.
 */
#ifndef RP_CLOAD_PROBE_H
#define RP_CLOAD_PROBE_H

#include "CLoad.h"

/* How long appending and fdatasync took, nanoseconds. */
typedef struct rp_sync_result {
    uint64_t p50, p99, max;
} rp_sync_result;

/* Makes a file at `path`, appends `size` bytes `count` times, each followed by fdatasync, and
 * removes it. `size` is 1...1,048,576. */
rp_load_status rp_load_probe_sync(const char *path, size_t size, uint32_t count,
                                  rp_sync_result *result);

/* Raises the soft limit of descriptors to the hard one, also for children started later. Returns
 * the limit. */
uint64_t rp_load_raise_descriptors(void);

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t rp_load_now(void);

/* A relay between a pool and its node, in a thread of its own. Opaque. */
typedef struct rp_relay rp_relay;

/* Listens on a free loopback port and passes every connection on to `port`; *relay is set only when
 * RP_LOAD_OK. */
rp_load_status rp_relay_create(rp_relay **relay, uint16_t port);

/* The port that it listens on. */
uint16_t rp_relay_port(const rp_relay *relay);

/* Forgets the last answer: the next one is the first that ends after this call. */
void rp_relay_arm(rp_relay *relay);

/* When the last byte of the first answer of at least `RP_RELAY_ANSWER` bytes since rp_relay_arm was
 * handed to the pool, nanoseconds of CLOCK_MONOTONIC; 0: none yet. An answer ends where the node
 * sends nothing more until the pool's next request. */
uint64_t rp_relay_answer(const rp_relay *relay);

/* An answer that holds a template. */
enum { RP_RELAY_ANSWER = 2048 };

/* Ends the thread, closes everything. */
void rp_relay_destroy(rp_relay *relay);

#endif
