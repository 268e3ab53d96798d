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
    generation generations[2]; /* the counts include what is still in `from` only */
    size_t slot_count;         /* a power of two */
    size_t capacity;
    uint64_t seed;
    uint32_t current; /* which of the two is the current tip's */
    /* The smaller filter that this one takes over, whose generations are in the same places; all
     * of it counts until the last slot is copied. */
    rp_share_filter *from;
    size_t copied; /* how many slots of `from` were looked at, both generations in a row */
};

/* The header of the memory; slots begin at the next multiple of the alignment. */
enum {
    HEADER_SIZE = (sizeof(rp_share_filter) + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN
};

/* How many slots an insertion copies. A filter's two generations have less than six slots for each
 * hash of its capacity, so that all is copied before a filter twice as large is full. */
enum { COPIED_AT_ONCE = 8 };

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

rp_share_filter *rp_share_filter_take_over(void *memory, size_t size, size_t capacity,
                                           rp_share_filter *from) {
    if (from->from != NULL || capacity < from->capacity) {
        return NULL;
    }
    rp_share_filter *filter = rp_share_filter_init_zeroed(memory, size, capacity, from->seed);
    if (filter == NULL) {
        return NULL;
    }
    filter->from = from;
    filter->current = from->current;
    for (size_t i = 0; i < 2; i++) {
        filter->generations[i].count = from->generations[i].count;
        filter->generations[i].has_zero = from->generations[i].has_zero;
    }
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

static bool has(const rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    const generation *g = &filter->generations[which];
    return !is_empty(&g->slots[find(filter, g, hash32)]);
}

static bool holds(const rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    if (memcmp(hash32, zero32, 32) == 0) {
        return filter->generations[which].has_zero;
    }
    return has(filter, which, hash32) || (filter->from != NULL && has(filter->from, which, hash32));
}

bool rp_share_filter_contains(const rp_share_filter *filter, const uint8_t *hash32) {
    return holds(filter, 0, hash32) || holds(filter, 1, hash32);
}

/* Puts a hash where it belongs, if it is not there. */
static void put(rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    const generation *g = &filter->generations[which];
    memcpy(g->slots[find(filter, g, hash32)].hash32, hash32, 32);
}

static size_t slots_to_copy(const rp_share_filter *filter) {
    return filter->from == NULL ? 0 : 2 * filter->from->slot_count - filter->copied;
}

static void copy_some(rp_share_filter *filter) {
    size_t left = slots_to_copy(filter);
    for (left = left < COPIED_AT_ONCE ? left : COPIED_AT_ONCE; left > 0; left--) {
        /* The second generation's slots follow the first one's. */
        const slot *s = &filter->from->generations[0].slots[filter->copied];
        if (!is_empty(s)) {
            put(filter, filter->copied / filter->from->slot_count, s->hash32);
        }
        filter->copied++;
    }
}

rp_share_filter *rp_share_filter_retire(rp_share_filter *filter) {
    if (slots_to_copy(filter) > 0) {
        return NULL;
    }
    rp_share_filter *retired = filter->from;
    filter->from = NULL;
    filter->copied = 0;
    return retired;
}

static size_t place(const rp_share_filter *filter, rp_share_generation which) {
    return which == RP_SHARE_CURRENT_TIP ? filter->current : filter->current ^ 1;
}

rp_share_filter_answer rp_share_filter_insert(rp_share_filter *filter, rp_share_generation which,
                                              const uint8_t *hash32) {
    if (rp_share_filter_contains(filter, hash32)) {
        return RP_SHARE_FILTER_SEEN;
    }
    const size_t at = place(filter, which);
    generation *g = &filter->generations[at];
    if (g->count >= filter->capacity) {
        return RP_SHARE_FILTER_FULL;
    }
    g->count++;
    if (memcmp(hash32, zero32, 32) == 0) {
        g->has_zero = true;
    } else {
        put(filter, at, hash32);
    }
    copy_some(filter);
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

/* Takes a hash out of one filter's slots. */
static bool erase(rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    generation *g = &filter->generations[which];
    const size_t at = find(filter, g, hash32);
    if (is_empty(&g->slots[at])) {
        return false;
    }
    close_hole(filter, g, at);
    return true;
}

/* Copies the rest of a hash's run: members of it may move back, behind what was copied. */
static void copy_run(rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    const rp_share_filter *from = filter->from;
    const generation *g = &from->generations[which];
    size_t at = find(from, g, hash32);
    for (; !is_empty(&g->slots[at]); at = (at + 1) & (from->slot_count - 1)) {
        put(filter, which, g->slots[at].hash32);
    }
}

static bool remove_from(rp_share_filter *filter, size_t which, const uint8_t *hash32) {
    generation *g = &filter->generations[which];
    if (!holds(filter, which, hash32)) {
        return false;
    }
    g->count--;
    if (memcmp(hash32, zero32, 32) == 0) {
        g->has_zero = false;
        return true;
    }
    if (filter->from != NULL) {
        copy_run(filter, which, hash32);
        (void)erase(filter->from, which, hash32);
    }
    (void)erase(filter, which, hash32);
    return true;
}

bool rp_share_filter_remove(rp_share_filter *filter, const uint8_t *hash32) {
    return remove_from(filter, 0, hash32) || remove_from(filter, 1, hash32);
}

static void clear(const rp_share_filter *filter, size_t which) {
    memset(filter->generations[which].slots, 0, filter->slot_count * sizeof(slot));
}

void rp_share_filter_rotate(rp_share_filter *filter) {
    filter->current ^= 1;
    generation *g = &filter->generations[filter->current];
    if (g->count > 0) {
        clear(filter, filter->current);
        if (filter->from != NULL) {
            clear(filter->from, filter->current);
        }
    }
    g->count = 0;
    g->has_zero = false;
}

size_t rp_share_filter_count(const rp_share_filter *filter, rp_share_generation which) {
    return filter->generations[place(filter, which)].count;
}

static void prefetch(const rp_share_filter *filter, const uint8_t *hash32) {
    const size_t at = home(filter, hash32);
    __builtin_prefetch(&filter->generations[0].slots[at]);
    __builtin_prefetch(&filter->generations[1].slots[at]);
}

void rp_share_filter_prefetch(const rp_share_filter *filter, const uint8_t *hash32) {
    prefetch(filter, hash32);
    if (filter->from != NULL) {
        prefetch(filter->from, hash32);
    }
}
