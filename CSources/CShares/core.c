/* Making jobs and works: cutting the coinbase into blocks and hashing what never changes. */
#include "internal.h"

size_t rp_core_job_size(void) {
    return sizeof(rp_core_job);
}

size_t rp_core_work_size(void) {
    return sizeof(rp_core_work);
}

/* Byte `at` of the padded coinbase, for positions behind the extranonce: suffix, 0x80, zeros, and
 * the length in bits in the last eight bytes (FIPS 180-4 section 5.1.1). */
static uint8_t padded_byte(const rp_core_job_params *params, size_t padded_length, size_t at) {
    const size_t suffix_at = params->prefix_length + RP_CORE_EXTRANONCE_LENGTH;
    const size_t length = suffix_at + params->suffix_length;
    if (at < length) {
        return params->suffix[at - suffix_at];
    }
    if (at == length) {
        return 0x80;
    }
    const size_t from_end = padded_length - 1 - at;
    return from_end < 8 ? (uint8_t)((uint64_t)length * 8 >> 8 * from_end) : 0;
}

static void cut_coinbase(rp_core_job *job, const rp_core_job_params *params) {
    const size_t suffix_at = params->prefix_length + RP_CORE_EXTRANONCE_LENGTH;
    const size_t length = suffix_at + params->suffix_length;
    const size_t padded_length = (length + 9 + 63) / 64 * 64;
    const size_t first = params->prefix_length / 64 * 64;
    job->prefix_length = (uint32_t)params->prefix_length;
    job->whole_prefix = (uint32_t)(first / 64);
    job->hole = (uint32_t)(params->prefix_length - first);
    job->changing = job->hole + RP_CORE_EXTRANONCE_LENGTH > 64 ? 2 : 1;
    const size_t changing_end = first + 64 * (size_t)job->changing;
    for (size_t at = suffix_at; at < changing_end; at++) {
        job->suffix_start[at - first] = padded_byte(params, padded_length, at);
    }
    job->fixed_count = (uint32_t)((padded_length - changing_end) / 64);
    for (size_t b = 0; b < job->fixed_count; b++) {
        uint8_t block[64];
        for (size_t i = 0; i < 64; i++) {
            block[i] = padded_byte(params, padded_length, changing_end + 64 * b + i);
        }
        rp__read_words(job->fixed[b].words16, block, 16);
        rp_hash_expand(job->fixed[b].scheduled64, job->fixed[b].words16);
    }
}

rp_core_status rp_core_job_init(void *memory, size_t size, const rp_core_job_params *params) {
    if (size < sizeof(rp_core_job) || !rp__aligned(memory)) {
        return RP_CORE_MEMORY_TOO_SMALL;
    }
    const size_t room = RP_CORE_MAX_COINBASE - RP_CORE_EXTRANONCE_LENGTH;
    if (params->prefix_length > room || params->suffix_length > room - params->prefix_length) {
        return RP_CORE_COINBASE_TOO_LONG;
    }
    if (params->branch_count > RP_CORE_MAX_BRANCH) {
        return RP_CORE_BRANCH_TOO_LONG;
    }
    rp_core_job *job = memory;
    memset(job, 0, sizeof *job);
    if (!rp_share_target_from_compact(&job->block_target, params->compact_target)) {
        return RP_CORE_BAD_COMPACT_TARGET;
    }
    job->version = params->version & ~params->version_mask;
    job->version_mask = params->version_mask;
    job->compact_word = rp__swap32(params->compact_target);
    job->branch_count = (uint32_t)params->branch_count;
    rp__read_words(job->previous_words8, params->previous_hash32, 8);
    for (size_t i = 0; i < params->branch_count; i++) {
        rp__read_words(job->branch_words[i], params->branch32s + 32 * i, 8);
    }
    cut_coinbase(job, params);
    return RP_CORE_OK;
}

const rp_share_target *rp_core_job_block_target(const rp_core_job *job) {
    return &job->block_target;
}

rp_core_status rp_core_work_init(void *memory, size_t size, const rp_hash_engine *engine,
                                 const rp_core_job *job, const uint8_t *prefix) {
    if (size < sizeof(rp_core_work) || !rp__aligned(memory)) {
        return RP_CORE_MEMORY_TOO_SMALL;
    }
    rp_core_work *work = memory;
    work->job = job;
    memcpy(work->midstate8, rp_hash_initial_state, sizeof work->midstate8);
    if (job->whole_prefix > 0) {
        rp_hash_midstate(engine, work->midstate8, prefix, job->whole_prefix);
    }
    memcpy(work->changing, job->suffix_start, sizeof work->changing);
    if (job->hole > 0) {
        memcpy(work->changing, prefix + 64 * (size_t)job->whole_prefix, job->hole);
    }
    return RP_CORE_OK;
}

void rp_core_cost(const rp_core_work *work, rp_core_compressions *out) {
    const rp_core_job *job = work->job;
    /* Coinbase: the changing blocks. Each level: the pair. Header: two blocks. */
    out->fresh = job->changing + job->branch_count + 2;
    /* Second halves of the double hashes of coinbase, levels and header. */
    out->digests = 1 + job->branch_count + 1;
    /* Coinbase: what never changes. Each level: the padding. */
    out->scheduled = job->fixed_count + job->branch_count;
}
