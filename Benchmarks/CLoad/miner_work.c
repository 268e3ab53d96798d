/* From a mining.notify to shares that meet its level. */
#define _GNU_SOURCE /* memmem */

#include "miners.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 512, MAX_BRANCH = RP_CORE_MAX_BRANCH };

const char *rp__next_text(const char **at, const char *end, size_t *length) {
    const char *open = memchr(*at, '"', (size_t)(end - *at));
    if (open == NULL) {
        return NULL;
    }
    const char *close = memchr(open + 1, '"', (size_t)(end - open - 1));
    if (close == NULL) {
        return NULL;
    }
    *at = close + 1;
    *length = (size_t)(close - open - 1);
    return open + 1;
}

static uint8_t digit(char character) {
    return (uint8_t)(character <= '9' ? character - '0' : character - 'a' + 10);
}

static void unhex(uint8_t *out, const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
}

static uint32_t number(const char *text8) {
    uint8_t bytes[4];
    unhex(bytes, text8, sizeof bytes);
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The params of a mining.notify as they stand in the line. */
typedef struct notify {
    const char *id, *previous, *coinbase1, *coinbase2, *version, *bits, *ntime;
    size_t coinbase1_length, coinbase2_length;
    const char *branch[MAX_BRANCH];
    uint32_t branch_count;
    bool clean;
} notify;

static bool text_of(const char **at, const char *end, const char **text, size_t expected) {
    size_t length = 0;
    *text = rp__next_text(at, end, &length);
    return *text != NULL && length == expected;
}

static bool read_notify(notify *n, const char *line, size_t length) {
    const char *at = line, *end = line + length, *text;
    for (int i = 0; i < 4; i++) { /* "id" "method" "mining.notify" "params" */
        size_t ignored;
        if (rp__next_text(&at, end, &ignored) == NULL) {
            return false;
        }
    }
    if (!text_of(&at, end, &n->id, 16) || !text_of(&at, end, &n->previous, 64)) {
        return false;
    }
    n->coinbase1 = rp__next_text(&at, end, &n->coinbase1_length);
    n->coinbase2 = n->coinbase1 == NULL ? NULL : rp__next_text(&at, end, &n->coinbase2_length);
    if (n->coinbase2 == NULL || n->coinbase1_length % 2 != 0 || n->coinbase2_length % 2 != 0 ||
        n->coinbase1_length + n->coinbase2_length > 2 * RP_CORE_MAX_COINBASE) {
        return false;
    }
    const char *list_end = memchr(at, ']', (size_t)(end - at));
    n->branch_count = 0;
    while (list_end != NULL && n->branch_count < MAX_BRANCH && text_of(&at, list_end, &text, 64)) {
        n->branch[n->branch_count++] = text;
    }
    n->clean = length > 7 && memcmp(end - 7, ",true]}", 7) == 0;
    return list_end != NULL && text_of(&at, end, &n->version, 8) &&
           text_of(&at, end, &n->bits, 8) && text_of(&at, end, &n->ntime, 8);
}

static rp_load_status make_job(rp_miners *m, const notify *n, rp__job **out) {
    rp__job *job = calloc(1, sizeof *job);
    void *core = aligned_alloc(RP_SHARE_ALIGN, (rp_core_job_size() + RP_SHARE_ALIGN - 1) /
                                                   RP_SHARE_ALIGN * RP_SHARE_ALIGN);
    if (job == NULL || core == NULL) {
        free(job);
        free(core);
        return RP_LOAD_NO_MEMORY;
    }
    uint8_t suffix[RP_CORE_MAX_COINBASE], branch[32 * MAX_BRANCH], words[32], previous[32];
    unhex(suffix, n->coinbase2, n->coinbase2_length / 2);
    for (uint32_t i = 0; i < n->branch_count; i++) {
        unhex(branch + (size_t)i * 32, n->branch[i], 32);
    }
    unhex(words, n->previous, 32);
    for (size_t i = 0; i < 32; i++) {
        previous[i] = words[i ^ 3]; /* the bytes of each word are reversed on the wire */
    }
    const rp_core_job_params params = {
        .version = number(n->version),
        .compact_target = number(n->bits),
        .previous_hash32 = previous,
        .branch32s = branch,
        .branch_count = n->branch_count,
        .prefix_length = n->coinbase1_length / 2,
        .suffix = suffix,
        .suffix_length = n->coinbase2_length / 2,
    };
    memcpy(job->id, n->id, sizeof job->id);
    memcpy(job->ntime_digits, n->ntime, sizeof job->ntime_digits);
    job->ntime = number(n->ntime);
    job->branch_count = n->branch_count;
    job->coinbase_length = (uint32_t)(n->coinbase1_length + n->coinbase2_length) / 2 + 12;
    unhex(&job->level, n->id + 14, 1);
    job->core = core;
    job->next = m->jobs;
    m->jobs = job;
    *out = job;
    return rp_share_target_from_level(&job->target, job->level) &&
                   rp_core_job_init(core, rp_core_job_size(), &params) == RP_CORE_OK
               ? RP_LOAD_OK
               : RP_LOAD_REFUSED;
}

void rp__free_jobs(rp_miners *m) {
    while (m->jobs != NULL) {
        rp__job *next = m->jobs->next;
        free(m->jobs->core);
        free(m->jobs);
        m->jobs = next;
    }
}

static rp_load_status take_work(rp_miners *m, rp__miner *miner, const notify *n) {
    rp__job *job = m->jobs;
    while (job != NULL && memcmp(job->id, n->id, sizeof job->id) != 0) {
        job = job->next;
    }
    if (job == NULL) {
        const rp_load_status status = make_job(m, n, &job);
        if (status != RP_LOAD_OK) {
            return status;
        }
    }
    uint8_t prefix[RP_CORE_MAX_COINBASE];
    unhex(prefix, n->coinbase1, n->coinbase1_length / 2);
    miner->job = job;
    return rp_core_work_init(miner->work, m->work_stride, &m->engine, job->core, prefix) ==
                   RP_CORE_OK
               ? RP_LOAD_OK
               : RP_LOAD_REFUSED;
}

/* A miner is told of a block: what counts is when, and that all are told of the same. */
static void note_block(rp_miners *m, rp__miner *miner, const notify *n) {
    if (miner->told || !n->clean || memcmp(n->previous, m->old_tip, sizeof m->old_tip) == 0) {
        return;
    }
    const uint64_t time = rp__now();
    if (m->block.told == 0) {
        m->block.first = time;
        memcpy(m->new_tip, n->previous, sizeof m->new_tip);
    }
    m->block.mismatched += memcmp(n->previous, m->new_tip, sizeof m->new_tip) != 0;
    m->block.last = time;
    rp__latencies_add(&m->latencies, time - m->block.first);
    m->block.told++;
    miner->told = true;
}

rp_load_status rp__take_notify(rp_miners *m, rp__miner *miner, const char *line, size_t length) {
    notify n;
    if (miner->phase < RP__WAITING || !read_notify(&n, line, length)) {
        rp__complain(m, line, length);
        return RP_LOAD_REFUSED;
    }
    memcpy(miner->tip, n.previous, sizeof miner->tip);
    if (m->watching) {
        note_block(m, miner, &n);
        return RP_LOAD_OK; /* work for 10,000 miners is made after the clock has stopped, if at all
                            */
    }
    const bool is_prepared = miner->ready_next < miner->ready_count && !m->run.fresh;
    if (is_prepared && !n.clean) {
        return RP_LOAD_OK; /* prepared shares are good as long as the block is the same */
    }
    const rp_load_status status = take_work(m, miner, &n);
    if (status == RP_LOAD_OK && miner->phase == RP__WAITING) {
        miner->phase = RP__MINING;
        m->mining++;
        rp__latencies_add(&m->latencies, rp__now() - miner->started);
    }
    return status;
}

/* ---- shares ---- */

static bool make_room(rp__miner *miner, uint32_t each) {
    if (miner->ready_job != miner->job) {
        miner->ready_job = miner->job;
        miner->ready_count = miner->ready_next = 0;
    }
    if (miner->ready_next > 0) {
        miner->ready_count -= miner->ready_next;
        memmove(miner->ready, miner->ready + miner->ready_next,
                miner->ready_count * sizeof *miner->ready);
        miner->ready_next = 0;
    }
    if (miner->ready_capacity < each) {
        rp__ready *larger = realloc(miner->ready, each * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        miner->ready = larger;
        miner->ready_capacity = each;
    }
    return true;
}

/* A batch of candidates and whose they are. */
typedef struct batch {
    rp_core_candidate candidates[BATCH];
    uint64_t extranonce2[BATCH];
    uint8_t hashes[BATCH * 32];
    rp__miner *owners[BATCH];
    size_t count;
} batch;

static void add_candidate(batch *b, rp__miner *miner) {
    const uint64_t extranonce2 = miner->counter++;
    rp_core_candidate *c = &b->candidates[b->count];
    *c = (rp_core_candidate){.work = miner->work, .ntime = miner->job->ntime};
    c->nonce = (uint32_t)extranonce2 * 2654435761u;
    memcpy(c->extranonce12, miner->extranonce1, 4);
    for (int i = 0; i < 8; i++) {
        c->extranonce12[4 + i] = (uint8_t)(extranonce2 >> (56 - 8 * i));
    }
    b->extranonce2[b->count] = extranonce2;
    b->owners[b->count++] = miner;
}

static void keep_hits(rp_miners *m, batch *b, uint32_t each) {
    rp_core_hash_batch(&m->engine, b->hashes, b->candidates, b->count);
    for (size_t i = 0; i < b->count; i++) {
        rp__miner *miner = b->owners[i];
        if (miner->ready_count < each &&
            rp_share_target_met(&miner->job->target, b->hashes + 32 * i)) {
            miner->ready[miner->ready_count++] =
                (rp__ready){.extranonce2 = b->extranonce2[i], .nonce = b->candidates[i].nonce};
        }
    }
    b->count = 0;
}

rp_load_status rp__make_shares(rp_miners *m, uint32_t first, uint32_t count, uint32_t each) {
    static _Thread_local batch b;
    for (uint32_t i = 0; i < count; i++) {
        if (!make_room(&m->each[(first + i) % m->count], each)) {
            return RP_LOAD_NO_MEMORY;
        }
    }
    bool all = false;
    while (!all) {
        all = true;
        for (uint32_t i = 0; i < count; i++) {
            rp__miner *miner = &m->each[(first + i) % m->count];
            const uint32_t missing = each - miner->ready_count;
            /* Every second hash is a share at the lowest level. */
            for (uint32_t tried = 0; miner->ready_count < each && tried < 2 * missing; tried++) {
                all = false;
                add_candidate(&b, miner);
                if (b.count == BATCH) {
                    keep_hits(m, &b, each);
                }
            }
        }
        keep_hits(m, &b, each);
    }
    return RP_LOAD_OK;
}

rp_load_status rp_miners_prepare(rp_miners *m, uint32_t each) {
    return rp__make_shares(m, 0, m->count, each);
}
