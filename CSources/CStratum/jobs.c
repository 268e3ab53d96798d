/* Jobs: made, kept by the loops, sent to the sessions, judged stale, let go. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

void rp_stratum_job_destroy(rp_stratum_job *job) {
    free(job->share);
    free(job);
}

rp_stratum_status rp_stratum_job_create(rp_stratum_job **out, const rp_stratum_job_params *params) {
    rp_stratum_job *job = calloc(1, sizeof *job);
    const size_t size =
        (rp_share_job_size() + RP_SHARE_ALIGN - 1) / RP_SHARE_ALIGN * RP_SHARE_ALIGN;
    rp_share_job *share = aligned_alloc(RP_SHARE_ALIGN, size);
    if (job == NULL || share == NULL) {
        free(job);
        free(share);
        return RP_STRATUM_OUT_OF_MEMORY;
    }
    job->share = share;
    job->sequence = params->share->job_sequence;
    const uint32_t block_target = params->block_compact_target != 0 ? params->block_compact_target
                                                                    : params->share->compact_target;
    const rp_hash_engine engine = rp_hash_best();
    if (rp_share_job_init(share, size, &engine, params->share) != RP_CORE_OK ||
        !rp_share_target_from_compact(&job->block_target, block_target) ||
        !rp_stratum_notify_init(&job->notify, job->line, sizeof job->line, params->share)) {
        rp_stratum_job_destroy(job);
        return RP_STRATUM_BAD_JOB;
    }
    *out = job;
    return RP_STRATUM_OK;
}

void rp__jobs_release(rp_stratum_job *job) {
    if (atomic_fetch_sub(&job->holders, 1) == 1) {
        rp_stratum_job_destroy(job);
    }
}

static void drop(rp__kept_job *kept) {
    if (kept->job != NULL) {
        rp__jobs_release(kept->job);
        kept->job = NULL;
    }
}

void rp__jobs_drop_all(rp__loop *loop) {
    for (size_t i = 0; i < RP__JOBS; i++) {
        drop(&loop->jobs[i]);
    }
}

/* Forgets the jobs of all tips but the present one and the one before. */
static void drop_old_tips(rp__loop *loop) {
    for (size_t i = 0; i < RP__JOBS; i++) {
        if (loop->jobs[i].job != NULL && loop->jobs[i].tip + 1 < loop->tip) {
            drop(&loop->jobs[i]);
        }
    }
}

static bool is_restored(const rp_stratum_job *job) {
    return job->kind == RP_STRATUM_JOB_RESTORED || job->kind == RP_STRATUM_JOB_RESTORED_STALE;
}

/* A pass over the sessions that is under way goes on with the newest job, and is followed by
 * another one for those that it had served already. */
static void begin_announcing(rp__loop *loop) {
    if (loop->announcing) {
        loop->announce_again = true;
        return;
    }
    loop->announcing = true;
    loop->announce = loop->sessions;
    rp__loop_again(loop);
}

/* Tips begin at 2: restored jobs of the present one have it already, those of the one before 1. */
enum { FIRST_TIP = 2 };

void rp__jobs_take(rp__loop *loop, rp_stratum_job *job) {
    /* Shares that point into jobs that are dropped below. */
    rp__batch_judge(loop);
    uint64_t tip = loop->tip;
    if (is_restored(job)) {
        tip = job->kind == RP_STRATUM_JOB_RESTORED ? FIRST_TIP : FIRST_TIP - 1;
    } else if (loop->tip == 0) {
        tip = loop->tip = FIRST_TIP;
        loop->tip_time = rp__now(loop);
    } else if (job->kind == RP_STRATUM_JOB_NEW_TIP) {
        tip = ++loop->tip;
        loop->tip_time = rp__now(loop);
        drop_old_tips(loop);
        loop->rotations_due++;
    }
    rp__kept_job *kept = &loop->jobs[loop->job_count++ % RP__JOBS];
    drop(kept);
    *kept = (rp__kept_job){job, tip, is_restored(job)};
    if (!is_restored(job)) {
        begin_announcing(loop);
        rp__loop_accept(loop);
    }
}

const rp__kept_job *rp__jobs_newest(const rp__loop *loop) {
    if (loop->job_count == 0) {
        return NULL;
    }
    const rp__kept_job *kept = &loop->jobs[(loop->job_count - 1) % RP__JOBS];
    return kept->job == NULL || kept->restored ? NULL : kept;
}

const rp__kept_job *rp__jobs_find(const rp__loop *loop, uint64_t sequence) {
    const uint64_t kept = loop->job_count < RP__JOBS ? loop->job_count : RP__JOBS;
    for (uint64_t i = 1; i <= kept; i++) {
        const rp__kept_job *job = &loop->jobs[(loop->job_count - i) % RP__JOBS];
        if (job->job != NULL && job->job->sequence == sequence) {
            return job;
        }
    }
    return NULL;
}

bool rp__jobs_stale(const rp__loop *loop, const rp__kept_job *kept) {
    return kept->tip < loop->tip &&
           rp__now(loop) >= loop->tip_time + loop->server->config.stale_grace;
}

static bool write_job(rp__session *session, const rp__kept_job *kept, uint8_t level) {
    const rp_stratum_job *job = kept->job;
    rp_stratum_output *out = rp__out(session, RP_STRATUM_MAX_REPLY + RP_STRATUM_MAX_NOTIFY);
    const size_t before = out->length;
    if ((session->sent_level != level && !rp_stratum_write_difficulty(out, level)) ||
        !rp_stratum_notify_splice(out, &job->notify, rp_share_work_owner(session->work), level,
                                  session->last_tip != kept->tip)) {
        out->length = before;
        return false;
    }
    return true;
}

void rp__send_job(rp__session *session, const rp__kept_job *kept, uint8_t level) {
    rp__loop *loop = session->loop;
    const uint64_t job_id = kept->job->sequence << 8 | level;
    /* The work that is overwritten may be that of shares not judged yet. */
    if (session->pending_count > 0) {
        rp__batch_judge(loop);
    }
    session->work_id = 0;
    if (rp_share_work_init(session->work, rp_share_work_size(), &loop->server->engine,
                           kept->job->share, session->miner_id32, level) != RP_CORE_OK ||
        !write_job(session, kept, level)) {
        return;
    }
    rp__seat *seat = session->seat;
    session->sent_level = level;
    session->work_id = job_id;
    session->last_job = kept->job->sequence;
    session->last_tip = kept->tip;
    if (!rp__seat_has(seat, job_id)) {
        seat->given[seat->given_count++ % RP__GIVEN] = job_id;
    }
    rp__add(&loop->counters.notifies, 1);
}

/* Sends the newest job to a session that has not got it. */
static void announce_to(rp__session *session, const rp__kept_job *newest) {
    rp__loop *loop = session->loop;
    if (session->last_job == newest->job->sequence) {
        return;
    }
    rp__session_offer(session);
    rp__out_flush(session);
    if (session->last_job == newest->job->sequence && newest->job->template_time != 0) {
        rp__count_latency(&loop->counters.notify, uv_hrtime() - newest->job->template_time, 1);
    }
}

void rp__announce(rp__loop *loop) {
    const rp__kept_job *newest = rp__jobs_newest(loop);
    for (size_t i = 0; loop->announcing && i < RP__NOTIFIES_A_TURN; i++) {
        rp__session *session = loop->announce;
        if (session == NULL || newest == NULL) {
            loop->announcing = loop->announce_again && newest != NULL;
            loop->announce_again = false;
            loop->announce = loop->sessions;
            continue;
        }
        /* Before the send, which may end the session. */
        loop->announce = session->next;
        announce_to(session, newest);
    }
}
