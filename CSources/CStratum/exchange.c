/*
 * Between the loops and the caller's threads: shares out and settlements back, logins out and
 * answers back, blocks out, jobs in. A loop takes a lock once a turn, not once a share.
 */
#include "server.h"

#include <string.h>

void rp__exchange_flush(rp__loop *loop) {
    if (loop->new_shares.count + loop->new_refusals.count + loop->new_logins.count == 0 &&
        !loop->refresh_wanted) {
        return;
    }
    rp__exchange *exchange = &loop->server->exchange;
    uv_mutex_lock(&exchange->lock);
    const bool shares = rp__vector_append(&exchange->shares, loop->new_shares.items,
                                          sizeof(rp_stratum_share), loop->new_shares.count);
    if (shares) {
        exchange->loop_counts[loop->index] += loop->new_shares.count;
    }
    const bool refusals = rp__vector_append(&exchange->refusals, loop->new_refusals.items,
                                            sizeof(rp_stratum_refusal), loop->new_refusals.count);
    const bool logins = rp__vector_append(&exchange->logins, loop->new_logins.items,
                                          sizeof(rp_stratum_login), loop->new_logins.count);
    exchange->refresh_wanted = exchange->refresh_wanted || loop->refresh_wanted;
    uv_cond_signal(&exchange->changed);
    uv_mutex_unlock(&exchange->lock);
    /* What there was no memory for stays for the next turn; refusals are only statistics. */
    if (shares) {
        loop->new_shares.count = 0;
    }
    if (logins) {
        rp__vector_trim(&loop->new_logins, sizeof(rp_stratum_login));
    }
    if (refusals || loop->new_refusals.count > RP__MAX_WAITING) {
        loop->new_refusals.count = 0;
    }
    loop->refresh_wanted = false;
}

void rp__exchange_loop_ended(rp_stratum_server *server) {
    rp__exchange *exchange = &server->exchange;
    uv_mutex_lock(&exchange->lock);
    exchange->running--;
    uv_cond_broadcast(&exchange->changed);
    uv_cond_broadcast(&exchange->block_changed);
    uv_mutex_unlock(&exchange->lock);
}

static void swap(rp__vector *a, rp__vector *b) {
    const rp__vector kept = *a;
    *a = *b;
    *b = kept;
}

static bool has_work(const rp__exchange *exchange) {
    return exchange->shares.count + exchange->refusals.count + exchange->logins.count > 0 ||
           exchange->refresh_wanted || exchange->woken || exchange->running == 0;
}

void rp_stratum_take(rp_stratum_server *server, rp_stratum_harvest *harvest) {
    rp__exchange *exchange = &server->exchange;
    uv_mutex_lock(&exchange->lock);
    while (!has_work(exchange)) {
        uv_cond_wait(&exchange->changed, &exchange->lock);
    }
    exchange->taken_shares.count = 0;
    exchange->taken_refusals.count = 0;
    rp__vector_trim(&exchange->taken_logins, sizeof(rp_stratum_login));
    swap(&exchange->shares, &exchange->taken_shares);
    swap(&exchange->refusals, &exchange->taken_refusals);
    swap(&exchange->logins, &exchange->taken_logins);
    memcpy(exchange->taken_loop_counts, exchange->loop_counts, sizeof exchange->loop_counts);
    memset(exchange->loop_counts, 0, sizeof exchange->loop_counts);
    *harvest = (rp_stratum_harvest){
        .shares = exchange->taken_shares.items,
        .share_count = exchange->taken_shares.count,
        .refusals = exchange->taken_refusals.items,
        .refusal_count = exchange->taken_refusals.count,
        .logins = exchange->taken_logins.items,
        .login_count = exchange->taken_logins.count,
        .refresh_wanted = exchange->refresh_wanted,
        .finished = exchange->running == 0,
    };
    exchange->refresh_wanted = false;
    exchange->woken = false;
    uv_mutex_unlock(&exchange->lock);
}

void rp_stratum_wake(rp_stratum_server *server) {
    uv_mutex_lock(&server->exchange.lock);
    server->exchange.woken = true;
    uv_cond_signal(&server->exchange.changed);
    uv_mutex_unlock(&server->exchange.lock);
}

/* Wakes a loop unless it has ended. Inside its inbox's lock. */
static void wake(rp__loop *loop) {
    if (!loop->inbox.closed) {
        (void)uv_async_send(&loop->wake);
    }
}

/* Settlements of one kind that follow each other are one. They must not be lost, so a lack of
 * memory is waited out: nothing can be stored meanwhile, and the shares are not answered. */
static void post_settlement(rp__loop *loop, rp__settlement settlement) {
    rp__vector *settlements = &loop->inbox.settlements;
    uv_mutex_lock(&loop->inbox.lock);
    rp__settlement *last = settlements->items;
    if (settlements->count > 0 && last[settlements->count - 1].stored == settlement.stored) {
        last[settlements->count - 1].count += settlement.count;
    } else {
        while (!rp__vector_append(settlements, &settlement, sizeof settlement, 1)) {
            uv_mutex_unlock(&loop->inbox.lock);
            uv_sleep(1);
            uv_mutex_lock(&loop->inbox.lock);
        }
    }
    wake(loop);
    uv_mutex_unlock(&loop->inbox.lock);
}

void rp_stratum_settle(rp_stratum_server *server, bool stored) {
    rp__exchange *exchange = &server->exchange;
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        if (exchange->taken_loop_counts[i] > 0) {
            post_settlement(&server->loops[i],
                            (rp__settlement){exchange->taken_loop_counts[i], stored});
            exchange->taken_loop_counts[i] = 0;
        }
    }
    uv_mutex_lock(&exchange->lock);
    exchange->taken_shares.count = 0;
    uv_mutex_unlock(&exchange->lock);
}

void rp_stratum_answer(rp_stratum_server *server, const rp_stratum_grant *grants, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint64_t index = grants[i].ticket >> RP__TICKET_BITS;
        if (index >= server->config.loop_count) {
            continue;
        }
        rp__grant posted = {.grant = grants[i]};
        posted.grant.reason = NULL;
        if (grants[i].reason != NULL) {
            strncpy(posted.reason, grants[i].reason, RP_STRATUM_MAX_TEXT);
        }
        rp__loop *loop = &server->loops[index];
        uv_mutex_lock(&loop->inbox.lock);
        /* Without memory the login is not answered, and its connection ends by its time limit. */
        (void)!rp__vector_append(&loop->inbox.grants, &posted, sizeof posted, 1);
        wake(loop);
        uv_mutex_unlock(&loop->inbox.lock);
    }
}

void rp_stratum_publish(rp_stratum_server *server, rp_stratum_job *job, rp_stratum_job_kind kind,
                        uint64_t template_time) {
    const bool restored = kind == RP_STRATUM_JOB_RESTORED || kind == RP_STRATUM_JOB_RESTORED_STALE;
    job->kind = kind;
    job->template_time = template_time;
    /* One more for the replay, which ends with the first job that is not restored. */
    atomic_store(&job->holders, server->config.loop_count + (restored ? 1 : 0));
    if (restored) {
        if (!rp__vector_append(&server->restored, &job, sizeof(rp_stratum_job *), 1)) {
            rp__jobs_release(job);
        }
    } else {
        rp__replay_ended(server);
    }
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        rp__loop *loop = &server->loops[i];
        uv_mutex_lock(&loop->inbox.lock);
        if (loop->inbox.closed ||
            !rp__vector_append(&loop->inbox.jobs, &job, sizeof(rp_stratum_job *), 1)) {
            rp__jobs_release(job);
        }
        wake(loop);
        uv_mutex_unlock(&loop->inbox.lock);
    }
}

void rp_stratum_show(rp_stratum_server *server, const char *text) {
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        rp__loop *loop = &server->loops[i];
        uv_mutex_lock(&loop->inbox.lock);
        strncpy(loop->inbox.text, text, RP_STRATUM_MAX_TEXT);
        loop->inbox.text[RP_STRATUM_MAX_TEXT] = 0;
        loop->inbox.show = true;
        wake(loop);
        uv_mutex_unlock(&loop->inbox.lock);
    }
}

void rp_stratum_set_accepting(rp_stratum_server *server, bool accepting) {
    atomic_store_explicit(&server->taking_shares, accepting, memory_order_relaxed);
}

void rp_stratum_server_stop(rp_stratum_server *server) {
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        rp__loop *loop = &server->loops[i];
        uv_mutex_lock(&loop->inbox.lock);
        loop->inbox.stop = true;
        wake(loop);
        uv_mutex_unlock(&loop->inbox.lock);
    }
}

/* The newest blocks are kept where the caller is too slow: it is slow only where blocks cost
 * nothing. */
void rp__exchange_block(rp_stratum_server *server, const rp_stratum_block *block) {
    rp__exchange *exchange = &server->exchange;
    uv_mutex_lock(&exchange->lock);
    if (exchange->block_count == RP__MAX_BLOCKS_WAITING) {
        exchange->block_start = (exchange->block_start + 1) % RP__MAX_BLOCKS_WAITING;
        exchange->block_count--;
    }
    exchange->blocks[(exchange->block_start + exchange->block_count) % RP__MAX_BLOCKS_WAITING] =
        *block;
    exchange->block_count++;
    uv_cond_signal(&exchange->block_changed);
    uv_mutex_unlock(&exchange->lock);
}

bool rp_stratum_take_block(rp_stratum_server *server, rp_stratum_block *block) {
    rp__exchange *exchange = &server->exchange;
    uv_mutex_lock(&exchange->lock);
    while (exchange->block_count == 0 && exchange->running > 0) {
        uv_cond_wait(&exchange->block_changed, &exchange->lock);
    }
    const bool is_there = exchange->block_count > 0;
    if (is_there) {
        *block = exchange->blocks[exchange->block_start];
        exchange->block_start = (exchange->block_start + 1) % RP__MAX_BLOCKS_WAITING;
        exchange->block_count--;
    }
    uv_mutex_unlock(&exchange->lock);
    return is_there;
}
