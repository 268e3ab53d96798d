/* The duplicate filters: made, grown, and filled from the store at start. */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Fresh pages, zeros: only what holds hashes becomes resident. */
static void *map(size_t capacity) {
    void *memory = mmap(NULL, rp_share_filter_size(capacity), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A filter's memory begins where the filter does. */
static void unmap(rp_share_filter *filter, size_t capacity) {
    if (filter != NULL) {
        munmap(filter, rp_share_filter_size(capacity));
    }
}

void rp__filter_free(rp__loop *loop) {
    unmap(loop->filter, loop->filter_capacity);
    unmap(loop->smaller, loop->smaller_capacity);
    loop->filter = loop->smaller = NULL;
}

static uint64_t seed_of(const rp__loop *loop) {
    return loop->server->config.seed ^ (loop->index + 1) * 0x9e3779b97f4a7c15u;
}

bool rp__filter_make(rp__loop *loop, size_t capacity) {
    void *memory = map(capacity);
    if (memory != NULL) {
        loop->filter = rp_share_filter_init_zeroed(memory, rp_share_filter_size(capacity), capacity,
                                                   seed_of(loop));
        loop->filter_capacity = capacity;
    }
    return loop->filter != NULL;
}

void rp__count_filter(rp__loop *loop) {
    const size_t count = rp_share_filter_count(loop->filter, RP_SHARE_CURRENT_TIP) +
                         rp_share_filter_count(loop->filter, RP_SHARE_PREVIOUS_TIP);
    atomic_store_explicit(&loop->counters.filter_shares, count, memory_order_relaxed);
}

static void free_smaller(rp__loop *loop) {
    if (loop->smaller != NULL && rp_share_filter_retire(loop->filter) != NULL) {
        unmap(loop->smaller, loop->smaller_capacity);
        loop->smaller = NULL;
    }
}

static void take_over(rp__loop *loop, size_t capacity) {
    void *memory = map(capacity);
    if (memory == NULL) {
        return; /* when the smaller one is full, shares are refused */
    }
    loop->smaller = loop->filter;
    loop->smaller_capacity = loop->filter_capacity;
    loop->filter =
        rp_share_filter_take_over(memory, rp_share_filter_size(capacity), capacity, loop->smaller);
    loop->filter_capacity = capacity;
}

void rp__filter_grow(rp__loop *loop) {
    free_smaller(loop);
    const size_t maximum = loop->server->config.filter_maximum;
    const size_t count = rp_share_filter_count(loop->filter, RP_SHARE_CURRENT_TIP);
    if (loop->smaller == NULL && count + RP__BATCH > loop->filter_capacity &&
        loop->filter_capacity < maximum) {
        const size_t wanted = 2 * loop->filter_capacity;
        take_over(loop, wanted > maximum ? maximum : wanted);
    }
}

void rp__replay_ended(rp_stratum_server *server) {
    rp_stratum_job **jobs = server->restored.items;
    for (size_t i = 0; i < server->restored.count; i++) {
        rp__jobs_release(jobs[i]);
    }
    rp__vector_free(&server->restored);
}

static const rp_stratum_job *restored_job(const rp_stratum_server *server, uint64_t sequence) {
    rp_stratum_job *const *jobs = server->restored.items;
    for (size_t i = server->restored.count; i > 0; i--) {
        if (jobs[i - 1]->sequence == sequence) {
            return jobs[i - 1];
        }
    }
    return NULL;
}

/* The loop whose sessions had this extranonce1; the first one if that loop is no more, where it
 * does no harm. */
static rp__loop *loop_of(rp_stratum_server *server, const uint8_t *extranonce1) {
    const uint32_t index = extranonce1[0] & 63;
    return &server->loops[index < server->config.loop_count ? index : 0];
}

static bool replay(rp_stratum_server *server, rp_share_work *work, const rp_stratum_share *stored,
                   const uint8_t *miner_id32) {
    const rp_stratum_job *job = restored_job(server, stored->job_sequence);
    if (job == NULL || rp_share_work_init(work, rp_share_work_size(), &server->engine, job->share,
                                          miner_id32, stored->level) != RP_CORE_OK) {
        return false;
    }
    rp_share share = {
        .work = work,
        .ntime = stored->ntime,
        .nonce = stored->nonce,
        .version_bits = stored->version_bits,
    };
    memcpy(share.extranonce1, stored->extranonce1, sizeof share.extranonce1);
    memcpy(share.extranonce2, stored->extranonce2, sizeof share.extranonce2);
    rp__loop *loop = loop_of(server, stored->extranonce1);
    rp__filter_grow(loop);
    rp_share_result result;
    rp_share_judge(&server->engine, loop->filter, &result, &share);
    return result.verdict == RP_SHARE_ACCEPTED;
}

size_t rp_stratum_replay(rp_stratum_server *server, const rp_stratum_share *shares,
                         const uint8_t *miner_ids32, size_t count) {
    const size_t size =
        (rp_share_work_size() + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
    rp_share_work *work = aligned_alloc(RP_SHARE_ALIGN, size);
    size_t credited = 0;
    for (size_t i = 0; work != NULL && i < count; i++) {
        credited += replay(server, work, &shares[i], miner_ids32 + 32 * i) ? 1 : 0;
    }
    free(work);
    return credited;
}
