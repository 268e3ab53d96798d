/* What each request of a miner does. docs/protocol/stratum.md 3, 4, 11. */
#include "server.h"

#include <stdlib.h>
#include <string.h>

/* Answers that nobody waits for are not sent: a request without an id is a notification. */
static bool wants_answer(const rp_stratum_request *request) {
    return request->id.type != RP_STRATUM_MISSING && request->id.type != RP_STRATUM_NULL;
}

static void answer_bool(rp__session *session, const rp_stratum_request *request, bool result) {
    if (wants_answer(request)) {
        rp_stratum_output out;
        rp__reply_open(session, &out);
        (void)!rp_stratum_reply_bool(&out, &request->id, result);
        rp__reply_close(session, &out);
    }
}

/* An error costs as much as a refused share. */
static void answer_error(rp__session *session, const rp_stratum_value *id, rp_stratum_error error) {
    rp__loop *loop = session->loop;
    rp_stratum_output out;
    rp__reply_open(session, &out);
    (void)!rp_stratum_reply_error(&out, id, error);
    rp__reply_close(session, &out);
    rp__add(&loop->counters.errors[error], 1);
    if (!rp_stratum_bucket_take(&session->refusals, &loop->server->config.refusals, 1,
                                rp__now(loop))) {
        session->overspent = true;
        rp__touch(session);
    }
}

static void configure(rp__session *session, const rp_stratum_request *request) {
    const rp_stratum_server_config *config = &session->loop->server->config;
    rp_stratum_configure configure;
    if (!rp_stratum_configure_decode(&configure, request, config->vardiff.range)) {
        answer_error(session, &request->id, RP_STRATUM_ERROR_INVALID_PARAMS);
        return;
    }
    const uint32_t mask =
        configure.version_rolling ? config->version_mask & configure.version_mask : 0;
    rp_stratum_output out;
    rp__reply_open(session, &out);
    (void)!rp_stratum_reply_configure(&out, &request->id, &configure, mask);
    if (mask != 0) {
        session->version_mask = mask;
        (void)!rp_stratum_write_version_mask(&out, mask);
    }
    rp__reply_close(session, &out);
    if (configure.has_minimum_level && configure.minimum_level > session->minimum_level) {
        session->minimum_level = configure.minimum_level;
        if (session->vardiff.level < session->minimum_level) {
            rp__session_set_level(session, session->minimum_level);
        }
    }
}

static void keep_agent(rp__session *session, const uint8_t *agent, size_t length) {
    free(session->agent);
    session->agent = NULL;
    if (length > 0) {
        session->agent = malloc(length + 1);
    }
    if (session->agent != NULL) {
        memcpy(session->agent, agent, length);
        session->agent[length] = 0;
    }
}

static void subscribe(rp__session *session, const rp_stratum_request *request) {
    rp_stratum_subscribe fields;
    rp_stratum_subscribe_decode(&fields, request);
    const bool is_first = !session->subscribed;
    if (is_first) {
        if (!rp__session_seat(session, fields.has_token ? fields.token : NULL)) {
            rp__session_end(session, RP_STRATUM_ENDING_NO_EXTRANONCE);
            return;
        }
        session->subscribed = true;
        keep_agent(session, fields.agent, fields.agent_length);
        rp__session_ready(session);
    }
    uint8_t token16[RP_STRATUM_TOKEN_LENGTH], extranonce1[4];
    rp__token(session->loop->server, token16, session->seat->extranonce1);
    memcpy(extranonce1, token16, sizeof extranonce1);
    rp_stratum_output out;
    rp__reply_open(session, &out);
    (void)!rp_stratum_reply_subscribe(&out, &request->id, token16, extranonce1);
    rp__reply_close(session, &out);
    if (is_first && session->authorized) {
        if (session->pending_head == NULL) {
            rp__session_offer(session);
        } else {
            session->offer_due = true;
        }
    }
}

static void suggest(rp__session *session, const rp_stratum_request *request) {
    const uint64_t now = rp__now(session->loop);
    const rp_stratum_vardiff_config bounds = rp__session_bounds(session);
    uint8_t level;
    if (rp_stratum_level_suggested(&level, request, bounds.range) != RP_STRATUM_LEVEL_OK) {
        if (wants_answer(request)) {
            answer_error(session, &request->id, RP_STRATUM_ERROR_INVALID_PARAMS);
        }
        return;
    }
    answer_bool(session, request, true);
    if (!session->has_suggested || now >= session->suggested + RP__SUGGEST_INTERVAL) {
        session->has_suggested = true;
        session->suggested = now;
        rp__session_set_level(session, level);
    }
}

static void pong(rp__session *session, const rp_stratum_request *request) {
    if (wants_answer(request)) {
        rp_stratum_output out;
        rp__reply_open(session, &out);
        (void)!rp_stratum_reply_pong(&out, &request->id);
        rp__reply_close(session, &out);
    }
}

/* The answer to client.get_version names the agent of whoever named none. */
static void answered(rp__session *session, const rp_stratum_request *request) {
    uint8_t scratch[RP_STRATUM_MAX_NAME];
    rp_stratum_slice text;
    if (session->agent == NULL && session->requests > 0 &&
        request->result.type == RP_STRATUM_STRING &&
        rp__text(&text, scratch, sizeof scratch, &request->result)) {
        uint8_t agent[RP_STRATUM_MAX_NAME];
        const size_t length = text.length < sizeof agent ? text.length : sizeof agent;
        for (size_t i = 0; i < length; i++) {
            agent[i] = text.bytes[i] >= 0x20 && text.bytes[i] <= 0x7e ? text.bytes[i] : '?';
        }
        keep_agent(session, agent, length);
    }
}

static void dispatch(rp__session *session, const rp_stratum_request *request, uint64_t read_time) {
    switch (request->kind) {
    case RP_STRATUM_SUBMIT:
        rp__submit(session, request, read_time);
        break;
    case RP_STRATUM_CONFIGURE:
        configure(session, request);
        break;
    case RP_STRATUM_SUBSCRIBE:
        subscribe(session, request);
        break;
    case RP_STRATUM_AUTHORIZE:
        rp__session_login(session, request);
        break;
    case RP_STRATUM_SUGGEST_DIFFICULTY:
    case RP_STRATUM_SUGGEST_TARGET:
        suggest(session, request);
        break;
    case RP_STRATUM_EXTRANONCE_SUBSCRIBE:
    case RP_STRATUM_PONG:
    case RP_STRATUM_CAPABILITIES:
        answer_bool(session, request, true);
        break;
    case RP_STRATUM_PING:
        pong(session, request);
        break;
    case RP_STRATUM_REPLY:
        answered(session, request);
        break;
    case RP_STRATUM_UNKNOWN_METHOD:
        if (wants_answer(request)) {
            answer_error(session, &request->id, RP_STRATUM_ERROR_METHOD_NOT_FOUND);
        }
        break;
    }
}

void rp__line_received(rp__session *session, rp_stratum_slice line, uint64_t read_time) {
    rp_stratum_request request;
    rp__add(&session->loop->counters.lines, 1);
    switch (rp_stratum_scan(&request, line.bytes, line.length)) {
    case RP_STRATUM_SCAN_OK:
        dispatch(session, &request, read_time);
        break;
    case RP_STRATUM_SCAN_INVALID_REQUEST:
        answer_error(session, &request.id, RP_STRATUM_ERROR_INVALID_REQUEST);
        break;
    case RP_STRATUM_SCAN_PARSE_ERROR:
        answer_error(session, &request.id, RP_STRATUM_ERROR_PARSE);
        if (++session->strikes >= RP_STRATUM_MAX_STRIKES) {
            rp__session_end(session, RP_STRATUM_ENDING_STRIKES);
        }
        break;
    }
}

void rp__line_too_long(rp__session *session) {
    static const rp_stratum_value no_id = {NULL, 0, RP_STRATUM_MISSING, false};
    answer_error(session, &no_id, RP_STRATUM_ERROR_PARSE);
    rp__session_end(session, RP_STRATUM_ENDING_LINE_TOO_LONG);
}
