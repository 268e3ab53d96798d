/*
 * Which extranonce1 lives: a seat for each, in an open-addressing table with linear probing. Values
 * are given in the order of a 24-bit counter. One that is taken is passed over; one that was given
 * less than RP__EXTRANONCE_REUSE ago cannot come up, because the counter waits at the border of a
 * stretch of 65,536 values that it left more recently than that.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTER_BITS = 24, STRETCH_BITS = 16, FIRST_SLOTS = 64 };

void rp__seats_init(rp__seats *seats, uint32_t prefix, uint32_t start) {
    memset(seats, 0, sizeof *seats);
    seats->prefix = prefix;
    seats->next = start & ((1u << COUNTER_BITS) - 1);
}

static uint32_t home(const rp__seats *seats, uint32_t extranonce1) {
    return (extranonce1 * 0x9e3779b1u) >> 8 & (seats->slot_count - 1);
}

/* The slot of an extranonce1, or the free one where it would go. */
static uint32_t slot_of(const rp__seats *seats, uint32_t extranonce1) {
    uint32_t slot = home(seats, extranonce1);
    while (seats->slots[slot] != NULL && seats->slots[slot]->extranonce1 != extranonce1) {
        slot = (slot + 1) & (seats->slot_count - 1);
    }
    return slot;
}

static bool grow(rp__seats *seats) {
    const uint32_t old_count = seats->slot_count;
    rp__seat **old = seats->slots;
    const uint32_t slot_count = old_count == 0 ? FIRST_SLOTS : 2 * old_count;
    rp__seat **slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    seats->slots = slots;
    seats->slot_count = slot_count;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old[i] != NULL) {
            slots[slot_of(seats, old[i]->extranonce1)] = old[i];
        }
    }
    free(old);
    return true;
}

rp__seat *rp__seats_find(const rp__seats *seats, uint32_t extranonce1) {
    return seats->slot_count == 0 ? NULL : seats->slots[slot_of(seats, extranonce1)];
}

rp__seat *rp__seats_take(rp__seats *seats, uint32_t extranonce1) {
    if (2 * (seats->count + 1) > seats->slot_count && !grow(seats)) {
        return NULL;
    }
    rp__seat *seat = calloc(1, sizeof *seat);
    if (seat == NULL) {
        return NULL;
    }
    seat->extranonce1 = extranonce1;
    seats->slots[slot_of(seats, extranonce1)] = seat;
    seats->count++;
    return seat;
}

rp__seat *rp__seats_new(rp__seats *seats, uint64_t now) {
    const uint32_t mask = (1u << COUNTER_BITS) - 1, within = (1u << STRETCH_BITS) - 1;
    for (uint32_t tries = 0; tries <= mask; tries++) {
        const uint32_t value = seats->next, stretch = value >> STRETCH_BITS;
        const uint64_t passed = seats->passed[stretch];
        if ((value & within) == 0 && passed != 0 && now < passed + RP__EXTRANONCE_REUSE) {
            return NULL;
        }
        seats->next = (value + 1) & mask;
        if ((seats->next & within) == 0) {
            seats->passed[stretch] = now == 0 ? 1 : now;
        }
        const uint32_t extranonce1 = seats->prefix << COUNTER_BITS | value;
        if (rp__seats_find(seats, extranonce1) == NULL) {
            return rp__seats_take(seats, extranonce1);
        }
    }
    return NULL;
}

/* Frees the slot and moves up those that had been pushed past it. */
static void remove_slot(rp__seats *seats, uint32_t slot) {
    const uint32_t mask = seats->slot_count - 1;
    uint32_t hole = slot;
    for (uint32_t at = (hole + 1) & mask; seats->slots[at] != NULL; at = (at + 1) & mask) {
        const uint32_t wanted = home(seats, seats->slots[at]->extranonce1);
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            seats->slots[hole] = seats->slots[at];
            hole = at;
        }
    }
    seats->slots[hole] = NULL;
    seats->count--;
}

void rp__seats_leave(rp__seats *seats, rp__seat *seat, uint64_t now) {
    seat->session = NULL;
    seat->left = now;
    seat->previous = seats->newest;
    seat->next = NULL;
    if (seats->newest != NULL) {
        seats->newest->next = seat;
    } else {
        seats->oldest = seat;
    }
    seats->newest = seat;
}

void rp__seats_return(rp__seats *seats, rp__seat *seat) {
    if (seat->previous != NULL) {
        seat->previous->next = seat->next;
    } else {
        seats->oldest = seat->next;
    }
    if (seat->next != NULL) {
        seat->next->previous = seat->previous;
    } else {
        seats->newest = seat->previous;
    }
    seat->previous = seat->next = NULL;
}

void rp__seats_expire(rp__seats *seats, uint64_t now) {
    while (seats->oldest != NULL && now >= seats->oldest->left + RP__SEAT_LIFE) {
        rp__seat *seat = seats->oldest;
        rp__seats_return(seats, seat);
        remove_slot(seats, slot_of(seats, seat->extranonce1));
        free(seat);
    }
}

void rp__seats_free(rp__seats *seats) {
    for (uint32_t i = 0; i < seats->slot_count; i++) {
        free(seats->slots[i]);
    }
    free(seats->slots);
    memset(seats, 0, sizeof *seats);
}

bool rp__seat_has(const rp__seat *seat, uint64_t job_id) {
    const uint32_t kept = seat->given_count < RP__GIVEN ? seat->given_count : RP__GIVEN;
    for (uint32_t i = 1; i <= kept; i++) {
        if (seat->given[(seat->given_count - i) % RP__GIVEN] == job_id) {
            return true;
        }
    }
    return false;
}
