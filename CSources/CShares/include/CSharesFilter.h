/*
 * CSharesFilter: which header hashes were credited before. Exact (whole hashes are compared),
 * bounded, one cache line a look-up.
 *
 * Two generations: shares of the current tip and of the one before. A share of an older tip cannot
 * be credited any more, so nothing older needs remembering. Rebuilt at start by inserting the
 * journal's hashes.
 *
 * Not thread-safe: one filter belongs to one event loop.
 */
#ifndef RP_CSHARES_FILTER_H
#define RP_CSHARES_FILTER_H

#include <CHash.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* A filter. Opaque; lives in the caller's memory. */
typedef struct rp_share_filter rp_share_filter;

/* The two generations. */
typedef enum rp_share_generation {
    RP_SHARE_CURRENT_TIP = 0,
    RP_SHARE_PREVIOUS_TIP = 1,
} rp_share_generation;

/* What an insertion found. */
typedef enum rp_share_filter_answer {
    RP_SHARE_FILTER_INSERTED = 0,
    RP_SHARE_FILTER_SEEN = 1, /* in one of the generations already; nothing changed */
    RP_SHARE_FILTER_FULL = 2, /* that generation holds its capacity; nothing changed */
} rp_share_filter_answer;

/* The largest capacity of a generation, in hashes. */
enum { RP_SHARE_FILTER_MAX_CAPACITY = 1 << 30 };

/* Bytes of memory for a filter of `capacity` hashes in each generation: 85 to 171 bytes a hash. 0
 * when capacity is 0 or above RP_SHARE_FILTER_MAX_CAPACITY. */
size_t rp_share_filter_size(size_t capacity);

/* Makes an empty filter in `memory` (aligned to 64), which must have rp_share_filter_size(capacity)
 * bytes. `seed` scatters the slots, so that nobody can aim shares at one place: random, kept
 * private. Returns `memory` as a filter, or NULL when the size or alignment is wrong. */
rp_share_filter *RP_NULLABLE rp_share_filter_init(void *memory, size_t size, size_t capacity,
                                                  uint64_t seed);

/* The same in memory that is all zeros already, as fresh pages are: none of it is touched before
 * there is a hash to put there. */
rp_share_filter *RP_NULLABLE rp_share_filter_init_zeroed(void *memory, size_t size, size_t capacity,
                                                         uint64_t seed);

/* Whether a hash is in either generation. */
bool rp_share_filter_contains(const rp_share_filter *filter, const uint8_t *hash32);

/* Adds a hash to a generation unless either has it. */
RP_NODISCARD rp_share_filter_answer rp_share_filter_insert(rp_share_filter *filter,
                                                           rp_share_generation generation,
                                                           const uint8_t *hash32);

/* Takes a hash out again, for a share that could not be stored after all. Returns whether it was
 * there. */
bool rp_share_filter_remove(rp_share_filter *filter, const uint8_t *hash32);

/* Makes a larger filter, in memory as for rp_share_filter_init_zeroed, that takes over all that
 * `from` holds. It has all of it at once; the slots are copied little by little, eight for each
 * hash that is inserted, so that growing holds up nothing. `from` belongs to the new filter until
 * rp_share_filter_retire gives it back. Returns NULL when the size or alignment is wrong, the
 * capacity is below that of `from`, or `from` itself is still taking over another. */
rp_share_filter *RP_NULLABLE rp_share_filter_take_over(void *memory, size_t size, size_t capacity,
                                                       rp_share_filter *from);

/* The filter that was taken over, once, when nothing of it is needed any more; NULL before, and
 * where there is none. All is copied, and this returns it, before twice its capacity is used. */
rp_share_filter *RP_NULLABLE rp_share_filter_retire(rp_share_filter *filter);

/* A new tip: the current generation becomes the previous one, and the older is forgotten. Clears
 * half of the memory: some milliseconds for a million hashes, so call it after the new work is out.
 */
void rp_share_filter_rotate(rp_share_filter *filter);

/* How many hashes a generation holds. */
size_t rp_share_filter_count(const rp_share_filter *filter, rp_share_generation generation);

/* Asks the CPU to fetch the slots of a hash that will be looked up soon. */
void rp_share_filter_prefetch(const rp_share_filter *filter, const uint8_t *hash32);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
