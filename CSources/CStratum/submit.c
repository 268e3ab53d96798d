/*
 * The share's way: decode, find worker and job, judge together with its neighbours, hand the
 * accepted ones to the exchange. The order of checks is DESIGN section 4's: whatever could be a
 * block is hashed and tested before anything but its own form and job refuses it.
 */
#include "server.h"

#include <stdlib.h>
#include <string.h>

/* Refused shares cost tokens; whoever has none left goes. */
void rp__refused(rp__session *session, rp_share_verdict verdict) {
    rp__loop *loop = session->loop;
    if (verdict == RP_SHARE_UNKNOWN_JOB || verdict == RP_SHARE_STALE) {
        if (++session->unknown_jobs >= RP__UNKNOWN_JOBS) {
            session->unknown_jobs = 0;
            loop->refresh_wanted = true;
        }
    }
    /* The pool's own trouble is not the miner's. */
    if (verdict != RP_SHARE_UNAVAILABLE &&
        !rp_stratum_bucket_take(&session->refusals, &loop->server->config.refusals, 1,
                                rp__now(loop))) {
        session->overspent = true;
    }
}

static void note_refusal(rp__session *session, uint32_t worker, rp_share_verdict verdict) {
    const rp_stratum_refusal refusal = {session->account, worker, (uint8_t)verdict};
    (void)!rp__vector_append(&session->loop->new_refusals, &refusal, sizeof refusal, 1);
    rp__refused(session, verdict);
}

/* A refusal that needs no hash. */
static void refuse_now(rp__session *session, rp__pending *pending, rp_share_verdict verdict) {
    pending->verdict = (uint8_t)verdict;
    pending->ready = true;
    rp__touch(session);
    if (session->authorized) {
        note_refusal(session, RP__NO_WORKER, verdict);
    } else {
        rp__refused(session, verdict);
    }
}

static const rp__worker *worker_of(const rp__session *session, const rp_stratum_value *name) {
    uint8_t scratch[RP_STRATUM_MAX_NAME];
    rp_stratum_slice text;
    return rp__text(&text, scratch, sizeof scratch, name) ? rp__session_worker(session, text)
                                                          : NULL;
}

/* The job that a session may submit to, or NULL. */
static const rp__kept_job *job_of(const rp__session *session, uint64_t job_id) {
    const rp__kept_job *kept = rp__jobs_find(session->loop, job_id >> 8);
    if (kept == NULL) {
        return NULL;
    }
    const uint8_t level = (uint8_t)job_id;
    const rp_stratum_level_range range = session->loop->server->config.vardiff.range;
    const bool may =
        rp__seat_has(session->seat, job_id) || (kept->restored && session->seat->restored &&
                                                level >= range.minimum && level <= range.maximum);
    return may ? kept : NULL;
}

static rp_share_work *batch_work(rp__batch *batch, size_t index) {
    const size_t stride =
        (rp_share_work_size() + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
    return (rp_share_work *)(void *)(batch->works + index * stride);
}

/* The session's work if it is of this job, else one of the batch's own. */
static const rp_share_work *work_of(rp__session *session, const rp__kept_job *kept,
                                    uint64_t job_id) {
    rp__loop *loop = session->loop;
    if (session->work_id == job_id) {
        return session->work;
    }
    rp_share_work *work = batch_work(&loop->batch, loop->batch.work_count);
    if (rp_share_work_init(work, rp_share_work_size(), &loop->server->engine, kept->job->share,
                           session->miner_id32, (uint8_t)job_id) != RP_CORE_OK) {
        return NULL;
    }
    loop->batch.work_count++;
    return work;
}

static void add_to_batch(rp__session *session, rp__pending *pending, const rp__kept_job *kept,
                         const rp_stratum_submit *submit, const rp_share_work *work) {
    rp__loop *loop = session->loop;
    rp__batch *batch = &loop->batch;
    const size_t i = batch->count++;
    rp_share *share = &batch->shares[i];
    share->work = work;
    for (size_t byte = 0; byte < RP_SHARE_EXTRANONCE1_LENGTH; byte++) {
        share->extranonce1[byte] = (uint8_t)(session->seat->extranonce1 >> (24 - 8 * byte));
    }
    memcpy(share->extranonce2, submit->extranonce2, sizeof share->extranonce2);
    share->ntime = submit->ntime;
    share->nonce = submit->nonce;
    share->version_bits = submit->version_bits;
    share->stale = rp__jobs_stale(loop, kept);
    batch->pending[i] = pending;
    batch->jobs[i] = kept->job;
    batch->fenced[i] = (submit->version_bits & ~session->version_mask) != 0;
}

void rp__submit(rp__session *session, const rp_stratum_request *request, uint64_t read_time) {
    rp__loop *loop = session->loop;
    rp__pending *pending = rp__pending_add(session, RP__PENDING_SHARE, &request->id);
    if (pending == NULL) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    pending->read_time = read_time;
    rp_stratum_submit submit;
    const rp_share_verdict decoded = rp_stratum_submit_decode(&submit, request);
    if (decoded == RP_SHARE_MALFORMED) {
        refuse_now(session, pending, decoded);
        return;
    }
    if (!session->subscribed || !session->authorized) {
        refuse_now(session, pending,
                   session->subscribed ? RP_SHARE_UNAUTHORIZED : RP_SHARE_NOT_SUBSCRIBED);
        return;
    }
    const rp__worker *worker = worker_of(session, &submit.worker);
    if (worker == NULL || decoded != RP_SHARE_ACCEPTED) {
        refuse_now(session, pending, worker == NULL ? RP_SHARE_UNAUTHORIZED : decoded);
        return;
    }
    pending->worker = worker->number;
    const rp__kept_job *kept = job_of(session, submit.job_id);
    const rp_share_work *work = kept == NULL ? NULL : work_of(session, kept, submit.job_id);
    if (work == NULL) {
        refuse_now(session, pending, RP_SHARE_UNKNOWN_JOB);
        return;
    }
    add_to_batch(session, pending, kept, &submit, work);
    if (loop->batch.count == RP__BATCH) {
        rp__batch_judge(loop);
    }
}

static void report_block(rp__loop *loop, size_t i, rp_share_verdict verdict) {
    const rp__batch *batch = &loop->batch;
    const rp_share *share = &batch->shares[i];
    const rp_share_result *result = &batch->results[i];
    rp_stratum_block block = {
        .job_sequence = batch->jobs[i]->sequence,
        .ntime = share->ntime,
        .nonce = share->nonce,
        .version = result->version,
        .level = rp_share_work_level(share->work),
        .verdict = (uint8_t)verdict,
    };
    memcpy(block.miner_id32, batch->pending[i]->session->miner_id32, 32);
    memcpy(block.hash32, result->hash32, 32);
    memcpy(block.extranonce1, share->extranonce1, sizeof block.extranonce1);
    memcpy(block.extranonce2, share->extranonce2, sizeof block.extranonce2);
    rp__add(&loop->counters.blocks, 1);
    rp__exchange_block(loop->server, &block);
}

/* An accepted share goes out to be stored; its answer waits. */
static bool hand_out(rp__loop *loop, size_t i) {
    const rp_share *share = &loop->batch.shares[i];
    rp__pending *pending = loop->batch.pending[i];
    rp_stratum_share *record = rp__vector_extend(&loop->new_shares, sizeof *record, 1);
    if (record == NULL) {
        return false;
    }
    *record = (rp_stratum_share){
        .job_sequence = loop->batch.jobs[i]->sequence,
        .account = pending->session->account,
        .worker = pending->worker,
        .ntime = share->ntime,
        .nonce = share->nonce,
        .version_bits = share->version_bits,
        .level = rp_share_work_level(share->work),
    };
    memcpy(record->extranonce1, share->extranonce1, sizeof record->extranonce1);
    memcpy(record->extranonce2, share->extranonce2, sizeof record->extranonce2);
    memcpy(pending->hash32, loop->batch.results[i].hash32, 32);
    rp__queue_push(&loop->shares, pending);
    loop->waiting_shares++;
    return true;
}

/* What a share gets whose hash and place are right. */
static rp_share_verdict take_in(rp__loop *loop, size_t i) {
    const bool takes = atomic_load_explicit(&loop->server->taking_shares, memory_order_relaxed) &&
                       loop->waiting_shares < RP__MAX_WAITING;
    return takes && hand_out(loop, i) ? RP_SHARE_ACCEPTED : RP_SHARE_UNAVAILABLE;
}

static rp_share_verdict conclude(rp__loop *loop, size_t i) {
    const rp_share_result *result = &loop->batch.results[i];
    rp_share_verdict verdict = result->verdict;
    if (loop->batch.fenced[i] && verdict != RP_SHARE_BAD_NTIME) {
        verdict = RP_SHARE_BAD_VERSION;
    } else if (verdict == RP_SHARE_ACCEPTED) {
        verdict = take_in(loop, i);
    }
    if (result->verdict == RP_SHARE_ACCEPTED && verdict != RP_SHARE_ACCEPTED) {
        (void)rp_share_filter_remove(loop->filter, result->hash32);
    }
    return verdict;
}

static void after_accepted(rp__session *session, uint8_t level) {
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    const uint8_t before = session->vardiff.level;
    session->unknown_jobs = 0;
    if (rp_stratum_vardiff_share(&session->vardiff, &bounds, level, rp__now(session->loop)) !=
        before) {
        session->offer_due = true;
        rp__touch(session);
    }
}

static void settle_batch(rp__loop *loop, size_t i) {
    rp__pending *pending = loop->batch.pending[i];
    rp__session *session = pending->session;
    const rp_share_verdict verdict = conclude(loop, i);
    if (loop->batch.results[i].block &&
        rp_share_target_met(&loop->batch.jobs[i]->block_target, loop->batch.results[i].hash32)) {
        report_block(loop, i, verdict);
    }
    if (verdict == RP_SHARE_ACCEPTED) {
        after_accepted(session, rp_share_work_level(loop->batch.shares[i].work));
    } else {
        pending->verdict = (uint8_t)verdict;
        pending->ready = true;
        note_refusal(session, pending->worker, verdict);
        rp__touch(session);
    }
}

void rp__batch_judge(rp__loop *loop) {
    rp__batch *batch = &loop->batch;
    if (batch->count == 0) {
        return;
    }
    for (; loop->rotations_due > 0; loop->rotations_due--) {
        rp_share_filter_rotate(loop->filter);
    }
    rp__filter_grow(loop);
    rp_share_judge_batch(&loop->server->engine, loop->filter, batch->results, batch->shares,
                         batch->count);
    for (size_t i = 0; i < batch->count; i++) {
        settle_batch(loop, i);
    }
    batch->count = batch->work_count = 0;
    rp__count_filter(loop);
}
