/* Params of submit, authorize and subscribe; see CStratumRequests.h. */
#include "internal.h"

#include <string.h>

enum { WORKER, JOB, EXTRANONCE2, NTIME, NONCE, SUBMIT_PARAMS, VERSION_BITS = SUBMIT_PARAMS };

_Static_assert(VERSION_BITS < (int)RP_STRATUM_MAX_PARAMS, "every field of a submit is kept");

/* Reads a string of exactly 2 * count hex digits. */
static bool read_hex(uint8_t *out, size_t count, const rp_stratum_value *value) {
    uint8_t scratch[2 * RP_STRATUM_TOKEN_LENGTH];
    rp_stratum_slice text;
    return rp__text(&text, scratch, sizeof scratch, value) && text.length == 2 * count &&
           rp__hex_decode(out, count, text.bytes);
}

static bool read_hex32(uint32_t *out, const rp_stratum_value *value) {
    uint8_t bytes[4];
    if (!read_hex(bytes, 4, value)) {
        return false;
    }
    *out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return true;
}

static bool read_job(uint64_t *job_id, const rp_stratum_value *value) {
    uint8_t bytes[RP_STRATUM_JOB_ID_LENGTH / 2];
    if (!read_hex(bytes, sizeof bytes, value)) {
        return false;
    }
    *job_id = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
        *job_id = *job_id << 8 | bytes[i];
    }
    return true;
}

static bool is_none(const rp_stratum_value *value) {
    return value->type == RP_STRATUM_MISSING || value->type == RP_STRATUM_NULL ||
           (value->type == RP_STRATUM_STRING && value->length == 0);
}

rp_share_verdict rp_stratum_submit_decode(rp_stratum_submit *submit,
                                          const rp_stratum_request *request) {
    const rp_stratum_value *params = request->params_kept;
    if (request->params.type != RP_STRATUM_ARRAY) {
        return RP_SHARE_MALFORMED;
    }
    for (size_t i = 0; i < SUBMIT_PARAMS; i++) {
        if (params[i].type != RP_STRATUM_STRING) {
            return RP_SHARE_MALFORMED;
        }
    }
    submit->worker = params[WORKER];
    submit->version_bits = 0;
    submit->has_version_bits = !is_none(&params[VERSION_BITS]);
    if (!read_job(&submit->job_id, &params[JOB])) {
        return RP_SHARE_UNKNOWN_JOB;
    }
    if (!read_hex(submit->extranonce2, sizeof submit->extranonce2, &params[EXTRANONCE2])) {
        return RP_SHARE_BAD_EXTRANONCE2;
    }
    if (!read_hex32(&submit->ntime, &params[NTIME])) {
        return RP_SHARE_BAD_NTIME;
    }
    if (!read_hex32(&submit->nonce, &params[NONCE])) {
        return RP_SHARE_BAD_NONCE;
    }
    if (submit->has_version_bits && !read_hex32(&submit->version_bits, &params[VERSION_BITS])) {
        return RP_SHARE_BAD_VERSION;
    }
    return RP_SHARE_ACCEPTED;
}

static bool is_printable(uint8_t byte) {
    return byte >= 0x20 && byte <= 0x7e;
}

rp_stratum_worker_status rp_stratum_worker_split(rp_stratum_worker *worker, uint8_t *scratch,
                                                 const rp_stratum_value *name) {
    rp_stratum_slice text;
    if (name->type != RP_STRATUM_STRING) {
        return RP_STRATUM_WORKER_EMPTY;
    }
    if (!rp__text(&text, scratch, RP_STRATUM_MAX_NAME, name) || text.length > RP_STRATUM_MAX_NAME) {
        return RP_STRATUM_WORKER_TOO_LONG;
    }
    size_t dot = text.length;
    for (size_t i = text.length; i > 0; i--) {
        if (!is_printable(text.bytes[i - 1])) {
            return RP_STRATUM_WORKER_BAD_BYTES;
        }
        dot = text.bytes[i - 1] == '.' ? i - 1 : dot;
    }
    if (dot == 0) {
        return RP_STRATUM_WORKER_EMPTY;
    }
    const size_t behind = dot < text.length ? dot + 1 : dot;
    worker->account = (rp_stratum_slice){text.bytes, dot};
    worker->worker = (rp_stratum_slice){text.bytes + behind, text.length - behind};
    return RP_STRATUM_WORKER_OK;
}

static void read_agent(rp_stratum_subscribe *subscribe, const rp_stratum_value *agent) {
    if (agent->type != RP_STRATUM_STRING) {
        return;
    }
    const uint8_t *at = agent->bytes, *end = at + agent->length;
    while (at < end) {
        uint8_t character4[4];
        const size_t count = rp__json_character(character4, &at);
        for (size_t i = 0; i < count; i++) {
            if (subscribe->agent_length == RP_STRATUM_MAX_NAME) {
                return;
            }
            subscribe->agent[subscribe->agent_length++] =
                is_printable(character4[i]) ? character4[i] : '?';
        }
    }
}

void rp_stratum_subscribe_decode(rp_stratum_subscribe *subscribe,
                                 const rp_stratum_request *request) {
    memset(subscribe, 0, sizeof *subscribe);
    read_agent(subscribe, &request->params_kept[0]);
    subscribe->has_token =
        read_hex(subscribe->token, sizeof subscribe->token, &request->params_kept[1]);
}
