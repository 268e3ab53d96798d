/*
 * CStratumInside: what of CStratum's private parts cannot be reached over a socket in a test's
 * time: the allocator of extranonce1, whose space of 2^24 takes as many sessions.
 */
#ifndef RP_CSTRATUM_INSIDE_H
#define RP_CSTRATUM_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* An allocator of one loop. Opaque. */
typedef struct rp_inside_seats rp_inside_seats;

/* Makes an allocator whose counter begins at `start`; NULL without memory. */
rp_inside_seats *_Nullable rp_inside_seats_create(uint32_t prefix, uint32_t start);

/* Frees it with all seats. */
void rp_inside_seats_destroy(rp_inside_seats *seats);

/* Gives an extranonce1 at a time in milliseconds; false when there is none. */
bool rp_inside_seats_give(rp_inside_seats *seats, uint64_t now, uint32_t *extranonce1);

/* Moves the counter on to the last of its 65,536 values, as if the others had been given. */
void rp_inside_seats_skip(rp_inside_seats *seats);

/* Takes an extranonce1 as a resumed session does after a restart. */
void rp_inside_seats_take(rp_inside_seats *seats, uint32_t extranonce1);

/* Whether an extranonce1 has a seat. */
bool rp_inside_seats_has(const rp_inside_seats *seats, uint32_t extranonce1);

/* Ends the session of an extranonce1; its seat waits for its miner. */
void rp_inside_seats_leave(rp_inside_seats *seats, uint32_t extranonce1, uint64_t now);

/* Lets seats go whose miners have not come back in time. */
void rp_inside_seats_expire(rp_inside_seats *seats, uint64_t now);

/* Milliseconds before an extranonce1 is given again. */
uint64_t rp_inside_reuse_time(void);

/* Milliseconds that a seat waits for its miner. */
uint64_t rp_inside_seat_life(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
