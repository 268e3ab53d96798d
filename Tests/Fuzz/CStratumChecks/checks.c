/* The checks; see CStratumChecks.h. */
#include "include/CStratumChecks.h"

#include <CStratum.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition, property)                                                                 \
    if (!(condition)) {                                                                            \
        return property;                                                                           \
    }

static bool same_value(const rp_stratum_value *a, const rp_stratum_value *b) {
    return a->bytes == b->bytes && a->length == b->length && a->type == b->type &&
           a->escaped == b->escaped;
}

static bool same_request(const rp_stratum_request *a, const rp_stratum_request *b) {
    bool same = a->kind == b->kind && a->param_count == b->param_count &&
                same_value(&a->id, &b->id) && same_value(&a->method, &b->method) &&
                same_value(&a->params, &b->params) && same_value(&a->result, &b->result) &&
                same_value(&a->error, &b->error);
    for (size_t i = 0; i < RP_STRATUM_MAX_PARAMS; i++) {
        same = same && same_value(&a->params_kept[i], &b->params_kept[i]);
    }
    return same;
}

static bool lies_in(const rp_stratum_value *value, const uint8_t *line, size_t length) {
    if (value->type == RP_STRATUM_MISSING) {
        return value->bytes == NULL && value->length == 0;
    }
    return value->bytes >= line && value->length <= length &&
           (size_t)(value->bytes - line) <= length - value->length;
}

static bool all_lie_in(const rp_stratum_request *request, const uint8_t *line, size_t length) {
    bool good = lies_in(&request->id, line, length) && lies_in(&request->method, line, length) &&
                lies_in(&request->params, line, length) && lies_in(&request->result, line, length);
    for (size_t i = 0; i < RP_STRATUM_MAX_PARAMS; i++) {
        good = good && lies_in(&request->params_kept[i], line, length);
    }
    return good;
}

/* A string decodes into as many bytes as its slice has, and not into one byte fewer than it needs.
 */
static const char *check_decoding(const rp_stratum_value *value) {
    uint8_t text[RP_STRATUM_MAX_LINE];
    size_t length = 0, shorter = 0;
    const bool decodes = rp_stratum_decode(text, value->length, &length, value);
    CHECK(decodes == (value->type == RP_STRATUM_STRING), "a string decodes, nothing else does");
    CHECK(length <= value->length, "decoding does not grow");
    CHECK(length == 0 || !rp_stratum_decode(text, length - 1, &shorter, value),
          "decoding keeps to its capacity");
    return NULL;
}

/* Runs every reader of params; sanitizers watch. */
static const char *check_params(const rp_stratum_request *request) {
    const rp_stratum_level_range range = {RP_SHARE_LEVEL_MIN, RP_SHARE_LEVEL_MAX};
    rp_stratum_submit submit;
    rp_stratum_worker worker;
    rp_stratum_subscribe subscribe;
    rp_stratum_configure configure;
    uint8_t scratch[RP_STRATUM_MAX_NAME], level = 0;
    const rp_share_verdict verdict = rp_stratum_submit_decode(&submit, request);
    CHECK((uint32_t)verdict < RP_SHARE_VERDICT_COUNT, "verdicts are of the enum");
    if (rp_stratum_worker_split(&worker, scratch, &request->params_kept[0]) ==
        RP_STRATUM_WORKER_OK) {
        CHECK(worker.account.length >= 1, "an account has a name");
        CHECK(worker.account.length + worker.worker.length <= RP_STRATUM_MAX_NAME, "names end");
    }
    rp_stratum_subscribe_decode(&subscribe, request);
    CHECK(subscribe.agent_length <= RP_STRATUM_MAX_NAME, "agents end");
    if (rp_stratum_configure_decode(&configure, request, range)) {
        uint8_t bytes[RP_STRATUM_MAX_REPLY];
        rp_stratum_output output = {bytes, sizeof bytes, 0};
        rp_stratum_request reply;
        CHECK(rp_stratum_reply_configure(&output, &request->id, &configure, 0x1fffe000),
              "every reply fits its bound");
        CHECK(rp_stratum_scan_strict(&reply, bytes, output.length) == RP_STRATUM_SCAN_OK,
              "a configure's reply is a reply");
    }
    if (rp_stratum_level_suggested(&level, request, range) == RP_STRATUM_LEVEL_OK) {
        CHECK(level >= range.minimum && level <= range.maximum, "levels keep to their range");
    }
    return NULL;
}

static const char *check_reply(const rp_stratum_request *request) {
    uint8_t bytes[RP_STRATUM_MAX_REPLY];
    rp_stratum_output output = {bytes, sizeof bytes, 0};
    rp_stratum_request reply;
    CHECK(rp_stratum_reply_bool(&output, &request->id, true), "a reply fits");
    CHECK(memchr(bytes, '\n', output.length) == bytes + output.length - 1, "a reply is one line");
    CHECK(rp_stratum_scan_strict(&reply, bytes, output.length) == RP_STRATUM_SCAN_OK &&
              reply.kind == RP_STRATUM_REPLY && reply.result.type == RP_STRATUM_TRUE,
          "a reply reads as one");
    CHECK(reply.id.length == request->id.length || request->id.type == RP_STRATUM_MISSING,
          "an id comes back as it went");
    return NULL;
}

static const char *check_line(const uint8_t *line, size_t length) {
    rp_stratum_request strict, quick, both;
    rp_stratum_scan_status quick_status = RP_STRATUM_SCAN_OK;
    const rp_stratum_scan_status status = rp_stratum_scan_strict(&strict, line, length);
    if (rp_stratum_scan_quick(&quick, &quick_status, line, length)) {
        CHECK(quick_status == status, "quick and strict agree on the status");
        CHECK(same_request(&quick, &strict), "quick and strict agree on the request");
    }
    CHECK(rp_stratum_scan(&both, line, length) == status && same_request(&both, &strict),
          "a scan is what the strict reader says");
    CHECK(all_lie_in(&strict, line, length), "slices lie in the line");
    CHECK(strict.id.length <= RP_STRATUM_MAX_ID, "ids are bounded");
    const char *broken = check_reply(&strict);
    for (size_t i = 0; i < RP_STRATUM_MAX_PARAMS && broken == NULL; i++) {
        broken = check_decoding(&strict.params_kept[i]);
    }
    return broken != NULL ? broken : check_params(&strict);
}

/* Runs a check on a copy of exactly the input's size. */
static const char *on_copy(const char *(*check)(const uint8_t *, size_t), const uint8_t *bytes,
                           size_t length) {
    uint8_t *copy = malloc(length > 0 ? length : 1);
    CHECK(copy != NULL, "memory");
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    const char *broken = check(copy, length);
    free(copy);
    return broken;
}

const char *rp_check_scan(const uint8_t *bytes, size_t length) {
    return on_copy(check_line, bytes, length);
}

/* Every byte of a stream could be a line of its own. */
enum { CHECK_BUFFER = 16384, CHECK_LOG = 4 * CHECK_BUFFER };

/* The lines that came out, each after its kind and length. */
typedef struct transcript {
    uint8_t *bytes;
    size_t length;
} transcript;

static void append(transcript *log, rp_stratum_line kind, const rp_stratum_slice *line) {
    const size_t count = kind == RP_STRATUM_LINE_COMPLETE ? line->length : 0;
    log->bytes[log->length++] = (uint8_t)kind;
    log->bytes[log->length++] = (uint8_t)(count >> 8);
    log->bytes[log->length++] = (uint8_t)count;
    if (count > 0) {
        memcpy(log->bytes + log->length, line->bytes, count);
    }
    log->length += count;
}

/* Feeds a stream in reads of up to `step` bytes, and between reads keeps the rest in memory of its
 * own size when `stows`. */
static const char *feed(transcript *log, const uint8_t *bytes, size_t length, size_t step,
                        bool stows) {
    uint8_t buffer[CHECK_BUFFER], stow[CHECK_BUFFER];
    rp_stratum_framing framing;
    rp_stratum_framing_init(&framing);
    CHECK(rp_stratum_framing_move(&framing, buffer, RP_STRATUM_MIN_BUFFER + step), "moves in");
    while (length > 0) {
        size_t room = 0;
        uint8_t *space = rp_stratum_framing_space(&framing, &room);
        CHECK(space != NULL && room > 0, "a drained stream has space");
        size_t count = room < step ? room : step;
        count = count < length ? count : length;
        memcpy(space, bytes, count);
        rp_stratum_framing_filled(&framing, count);
        bytes += count;
        length -= count;
        rp_stratum_slice line = {NULL, 0};
        rp_stratum_line kind;
        while ((kind = rp_stratum_framing_next(&framing, &line)) != RP_STRATUM_LINE_NONE) {
            append(log, kind, &line);
        }
        if (stows) {
            const size_t unread = rp_stratum_framing_unread(&framing);
            CHECK(unread <= RP_STRATUM_MAX_LINE, "a rest is at most a line");
            CHECK(unread == 0 || !rp_stratum_framing_move(&framing, stow, unread - 1), "refuses");
            CHECK(rp_stratum_framing_move(&framing, stow, unread), "stows what is unread");
            CHECK(rp_stratum_framing_move(&framing, buffer, CHECK_BUFFER), "moves back");
        }
    }
    return NULL;
}

static const char *compare_cuts(transcript *whole, transcript *cut, const uint8_t *bytes,
                                size_t length) {
    const size_t step = bytes[0] < 200 ? (size_t)bytes[0] + 1 : ((size_t)bytes[0] - 199) * 128;
    const bool stows = (bytes[0] & 1) != 0;
    const char *broken = feed(whole, bytes + 1, length - 1, RP_STRATUM_MAX_LINE - 1, false);
    CHECK(broken == NULL, broken);
    broken = feed(cut, bytes + 1, length - 1, step, stows);
    CHECK(broken == NULL, broken);
    CHECK(whole->length == cut->length && memcmp(whole->bytes, cut->bytes, cut->length) == 0,
          "lines do not depend on the cuts");
    return NULL;
}

static const char *check_stream(const uint8_t *bytes, size_t length) {
    if (length < 1 || length > CHECK_BUFFER) {
        return NULL;
    }
    uint8_t *logs = malloc((size_t)2 * CHECK_LOG);
    CHECK(logs != NULL, "memory");
    transcript whole = {logs, 0}, cut = {logs + CHECK_LOG, 0};
    const char *broken = compare_cuts(&whole, &cut, bytes, length);
    free(logs);
    return broken;
}

const char *rp_check_framing(const uint8_t *bytes, size_t length) {
    return on_copy(check_stream, bytes, length);
}

static const char *check_header(const uint8_t *bytes, size_t length) {
    rp_stratum_proxy proxy, again;
    memset(&proxy, 0, sizeof proxy);
    const rp_stratum_proxy_status status = rp_stratum_proxy_parse(&proxy, bytes, length);
    if (status == RP_STRATUM_PROXY_NEED_MORE) {
        CHECK(length < RP_STRATUM_MAX_PROXY_V2, "needing more ends at the bounds");
        CHECK(length == 0 || bytes[0] != 'P' || length < RP_STRATUM_MAX_PROXY_V1,
              "version 1 ends at its bound");
    }
    if (status != RP_STRATUM_PROXY_OK) {
        return NULL;
    }
    CHECK(proxy.length <= length && proxy.length <= RP_STRATUM_MAX_PROXY_V2, "a header is read");
    for (size_t prefix = 0; prefix < proxy.length; prefix++) {
        CHECK(rp_stratum_proxy_parse(&again, bytes, prefix) == RP_STRATUM_PROXY_NEED_MORE,
              "a good header's prefix needs more");
    }
    const rp_stratum_protocol guess = rp_stratum_sniff(bytes, length);
    CHECK(guess == RP_STRATUM_PROTOCOL_PROXY, "a header is sniffed as one");
    CHECK(rp_stratum_proxy_parse(&again, bytes, proxy.length) == RP_STRATUM_PROXY_OK &&
              again.family == proxy.family && again.source_port == proxy.source_port &&
              memcmp(again.source, proxy.source, sizeof proxy.source) == 0,
          "bytes behind a header change nothing");
    return NULL;
}

const char *rp_check_proxy(const uint8_t *bytes, size_t length) {
    return on_copy(check_header, bytes, length);
}

/* Bytes that are needed at most. */
enum { CHECK_SNIFF = 12 };

static const char *check_first_bytes(const uint8_t *bytes, size_t length) {
    rp_stratum_request request;
    rp_stratum_proxy proxy;
    const rp_stratum_protocol whole = rp_stratum_sniff(bytes, length);
    CHECK(whole != RP_STRATUM_PROTOCOL_NEED_MORE || length < CHECK_SNIFF, "twelve bytes suffice");
    bool decided = false;
    for (size_t prefix = 0; prefix <= length; prefix++) {
        const rp_stratum_protocol part = rp_stratum_sniff(bytes, prefix);
        CHECK(!decided || part == whole, "what is decided stays");
        decided = part != RP_STRATUM_PROTOCOL_NEED_MORE;
        CHECK(!decided || part == whole, "a part says what the whole says");
    }
    if (length >= CHECK_SNIFF && rp_stratum_scan(&request, bytes, length) == RP_STRATUM_SCAN_OK) {
        CHECK(whole == RP_STRATUM_PROTOCOL_STRATUM, "a request is stratum");
    }
    if (rp_stratum_proxy_parse(&proxy, bytes, length) == RP_STRATUM_PROXY_OK) {
        CHECK(whole == RP_STRATUM_PROTOCOL_PROXY, "a header is sniffed as one");
    }
    if (whole == RP_STRATUM_PROTOCOL_TLS) {
        CHECK(bytes[0] == 0x16, "TLS begins with a handshake");
    }
    return NULL;
}

const char *rp_check_sniff(const uint8_t *bytes, size_t length) {
    return on_copy(check_first_bytes, bytes, length);
}
