/*
 * Fuzzes the share path: jobs, works and candidates made from the input, hashed one at a time with
 * the portable kernel, in a batch with the best one, and by the plain definition. All three must
 * agree; shares are judged twice, so that the second judgement of an accepted one is a duplicate.
 */
#include "CShares.h"

#include <stdlib.h>
#include <string.h>

enum { JOBS = 3, SHARES = 48, FILTER_CAPACITY = 64 };

/* The input, read front to back; zeros after its end. */
typedef struct input {
    const uint8_t *bytes;
    size_t left;
} input;

static void take(input *in, uint8_t *out, size_t length) {
    const size_t there = in->left < length ? in->left : length;
    memset(out, 0, length);
    if (there > 0) {
        memcpy(out, in->bytes, there);
    }
    in->bytes += there;
    in->left -= there;
}

static uint32_t take32(input *in) {
    uint8_t bytes[4];
    take(in, bytes, 4);
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void require(bool condition) {
    if (!condition) {
        abort();
    }
}

/* A job with everything that the reference needs to hash it again. */
typedef struct job {
    _Alignas(RP_SHARE_ALIGN) uint8_t memory[16384];
    _Alignas(RP_SHARE_ALIGN) uint8_t work[1024];
    rp_share_job_params params;
    uint8_t hashes[4][32];
    uint8_t branch[RP_CORE_MAX_BRANCH][32];
    uint8_t head[RP_SHARE_MAX_COINBASE], tail[RP_SHARE_MAX_COINBASE];
    bool usable;
} job;

static void make_job(job *j, input *in, const rp_hash_engine *engine) {
    rp_share_job_params *p = &j->params;
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < 4; i++) {
        take(in, j->hashes[i], 4);
    }
    p->version = take32(in);
    p->version_mask = take32(in);
    p->compact_target = take32(in);
    p->min_ntime = take32(in);
    p->current_ntime = take32(in);
    p->branch_count = take32(in) % (RP_CORE_MAX_BRANCH + 2);
    p->coinbase_head_length = take32(in) % (RP_SHARE_MAX_COINBASE + 1);
    p->coinbase_tail_length = take32(in) % (RP_SHARE_MAX_COINBASE + 1);
    take(in, j->head, 8);
    take(in, j->tail, 8);
    for (size_t i = 0; i < RP_CORE_MAX_BRANCH; i++) {
        take(in, j->branch[i], 1);
    }
    if (p->coinbase_head_length > 0 && take32(in) % 8 != 0) {
        j->head[p->coinbase_head_length - 1] = 0x20;
    }
    p->previous_hash32 = j->hashes[0];
    p->syndicate_id32 = j->hashes[1];
    p->msp_id32 = j->hashes[2];
    p->log_hash32 = j->hashes[3];
    p->branch32s = j->branch[0];
    p->coinbase_head = j->head;
    p->coinbase_tail = j->tail;
    p->job_sequence = take32(in);
    uint8_t level;
    take(in, &level, 1);
    require(rp_share_job_size() <= sizeof j->memory && rp_share_work_size() <= sizeof j->work);
    if (rp_share_job_init(j->memory, sizeof j->memory, engine, p) != RP_CORE_OK) {
        return;
    }
    const rp_core_status status =
        rp_share_work_init(j->work, sizeof j->work, engine, (const rp_share_job *)(void *)j->memory,
                           j->hashes[0], (uint8_t)(33 + level % 100));
    require(status == RP_CORE_OK || (status == RP_CORE_BAD_LEVEL && level % 100 > 94));
    j->usable = status == RP_CORE_OK;
}

/* The header hash by its definition: whole coinbase, branch, whole header. */
static void reference_hash(const job *j, const rp_hash_engine *engine, const rp_share *share,
                           uint8_t *out32) {
    const rp_share_job_params *p = &j->params;
    uint8_t coinbase[RP_SHARE_MAX_COINBASE], root[32], header[80];
    size_t at = p->coinbase_head_length;
    memcpy(coinbase, p->coinbase_head, at);
    memcpy(coinbase + at, rp_share_work_owner(share->work), 32);
    coinbase[at + 32] = 0x0c;
    memcpy(coinbase + at + 33, share->extranonce1, 4);
    memcpy(coinbase + at + 37, share->extranonce2, 8);
    memcpy(coinbase + at + 45, p->coinbase_tail, p->coinbase_tail_length);
    rp_hash_sha256d(engine, root, coinbase, at + 45 + p->coinbase_tail_length);
    for (size_t i = 0; i < p->branch_count; i++) {
        rp_hash_merkle_step(engine, root, root, j->branch[i]);
    }
    const uint32_t version =
        (p->version & ~p->version_mask) | (share->version_bits & p->version_mask);
    const uint32_t fields[4] = {version, share->ntime, p->compact_target, share->nonce};
    const size_t places[4] = {0, 68, 72, 76};
    for (size_t f = 0; f < 4; f++) {
        for (size_t i = 0; i < 4; i++) {
            header[places[f] + i] = (uint8_t)(fields[f] >> 8 * i);
        }
    }
    memcpy(header + 4, p->previous_hash32, 32);
    memcpy(header + 36, root, 32);
    rp_hash_sha256d(engine, out32, header, 80);
}

static size_t make_shares(rp_share *shares, const job **owners, job *jobs, input *in) {
    size_t count = 0;
    const size_t wanted = take32(in) % (SHARES + 1);
    for (size_t i = 0; i < wanted; i++) {
        uint8_t which;
        take(in, &which, 1);
        const job *j = &jobs[which % JOBS];
        if (!j->usable) {
            continue;
        }
        rp_share *share = &shares[count];
        memset(share, 0, sizeof *share);
        share->work = (const rp_share_work *)(const void *)j->work;
        take(in, share->extranonce2, 2);
        share->ntime = which & 1 ? j->params.current_ntime : take32(in);
        share->nonce = take32(in) % 256;
        share->version_bits = which & 2 ? 0 : take32(in);
        share->stale = which & 4;
        owners[count++] = j;
    }
    return count;
}

/* The second judgement differs only where the share's hash has been credited in between. */
static void check_again(const rp_share_filter *filter, const rp_share_result *first,
                        const rp_share_result *second) {
    require(memcmp(first->hash32, second->hash32, 32) == 0 && first->block == second->block);
    const bool out_of_range =
        first->verdict == RP_SHARE_BAD_NTIME || first->verdict == RP_SHARE_BAD_VERSION;
    const bool credited = rp_share_filter_contains(filter, first->hash32);
    require(first->verdict != RP_SHARE_ACCEPTED || credited);
    require(second->verdict == (credited && !out_of_range ? RP_SHARE_DUPLICATE : first->verdict));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static job jobs[JOBS];
    static _Alignas(RP_SHARE_ALIGN) uint8_t memory[1 << 15];
    input in = {bytes, length};
    const rp_hash_engine best = rp_hash_best();
    rp_hash_engine portable = best;
    require(rp_hash_force(&portable, RP_HASH_PORTABLE, RP_HASH_PORTABLE) == RP_HASH_OK);
    memset(jobs, 0, sizeof jobs);
    for (size_t i = 0; i < JOBS; i++) {
        make_job(&jobs[i], &in, &best);
    }
    rp_share shares[SHARES];
    const job *owners[SHARES];
    const size_t count = make_shares(shares, owners, jobs, &in);
    rp_share_result results[SHARES];
    rp_share_filter *filter = rp_share_filter_init(memory, sizeof memory, FILTER_CAPACITY, 7);
    require(filter != NULL);
    rp_share_judge_batch(&best, filter, results, shares, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t expected[32];
        reference_hash(owners[i], &portable, &shares[i], expected);
        require(memcmp(results[i].hash32, expected, 32) == 0);
        rp_share_result again;
        rp_share_judge(&portable, filter, &again, &shares[i]);
        check_again(filter, &results[i], &again);
    }
    return 0;
}
