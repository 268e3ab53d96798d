/*
 * The hot path: from candidates to header hashes, L at a time. Written once for any number of
 * lanes; the compiler makes one copy for each L, so that a single share pays for no lane loops.
 *
 * Everything stays in lane order from the coinbase's midstate to the header's hash: a digest in
 * lanes is the first half of the next message in lanes, so nothing is transposed on the way.
 */
#include "internal.h"

#include <CHashLanes.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Candidates that go through the lanes together. All have the same block and branch counts;
 * `uniform` says that they even share the job. */
typedef struct group {
    const rp_core_candidate *lane[RP_HASH_MAX_LANES];
    bool uniform;
} group;

/*
 * Scratch in lane order. Every compression writes its state where the next message needs it, so
 * digests are never copied: that matters, because a wide load soon after narrow stores to the same
 * place waits for the store buffer.
 */
typedef struct scratch {
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t state[8 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t message[16 * RP_HASH_MAX_LANES];
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t digest[8 * RP_HASH_MAX_LANES];
    /* The 80 bytes of the header and their padding: 32 rows. The root goes to rows 9...16. */
    _Alignas(RP_HASH_LANE_ALIGN) uint32_t header[32 * RP_HASH_MAX_LANES];
    uint8_t hashes[RP_HASH_MAX_LANES][32];
} scratch;

enum { ROW_VERSION = 0, ROW_PREVIOUS = 1, ROW_ROOT = 9, ROW_NTIME = 17, ROW_BITS, ROW_NONCE };

ALWAYS_INLINE void fill(uint32_t *row, size_t L, uint32_t value) {
    for (size_t l = 0; l < L; l++) {
        row[l] = value;
    }
}

/* rows 0...7 = eight words of each lane's own source. */
ALWAYS_INLINE void gather(const rp_hash_ops *ops, uint32_t *rows, const uint32_t *const *sources,
                          size_t L) {
    if (L == 1) {
        memcpy(rows, sources[0], 32);
    } else {
        ops->load_words(rows, sources);
    }
}

ALWAYS_INLINE void hash_changing_blocks(const rp_hash_ops *ops, scratch *s, const group *g,
                                        size_t L) {
    const rp_core_job *job = g->lane[0]->work->job;
    uint8_t bytes[RP_HASH_MAX_LANES][128];
    const uint8_t *blocks[RP_HASH_MAX_LANES];
    for (size_t l = 0; l < L; l++) {
        const rp_core_work *work = g->lane[l]->work;
        memcpy(bytes[l], work->changing, 64);
        if (job->changing == 2) {
            memcpy(bytes[l] + 64, work->changing + 64, 64);
        }
        memcpy(bytes[l] + work->job->hole, g->lane[l]->extranonce12, RP_CORE_EXTRANONCE_LENGTH);
    }
    for (size_t b = 0; b < job->changing; b++) {
        for (size_t l = 0; l < L; l++) {
            blocks[l] = bytes[l] + 64 * b;
        }
        ops->load_blocks(s->message, blocks);
        ops->compress(s->digest, s->digest, s->message);
    }
}

ALWAYS_INLINE void hash_fixed_blocks(const rp_hash_ops *ops, scratch *s, const group *g, size_t L) {
    const rp_core_job *job = g->lane[0]->work->job;
    for (size_t b = 0; b < job->fixed_count; b++) {
        if (g->uniform) {
            ops->compress_scheduled(s->digest, s->digest, job->fixed[b].scheduled64);
            continue;
        }
        const uint32_t *sources[RP_HASH_MAX_LANES];
        for (size_t half = 0; half < 2; half++) {
            for (size_t l = 0; l < L; l++) {
                sources[l] = g->lane[l]->work->job->fixed[b].words16 + 8 * half;
            }
            gather(ops, s->message + 8 * half * L, sources, L);
        }
        ops->compress(s->digest, s->digest, s->message);
    }
}

/* digest = SHA-256 of the coinbases. */
ALWAYS_INLINE void hash_coinbase(const rp_hash_ops *ops, scratch *s, const group *g, size_t L) {
    const uint32_t *sources[RP_HASH_MAX_LANES];
    for (size_t l = 0; l < L; l++) {
        sources[l] = g->lane[l]->work->midstate8;
    }
    gather(ops, s->digest, sources, L);
    hash_changing_blocks(ops, s, g, L);
    hash_fixed_blocks(ops, s, g, L);
}

/* The right-hand sides of one merkle step, into rows 8...15 of the message. */
ALWAYS_INLINE void load_branch(const rp_hash_ops *ops, scratch *s, const group *g, size_t level,
                               size_t L) {
    if (g->uniform) {
        ops->broadcast_words(s->message + 8 * L, g->lane[0]->work->job->branch_words[level]);
        return;
    }
    const uint32_t *sources[RP_HASH_MAX_LANES];
    for (size_t l = 0; l < L; l++) {
        sources[l] = g->lane[l]->work->job->branch_words[level];
    }
    gather(ops, s->message + 8 * L, sources, L);
}

/* From the digests of the coinbases to merkle roots in the header. */
ALWAYS_INLINE void fold_branch(const rp_hash_ops *ops, scratch *s, const group *g, size_t L) {
    const size_t levels = g->lane[0]->work->job->branch_count;
    uint32_t *const root = s->header + ROW_ROOT * L;
    for (size_t level = 0; level < levels; level++) {
        load_branch(ops, s, g, level, L);
        ops->compress_digest(s->message, s->digest);
        ops->compress(s->digest, ops->initial_state, s->message);
        ops->compress_scheduled(s->digest, s->digest, rp_hash_scheduled_pad64);
    }
    ops->compress_digest(root, s->digest);
}

/* Everything of the headers but the roots. */
ALWAYS_INLINE void start_headers(const rp_hash_ops *ops, scratch *s, const group *g, size_t L) {
    const uint32_t *sources[RP_HASH_MAX_LANES];
    for (size_t l = 0; l < L; l++) {
        const rp_core_job *job = g->lane[l]->work->job;
        s->header[ROW_VERSION * L + l] = rp__swap32(rp__version(job, g->lane[l]->version_bits));
        s->header[ROW_NTIME * L + l] = rp__swap32(g->lane[l]->ntime);
        s->header[ROW_BITS * L + l] = job->compact_word;
        s->header[ROW_NONCE * L + l] = rp__swap32(g->lane[l]->nonce);
        sources[l] = job->previous_words8;
    }
    if (g->uniform) {
        ops->broadcast_words(s->state, sources[0]);
    } else {
        gather(ops, s->state, sources, L);
    }
    memcpy(s->header + ROW_PREVIOUS * L, s->state, 8 * L * sizeof(uint32_t));
}

/* state = header hashes of the group. */
ALWAYS_INLINE void hash_group(const rp_hash_ops *ops, scratch *s, const group *g, size_t L) {
    start_headers(ops, s, g, L);
    hash_coinbase(ops, s, g, L);
    fold_branch(ops, s, g, L);
    ops->compress(s->digest, ops->initial_state, s->header);
    ops->compress(s->digest, s->digest, s->header + 16 * L);
    ops->compress_digest(s->state, s->digest);
}

/* The padding of the header, which stays: rows 20...31. */
ALWAYS_INLINE void prepare(scratch *s, size_t L) {
    memset(s->header, 0, 32 * L * sizeof(uint32_t));
    fill(s->header + 20 * L, L, 0x80000000);
    fill(s->header + 31 * L, L, 80 * 8);
}

void rp_core_hash(const rp_hash_engine *engine, uint8_t *out32,
                  const rp_core_candidate *candidate) {
    scratch s;
    const group g = {.lane = {candidate}, .uniform = true};
    prepare(&s, 1);
    hash_group(engine->single, &s, &g, 1);
    engine->single->store_digests(out32, s.state);
}

static bool same_shape(const rp_core_job *a, const rp_core_job *b) {
    return a->changing == b->changing && a->fixed_count == b->fixed_count &&
           a->branch_count == b->branch_count;
}

/* How far ahead candidates are looked for that fit into one group. */
enum { WINDOW = 128 };

/* A stretch of the batch; `pending` are the indices that have not been hashed, ascending. */
typedef struct window {
    const rp_core_candidate *candidates;
    const uint8_t *pending;
    size_t pending_count;
    uint8_t indices[WINDOW];
} window;

static const rp_core_job *pending_job(const window *w, size_t i) {
    return w->candidates[w->pending[i]].work->job;
}

/* Moves what fits into the group to the front of `pending`, in order: first those with the job of
 * the first one, then others of its shape. Returns how many fit. */
static size_t sort_out(window *w, group *g, size_t L) {
    const rp_core_job *job = pending_job(w, 0);
    uint8_t fitting[RP_HASH_MAX_LANES], others[WINDOW];
    bool taken[WINDOW] = {false};
    size_t count = 0, left = 0;
    for (size_t i = 0; i < w->pending_count && count < L; i++) {
        taken[i] = pending_job(w, i) == job;
        if (taken[i]) {
            fitting[count++] = w->pending[i];
        }
    }
    g->uniform = true;
    for (size_t i = 0; i < w->pending_count; i++) {
        if (!taken[i] && count < L && same_shape(pending_job(w, i), job)) {
            taken[i] = true;
            g->uniform = false;
            fitting[count++] = w->pending[i];
        }
        if (!taken[i]) {
            others[left++] = w->pending[i];
        }
    }
    uint8_t *indices = w->indices + (WINDOW - w->pending_count);
    memcpy(indices, fitting, count);
    memcpy(indices + count, others, left);
    w->pending = indices;
    return count;
}

/* Takes up to L candidates that can go together off the front of `pending`. */
static size_t take_group(window *w, group *g, const uint8_t **chosen, size_t L) {
    const rp_core_job *job = pending_job(w, 0);
    size_t count = 1;
    while (count < L && count < w->pending_count && pending_job(w, count) == job) {
        count++;
    }
    g->uniform = true;
    if (count < L && count < w->pending_count) {
        count = sort_out(w, g, L);
    }
    for (size_t l = 0; l < L; l++) {
        /* Lanes without a candidate of their own repeat the last one; its hash is not stored twice.
         */
        g->lane[l] = &w->candidates[w->pending[l < count ? l : count - 1]];
    }
    *chosen = w->pending;
    w->pending += count;
    w->pending_count -= count;
    return count;
}

static void hash_lanes(const rp_hash_ops *ops, scratch *s, const group *g) {
    switch (ops->lanes) {
    case 16:
        hash_group(ops, s, g, 16);
        break;
    case 8:
        hash_group(ops, s, g, 8);
        break;
    case 2:
        hash_group(ops, s, g, 2);
        break;
    default:
        hash_group(ops, s, g, 1);
        break;
    }
}

void rp_core_hash_batch(const rp_hash_engine *engine, uint8_t *out32s,
                        const rp_core_candidate *candidates, size_t count) {
    rp__core_hash_strided(engine, out32s, 32, candidates, count);
}

void rp__core_hash_strided(const rp_hash_engine *engine, uint8_t *out, size_t stride,
                           const rp_core_candidate *candidates, size_t count) {
    const rp_hash_ops *ops = engine->batch;
    const size_t L = ops->lanes;
    scratch s;
    prepare(&s, L);
    for (size_t at = 0; at < count; at += WINDOW) {
        window w = {.candidates = candidates + at};
        w.pending_count = count - at < WINDOW ? count - at : WINDOW;
        /* Kept at the end of `indices`, so that what is pending always ends there. */
        uint8_t *first = w.indices + (WINDOW - w.pending_count);
        for (size_t i = 0; i < w.pending_count; i++) {
            first[i] = (uint8_t)i;
        }
        w.pending = first;
        while (w.pending_count > 0) {
            group g;
            const uint8_t *chosen;
            const size_t filled = take_group(&w, &g, &chosen, L);
            if (filled == 1 && L > 1) {
                /* One lane in a kernel made for one is done sooner than with idle lanes beside it.
                 */
                rp_core_hash(engine, out + stride * (at + chosen[0]), g.lane[0]);
                continue;
            }
            hash_lanes(ops, &s, &g);
            ops->store_digests(s.hashes[0], s.state);
            for (size_t l = 0; l < filled; l++) {
                memcpy(out + stride * (at + chosen[l]), s.hashes[l], 32);
            }
        }
    }
}
