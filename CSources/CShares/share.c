/* Shares: owner commitment, work of a miner at a level, and the verdict. */
#include "internal.h"

static const uint8_t owner_tag[] = "radpool/share-owner/v1";
enum { OWNER_TAG_LENGTH = sizeof owner_tag - 1, PUSH_32 = 0x20, PUSH_12 = 0x0c };

static void append_le64(rp_hash_stream *stream, uint64_t value) {
    uint8_t bytes[8];
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
    rp_hash_update(stream, bytes, sizeof bytes);
}

/* Everything behind the MSP in the owner's message. */
static void finish_owner(rp_hash_stream *stream, uint8_t *out32, const rp_share_owner *owner) {
    rp_hash_update(stream, owner->miner_id32, 32);
    rp_hash_update(stream, &owner->level, 1);
    append_le64(stream, owner->job_sequence);
    append_le64(stream, owner->log_position);
    rp_hash_update(stream, owner->log_hash32, 32);
    rp_hash_final(stream, out32);
}

static void start_owner(rp_hash_stream *stream, const rp_hash_engine *engine,
                        const uint8_t *syndicate_id32, const uint8_t *msp_id32) {
    rp_hash_tagged_init(stream, engine, owner_tag, OWNER_TAG_LENGTH);
    rp_hash_update(stream, syndicate_id32, 32);
    rp_hash_update(stream, msp_id32, 32);
}

void rp_share_owner_hash(const rp_hash_engine *engine, uint8_t *out32,
                         const rp_share_owner *owner) {
    rp_hash_stream stream;
    start_owner(&stream, engine, owner->syndicate_id32, owner->msp_id32);
    finish_owner(&stream, out32, owner);
}

size_t rp_share_job_size(void) {
    return sizeof(rp_share_job);
}

size_t rp_share_work_size(void) {
    return sizeof(rp_share_work);
}

/* Coinbase without witness: head, owner, the extranonce with its push, tail. */
static bool coinbase_fits(const rp_share_job_params *params) {
    const size_t between = 32 + 1 + RP_CORE_EXTRANONCE_LENGTH;
    const size_t room = RP_SHARE_MAX_COINBASE - between;
    return params->coinbase_head_length <= room &&
           params->coinbase_tail_length <= room - params->coinbase_head_length;
}

rp_core_status rp_share_job_init(void *memory, size_t size, const rp_hash_engine *engine,
                                 const rp_share_job_params *params) {
    if (size < sizeof(rp_share_job) || !rp__aligned(memory)) {
        return RP_CORE_MEMORY_TOO_SMALL;
    }
    if (!coinbase_fits(params)) {
        return RP_CORE_COINBASE_TOO_LONG;
    }
    const size_t head_length = params->coinbase_head_length;
    if (head_length == 0 || params->coinbase_head[head_length - 1] != PUSH_32) {
        return RP_CORE_BAD_LAYOUT;
    }
    const uint32_t latest = UINT32_MAX - RP_SHARE_MAX_TIME_AHEAD;
    const uint32_t max_ntime = params->current_ntime > latest
                                   ? UINT32_MAX
                                   : params->current_ntime + RP_SHARE_MAX_TIME_AHEAD;
    if (params->min_ntime > max_ntime) {
        return RP_CORE_BAD_TIME;
    }
    rp_share_job *job = memory;
    const rp_core_job_params core = {
        .version = params->version,
        .version_mask = params->version_mask,
        .compact_target = params->compact_target,
        .previous_hash32 = params->previous_hash32,
        .branch32s = params->branch32s,
        .branch_count = params->branch_count,
        .prefix_length = head_length + 32 + 1,
        .suffix = params->coinbase_tail,
        .suffix_length = params->coinbase_tail_length,
    };
    const rp_core_status status = rp_core_job_init(&job->core, sizeof job->core, &core);
    if (status != RP_CORE_OK) {
        return status;
    }
    start_owner(&job->owner_start, engine, params->syndicate_id32, params->msp_id32);
    memcpy(job->log_hash32, params->log_hash32, 32);
    job->log_position = params->log_position;
    job->job_sequence = params->job_sequence;
    memcpy(job->head, params->coinbase_head, head_length);
    job->head_length = (uint32_t)head_length;
    job->min_ntime = params->min_ntime;
    job->max_ntime = max_ntime;
    return RP_CORE_OK;
}

rp_core_status rp_share_work_init(void *memory, size_t size, const rp_hash_engine *engine,
                                  const rp_share_job *job, const uint8_t *miner_id32,
                                  uint8_t level) {
    if (size < sizeof(rp_share_work) || !rp__aligned(memory)) {
        return RP_CORE_MEMORY_TOO_SMALL;
    }
    rp_share_work *work = memory;
    if (!rp_share_target_from_level(&work->target, level)) {
        return RP_CORE_BAD_LEVEL;
    }
    rp_hash_stream stream = job->owner_start;
    stream.engine = *engine;
    const rp_share_owner owner = {
        .miner_id32 = miner_id32,
        .log_hash32 = job->log_hash32,
        .job_sequence = job->job_sequence,
        .log_position = job->log_position,
        .level = level,
    };
    finish_owner(&stream, work->owner32, &owner);
    uint8_t prefix[RP_SHARE_MAX_COINBASE];
    memcpy(prefix, job->head, job->head_length);
    memcpy(prefix + job->head_length, work->owner32, 32);
    prefix[job->head_length + 32] = PUSH_12;
    work->job = job;
    work->level = level;
    return rp_core_work_init(&work->core, sizeof work->core, engine, &job->core, prefix);
}

const uint8_t *rp_share_work_owner(const rp_share_work *work) {
    return work->owner32;
}

uint8_t rp_share_work_level(const rp_share_work *work) {
    return work->level;
}

void rp_share_cost(const rp_share_work *work, rp_core_compressions *out) {
    rp_core_cost(&work->core, out);
}

/* ---- judging ---- */

static rp_core_candidate candidate_of(const rp_share *share) {
    rp_core_candidate candidate = {
        .work = &share->work->core,
        .ntime = share->ntime,
        .nonce = share->nonce,
        .version_bits = share->version_bits,
    };
    memcpy(candidate.extranonce12, share->extranonce1, RP_SHARE_EXTRANONCE1_LENGTH);
    memcpy(candidate.extranonce12 + RP_SHARE_EXTRANONCE1_LENGTH, share->extranonce2,
           RP_SHARE_EXTRANONCE2_LENGTH);
    return candidate;
}

/* The first reason against the share, in the order that DESIGN section 4 fixes. Only a share that
 * is credited enters the filter: what is refused must not be able to fill it. */
static rp_share_verdict verdict_of(rp_share_filter *filter, const rp_share *share,
                                   const uint8_t *hash32) {
    const rp_share_job *job = share->work->job;
    if (share->ntime < job->min_ntime || share->ntime > job->max_ntime) {
        return RP_SHARE_BAD_NTIME;
    }
    if ((share->version_bits & ~job->core.version_mask) != 0) {
        return RP_SHARE_BAD_VERSION;
    }
    if (filter != NULL && rp_share_filter_contains(filter, hash32)) {
        return RP_SHARE_DUPLICATE;
    }
    if (share->stale) {
        return RP_SHARE_STALE;
    }
    if (!rp__target_met(&share->work->target, hash32)) {
        return RP_SHARE_LOW_DIFFICULTY;
    }
    if (filter != NULL &&
        rp_share_filter_insert(filter, RP_SHARE_CURRENT_TIP, hash32) != RP_SHARE_FILTER_INSERTED) {
        return RP_SHARE_UNAVAILABLE;
    }
    return RP_SHARE_ACCEPTED;
}

/* Fills everything but the hash, which is there already. */
static void conclude(rp_share_filter *filter, rp_share_result *result, const rp_share *share) {
    const rp_core_job *job = &share->work->job->core;
    result->version = rp__version(job, share->version_bits);
    result->block = rp__target_met(&job->block_target, result->hash32);
    result->verdict = verdict_of(filter, share, result->hash32);
}

void rp_share_judge(const rp_hash_engine *engine, rp_share_filter *filter, rp_share_result *result,
                    const rp_share *share) {
    const rp_core_candidate candidate = candidate_of(share);
    rp_core_hash(engine, result->hash32, &candidate);
    conclude(filter, result, share);
}

/* Shares that are hashed before the first of them is concluded. */
enum { CHUNK = 128 };

void rp_share_judge_batch(const rp_hash_engine *engine, rp_share_filter *filter,
                          rp_share_result *results, const rp_share *shares, size_t count) {
    rp_core_candidate candidates[CHUNK];
    for (size_t at = 0; at < count; at += CHUNK) {
        const size_t length = count - at < CHUNK ? count - at : CHUNK;
        for (size_t i = 0; i < length; i++) {
            candidates[i] = candidate_of(&shares[at + i]);
        }
        rp__core_hash_strided(engine, results[at].hash32, sizeof *results, candidates, length);
        for (size_t i = 0; filter != NULL && i < length; i++) {
            rp_share_filter_prefetch(filter, results[at + i].hash32);
        }
        for (size_t i = 0; i < length; i++) {
            conclude(filter, &results[at + i], &shares[at + i]);
        }
    }
}
