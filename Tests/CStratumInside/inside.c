/* Thin calls into CStratum's private functions; see CStratumInside.h. */
#include "server.h"

#include "include/CStratumInside.h"

#include <stdlib.h>

struct rp_inside_seats {
    rp__seats seats;
};

rp_inside_seats *rp_inside_seats_create(uint32_t prefix, uint32_t start) {
    rp_inside_seats *made = malloc(sizeof *made);
    if (made != NULL) {
        rp__seats_init(&made->seats, prefix, start);
    }
    return made;
}

void rp_inside_seats_destroy(rp_inside_seats *seats) {
    rp__seats_free(&seats->seats);
    free(seats);
}

bool rp_inside_seats_give(rp_inside_seats *seats, uint64_t now, uint32_t *extranonce1) {
    const rp__seat *seat = rp__seats_new(&seats->seats, now);
    *extranonce1 = seat == NULL ? 0 : seat->extranonce1;
    return seat != NULL;
}

void rp_inside_seats_skip(rp_inside_seats *seats) {
    seats->seats.next |= 0xffff;
}

void rp_inside_seats_take(rp_inside_seats *seats, uint32_t extranonce1) {
    (void)rp__seats_take(&seats->seats, extranonce1);
}

bool rp_inside_seats_has(const rp_inside_seats *seats, uint32_t extranonce1) {
    return rp__seats_find(&seats->seats, extranonce1) != NULL;
}

void rp_inside_seats_leave(rp_inside_seats *seats, uint32_t extranonce1, uint64_t now) {
    rp__seat *seat = rp__seats_find(&seats->seats, extranonce1);
    if (seat != NULL) {
        rp__seats_leave(&seats->seats, seat, now);
    }
}

void rp_inside_seats_expire(rp_inside_seats *seats, uint64_t now) {
    rp__seats_expire(&seats->seats, now);
}

uint64_t rp_inside_reuse_time(void) {
    return RP__EXTRANONCE_REUSE;
}

uint64_t rp_inside_seat_life(void) {
    return RP__SEAT_LIFE;
}
