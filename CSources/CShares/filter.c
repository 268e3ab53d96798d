/*
 * The duplicate filter: open addressing with linear probing, 32-byte slots, at most three quarters
 * full. Removal shifts the rest of the run back, so there are no tombstones and look-ups stay
 * short.
 *
 * An empty slot is 32 zero bytes. A header hash of zero would need 2^256 work; it is kept apart in
 * a flag all the same, so that the filter is exact for every input.
 */
#include "internal.h"

typedef struct slot {
    uint8_t hash32[32];
} slot;

typedef struct generation {
    slot *slots;
    size_t count;
    bool has_zero;
} generation;

struct rp_share_filter {
    generation generations[2];
    size_t slot_count; /* a power of two */
    size_t capacity;
    uint64_t seed;
    uint32_t current; /* which of the two is the current tip's */
};

/* The header of the memory; slots begin at the next multiple of the alignment. */
enum {
    HEADER_SIZE = (sizeof(rp_share_filter) + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN
};

static const uint8_t zero32[32];

static size_t slots_for(size_t capacity) {
    size_t slots = 4;
    while (slots / 4 * 3 < capacity) {
        slots *= 2;
    }
    return slots;
}

size_t rp_share_filter_size(size_t capacity) {
    if (capacity == 0 || capacity > RP_SHARE_FILTER_MAX_CAPACITY) {
        return 0;
    }
    return HEADER_SIZE + 2 * slots_for(capacity) * sizeof(slot);
}

rp_share_filter *rp_share_filter_init(void *memory, size_t size, size_t capacity, uint64_t seed) {
    const size_t needed = rp_share_filter_size(capacity);
    if (needed != 0 && size >= needed && rp__aligned(memory)) {
        memset(memory, 0, needed);
    }
    return rp_share_filter_init_zeroed(memory, size, capacity, seed);
}

rp_share_filter *rp_share_filter_init_zeroed(void *memory, size_t size, size_t capacity,
                                             uint64_t seed) {
    const size_t needed = rp_share_filter_size(capacity);
    if (needed == 0 || size < needed || !rp__aligned(memory)) {
        return NULL;
    }
    rp_share_filter *filter = memory;
    filter->slot_count = slots_for(capacity);
    filter->capacity = capacity;
    filter->seed = seed;
    slot *slots = (slot *)(void *)((uint8_t *)memory + HEADER_SIZE);
    filter->generations[0].slots = slots;
    filter->generations[1].slots = slots + filter->slot_count;
    return filter;
}

/* Where a hash's run begins. The first eight bytes of a header hash are its low end, uniform in any
 * share; seed and multiplication keep the order of slots unknown to whoever grinds shares. */
static size_t home(const rp_share_filter *filter, const uint8_t *hash32) {
    uint64_t low;
    memcpy(&low, hash32, 8);
    uint64_t mixed = (low ^ filter->seed) * 0x9e3779b97f4a7c15u;
    mixed ^= mixed >> 32;
    return (size_t)mixed & (filter->slot_count - 1);
}

static bool is_empty(const slot *s) {
    return memcmp(s->hash32, zero32, 32) == 0;
}

/* The slot that holds the hash, or the empty one where it would go. Ends, since a quarter of the
 * slots is empty. */
static size_t find(const rp_share_filter *filter, const generation *g, const uint8_t *hash32) {
    size_t at = home(filter, hash32);
    while (!is_empty(&g->slots[at]) && memcmp(g->slots[at].hash32, hash32, 32) != 0) {
        at = (at + 1) & (filter->slot_count - 1);
    }
    return at;
}

static bool holds(const rp_share_filter *filter, const generation *g, const uint8_t *hash32) {
    if (memcmp(hash32, zero32, 32) == 0) {
        return g->has_zero;
    }
    return !is_empty(&g->slots[find(filter, g, hash32)]);
}

bool rp_share_filter_contains(const rp_share_filter *filter, const uint8_t *hash32) {
    return holds(filter, &filter->generations[0], hash32) ||
           holds(filter, &filter->generations[1], hash32);
}

static generation *pick(rp_share_filter *filter, rp_share_generation which) {
    return &filter->generations[which == RP_SHARE_CURRENT_TIP ? filter->current
                                                              : filter->current ^ 1];
}

rp_share_filter_answer rp_share_filter_insert(rp_share_filter *filter, rp_share_generation which,
                                              const uint8_t *hash32) {
    if (rp_share_filter_contains(filter, hash32)) {
        return RP_SHARE_FILTER_SEEN;
    }
    generation *g = pick(filter, which);
    if (g->count >= filter->capacity) {
        return RP_SHARE_FILTER_FULL;
    }
    g->count++;
    if (memcmp(hash32, zero32, 32) == 0) {
        g->has_zero = true;
    } else {
        memcpy(g->slots[find(filter, g, hash32)].hash32, hash32, 32);
    }
    return RP_SHARE_FILTER_INSERTED;
}

/* Empties slot `hole` and moves later members of its run back wherever their own home allows. */
static void close_hole(const rp_share_filter *filter, generation *g, size_t hole) {
    const size_t mask = filter->slot_count - 1;
    for (size_t at = (hole + 1) & mask; !is_empty(&g->slots[at]); at = (at + 1) & mask) {
        const size_t wanted = home(filter, g->slots[at].hash32);
        /* Distances from the wanted slot, around the end of the table. */
        if (((at - wanted) & mask) >= ((at - hole) & mask)) {
            g->slots[hole] = g->slots[at];
            hole = at;
        }
    }
    memset(&g->slots[hole], 0, sizeof(slot));
}

static bool remove_from(const rp_share_filter *filter, generation *g, const uint8_t *hash32) {
    if (!holds(filter, g, hash32)) {
        return false;
    }
    g->count--;
    if (memcmp(hash32, zero32, 32) == 0) {
        g->has_zero = false;
    } else {
        close_hole(filter, g, find(filter, g, hash32));
    }
    return true;
}

bool rp_share_filter_remove(rp_share_filter *filter, const uint8_t *hash32) {
    return remove_from(filter, &filter->generations[0], hash32) ||
           remove_from(filter, &filter->generations[1], hash32);
}

void rp_share_filter_copy(rp_share_filter *to, const rp_share_filter *from) {
    const rp_share_generation which[] = {RP_SHARE_PREVIOUS_TIP, RP_SHARE_CURRENT_TIP};
    for (size_t i = 0; i < 2; i++) {
        const bool is_current = which[i] == RP_SHARE_CURRENT_TIP;
        const generation *g = &from->generations[is_current ? from->current : from->current ^ 1];
        for (size_t at = 0; at < from->slot_count; at++) {
            if (!is_empty(&g->slots[at])) {
                (void)rp_share_filter_insert(to, which[i], g->slots[at].hash32);
            }
        }
        if (g->has_zero) {
            (void)rp_share_filter_insert(to, which[i], zero32);
        }
    }
}

void rp_share_filter_rotate(rp_share_filter *filter) {
    filter->current ^= 1;
    generation *g = &filter->generations[filter->current];
    if (g->count > 0) {
        memset(g->slots, 0, filter->slot_count * sizeof(slot));
    }
    g->count = 0;
    g->has_zero = false;
}

size_t rp_share_filter_count(const rp_share_filter *filter, rp_share_generation which) {
    return filter
        ->generations[which == RP_SHARE_CURRENT_TIP ? filter->current : filter->current ^ 1]
        .count;
}

void rp_share_filter_prefetch(const rp_share_filter *filter, const uint8_t *hash32) {
    const size_t at = home(filter, hash32);
    __builtin_prefetch(&filter->generations[0].slots[at]);
    __builtin_prefetch(&filter->generations[1].slots[at]);
}
