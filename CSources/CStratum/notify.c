/* mining.notify; see CStratumNotify.h. */
#include "output.h"

enum {
    OWNER_DIGITS = 64,
    LEVEL_DIGITS = 2,
    COINBASE_BETWEEN = 32 + 1 + RP_SHARE_EXTRANONCE1_LENGTH + RP_SHARE_EXTRANONCE2_LENGTH,
};

#define FLAG_TRUE "true]}\n"
#define FLAG_FALSE "false]}\n"

/* 300 bytes hold the words, quotes and fixed fields; each branch hash has quotes and a comma. */
_Static_assert(300 + 2 * RP_SHARE_MAX_COINBASE + 67 * RP_CORE_MAX_BRANCH + OWNER_DIGITS <
                   RP_STRATUM_MAX_NOTIFY,
               "the largest job fits");
_Static_assert(RP_STRATUM_MAX_NOTIFY <= (int)RP_STRATUM_MAX_LINE, "a notify is a line");

static bool is_within_bounds(const rp_share_job_params *params) {
    const size_t fixed = RP_SHARE_MAX_COINBASE - COINBASE_BETWEEN;
    return params->job_sequence <= RP_STRATUM_MAX_JOB_SEQUENCE &&
           params->branch_count <= RP_CORE_MAX_BRANCH && params->coinbase_head_length <= fixed &&
           params->coinbase_tail_length <= fixed - params->coinbase_head_length;
}

/* The digits of the level are zeros until the splice. */
static void put_job_id(rp__line *line, uint64_t sequence) {
    rp__put_hex32(line, (uint32_t)(sequence >> 24));
    rp__put_hex32(line, (uint32_t)sequence << 8);
}

static void put_previous_hash(rp__line *line, const uint8_t *hash32) {
    for (size_t word = 0; word < 32; word += 4) {
        const uint8_t swapped[4] = {hash32[word + 3], hash32[word + 2], hash32[word + 1],
                                    hash32[word]};
        rp__put_hex(line, swapped, 4);
    }
}

static void put_branch(rp__line *line, const rp_share_job_params *params) {
    for (size_t i = 0; i < params->branch_count; i++) {
        if (i > 0) {
            RP__PUT(line, ",");
        }
        RP__PUT(line, "\"");
        rp__put_hex(line, params->branch32s + 32 * i, 32);
        RP__PUT(line, "\"");
    }
}

bool rp_stratum_notify_init(rp_stratum_notify *notify, uint8_t *memory, size_t capacity,
                            const rp_share_job_params *params) {
    static const uint8_t no_owner[32] = {0};
    static const uint8_t extranonce_push[] = {RP_CORE_EXTRANONCE_LENGTH};
    if (!is_within_bounds(params)) {
        return false;
    }
    rp_stratum_output output = {memory, capacity, 0};
    rp__line line = rp__line_begin(&output);
    RP__PUT(&line, "{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"");
    put_job_id(&line, params->job_sequence);
    notify->level_offset = line.length - LEVEL_DIGITS;
    RP__PUT(&line, "\",\"");
    put_previous_hash(&line, params->previous_hash32);
    RP__PUT(&line, "\",\"");
    rp__put_hex(&line, params->coinbase_head, params->coinbase_head_length);
    notify->owner_offset = line.length;
    rp__put_hex(&line, no_owner, sizeof no_owner);
    rp__put_hex(&line, extranonce_push, sizeof extranonce_push);
    RP__PUT(&line, "\",\"");
    rp__put_hex(&line, params->coinbase_tail, params->coinbase_tail_length);
    RP__PUT(&line, "\",[");
    put_branch(&line, params);
    RP__PUT(&line, "],\"");
    rp__put_hex32(&line, params->version & ~params->version_mask);
    RP__PUT(&line, "\",\"");
    rp__put_hex32(&line, params->compact_target);
    RP__PUT(&line, "\",\"");
    rp__put_hex32(&line, params->current_ntime);
    RP__PUT(&line, "\",");
    notify->flag_offset = line.length;
    notify->bytes = memory;
    return rp__line_end(&line);
}

size_t rp_stratum_notify_length(const rp_stratum_notify *notify, bool clean) {
    return notify->flag_offset + (clean ? sizeof FLAG_TRUE : sizeof FLAG_FALSE) - 1;
}

bool rp_stratum_notify_splice(rp_stratum_output *output, const rp_stratum_notify *notify,
                              const uint8_t *owner32, uint8_t level, bool clean) {
    rp__line line = rp__line_begin(output);
    const size_t behind_level = notify->level_offset + LEVEL_DIGITS;
    const size_t behind = notify->owner_offset + OWNER_DIGITS;
    rp__put(&line, notify->bytes, notify->level_offset);
    rp__put_hex(&line, &level, 1);
    rp__put(&line, notify->bytes + behind_level, notify->owner_offset - behind_level);
    rp__put_hex(&line, owner32, 32);
    rp__put(&line, notify->bytes + behind, notify->flag_offset - behind);
    if (clean) {
        RP__PUT(&line, FLAG_TRUE);
    } else {
        RP__PUT(&line, FLAG_FALSE);
    }
    return rp__line_end(&line);
}
