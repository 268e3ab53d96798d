/* The quick and the strict reader of requests; see CStratumScan.h. */
#include "internal.h"

#include <string.h>

#define METHOD(text, kind) {RP__TEXT(text), kind}

/* The methods, the most frequent first. */
static const struct {
    rp_stratum_value name;
    rp_stratum_kind kind;
} methods[] = {
    METHOD("mining.submit", RP_STRATUM_SUBMIT),
    METHOD("mining.subscribe", RP_STRATUM_SUBSCRIBE),
    METHOD("mining.authorize", RP_STRATUM_AUTHORIZE),
    METHOD("mining.configure", RP_STRATUM_CONFIGURE),
    METHOD("mining.suggest_difficulty", RP_STRATUM_SUGGEST_DIFFICULTY),
    METHOD("mining.suggest_target", RP_STRATUM_SUGGEST_TARGET),
    METHOD("mining.extranonce.subscribe", RP_STRATUM_EXTRANONCE_SUBSCRIBE),
    METHOD("mining.ping", RP_STRATUM_PING),
    METHOD("mining.pong", RP_STRATUM_PONG),
    METHOD("pong", RP_STRATUM_PONG),
    METHOD("mining.capabilities", RP_STRATUM_CAPABILITIES),
};

static rp_stratum_kind kind_of(const rp_stratum_value *method) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (rp__json_same_text(method, &methods[i].name)) {
            return methods[i].kind;
        }
    }
    return RP_STRATUM_UNKNOWN_METHOD;
}

static bool is_absent(const rp_stratum_value *value) {
    return value->type == RP_STRATUM_MISSING || value->type == RP_STRATUM_NULL;
}

/* Judges what has been found in an object of JSON. */
static rp_stratum_scan_status judge(rp_stratum_request *request) {
    const rp_stratum_value *id = &request->id;
    if (id->type == RP_STRATUM_ARRAY || id->type == RP_STRATUM_OBJECT ||
        id->length > RP_STRATUM_MAX_ID) {
        request->id = (rp_stratum_value){0};
        return RP_STRATUM_SCAN_INVALID_REQUEST;
    }
    if (request->method.type == RP_STRATUM_STRING) {
        request->kind = kind_of(&request->method);
        return RP_STRATUM_SCAN_OK;
    }
    const bool answers = !is_absent(&request->result) || !is_absent(&request->error);
    if (!is_absent(&request->method) || !answers) {
        return RP_STRATUM_SCAN_INVALID_REQUEST;
    }
    request->kind = RP_STRATUM_REPLY;
    return RP_STRATUM_SCAN_OK;
}

static void add_param(rp_stratum_request *request, const rp_stratum_value *param) {
    if (request->param_count < RP_STRATUM_MAX_PARAMS) {
        request->params_kept[request->param_count] = *param;
    }
    request->param_count++;
}

static rp_stratum_value *member(rp_stratum_request *request, const rp_stratum_value *key) {
    if (rp__json_reads(key, "id")) {
        return &request->id;
    }
    if (rp__json_reads(key, "method")) {
        return &request->method;
    }
    if (rp__json_reads(key, "params")) {
        return &request->params;
    }
    if (rp__json_reads(key, "result")) {
        return &request->result;
    }
    return rp__json_reads(key, "error") ? &request->error : NULL;
}

rp_stratum_scan_status rp_stratum_scan_strict(rp_stratum_request *request, const uint8_t *line,
                                              size_t length) {
    memset(request, 0, sizeof *request);
    if (!rp__json_valid(line, length)) {
        return RP_STRATUM_SCAN_PARSE_ERROR;
    }
    const uint8_t *at = line;
    const rp_stratum_value root = rp__json_value(&at, line + length);
    if (root.type != RP_STRATUM_OBJECT) {
        return RP_STRATUM_SCAN_INVALID_REQUEST;
    }
    rp_stratum_value key, value;
    rp__json_cursor members = rp__json_enter(&root);
    while (rp__json_next_member(&members, &key, &value)) {
        rp_stratum_value *known = member(request, &key);
        if (known != NULL) {
            *known = value;
        }
    }
    if (request->params.type == RP_STRATUM_ARRAY) {
        rp__json_cursor elements = rp__json_enter(&request->params);
        while (rp__json_next_element(&elements, &value)) {
            add_param(request, &value);
        }
    }
    return judge(request);
}

/* The quick reader's place in the line. `end` is never read. */
typedef struct quick {
    const uint8_t *at;
    const uint8_t *end;
} quick;

static inline uint8_t skip_to(quick *q) {
    while (q->at < q->end && *q->at == ' ') {
        q->at++;
    }
    return q->at < q->end ? *q->at : 0;
}

static inline bool take(quick *q, uint8_t byte) {
    const bool there = skip_to(q) == byte;
    q->at += there;
    return there;
}

#define EACH_BYTE(byte) (0x0101010101010101u * (uint64_t)(byte))

/* The high bit of each byte that is zero; those above the lowest one may be wrong. */
static inline uint64_t zeros(uint64_t bytes) {
    return (bytes - EACH_BYTE(0x01)) & ~bytes & EACH_BYTE(0x80);
}

/* Marks in 8 bytes what ends or complicates a string: a quote, a backslash, a control character,
 * anything beyond ASCII. The lowest mark is right. */
static inline uint64_t marks(uint64_t bytes) {
    const uint64_t controls = (bytes - EACH_BYTE(0x20)) & ~bytes & EACH_BYTE(0x80);
    return controls | zeros(bytes ^ EACH_BYTE('"')) | zeros(bytes ^ EACH_BYTE('\\')) |
           (bytes & EACH_BYTE(0x80));
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest mark is the first byte's");

/* The first byte at or after `at` that marks would mark, or `end`. */
static inline const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end) {
    while (end - at >= 8) {
        uint64_t bytes;
        memcpy(&bytes, at, 8);
        const uint64_t found = marks(bytes);
        if (found != 0) {
            return at + __builtin_ctzll(found) / 8;
        }
        at += 8;
    }
    while (at < end && *at != '"' && *at != '\\' && *at >= 0x20 && *at < 0x80) {
        at++;
    }
    return at;
}

/* A string at its opening quote: ASCII without control characters and backslashes. */
static inline bool take_string(quick *q, rp_stratum_value *value) {
    const uint8_t *at = skip_plain(q->at + 1, q->end);
    if (at == q->end || *at != '"') {
        return false;
    }
    value->bytes = q->at + 1;
    value->length = (uint32_t)(at - value->bytes);
    value->type = RP_STRATUM_STRING;
    value->escaped = false;
    q->at = at + 1;
    return true;
}

/* An integer of the plainest form: 0, or digits that do not begin with 0. */
static bool take_integer(quick *q, rp_stratum_value *value) {
    const uint8_t *at = q->at;
    while (at < q->end && *at >= '0' && *at <= '9') {
        at++;
    }
    const size_t count = (size_t)(at - q->at);
    const bool ends = at < q->end && (*at == ',' || *at == '}' || *at == ']' || *at == ' ');
    if (count == 0 || (count > 1 && *q->at == '0') || !ends) {
        return false;
    }
    *value = (rp_stratum_value){q->at, (uint32_t)count, RP_STRATUM_NUMBER, false};
    q->at = at;
    return true;
}

static inline bool take_scalar(quick *q, rp_stratum_value *value) {
    if (skip_to(q) == '"') {
        return take_string(q, value);
    }
    if (q->end - q->at > 4 && memcmp(q->at, "null", 4) == 0) {
        *value = (rp_stratum_value){q->at, 4, RP_STRATUM_NULL, false};
        q->at += 4;
        return true;
    }
    return take_integer(q, value);
}

static inline bool take_params(quick *q, rp_stratum_request *request) {
    if (skip_to(q) != '[') {
        return false;
    }
    request->params = (rp_stratum_value){q->at, 0, RP_STRATUM_ARRAY, false};
    q->at++;
    if (!take(q, ']')) {
        do {
            rp_stratum_value surplus;
            const bool kept = request->param_count < RP_STRATUM_MAX_PARAMS;
            if (!take_scalar(q, kept ? &request->params_kept[request->param_count] : &surplus)) {
                return false;
            }
            request->param_count++;
        } while (take(q, ','));
        if (!take(q, ']')) {
            return false;
        }
    }
    request->params.length = (uint32_t)(q->at - request->params.bytes);
    return true;
}

/* One member: its key must be id, method or params, and not have been there. */
static inline bool take_member(quick *q, rp_stratum_request *request) {
    rp_stratum_value key;
    if (skip_to(q) != '"' || !take_string(q, &key) || !take(q, ':')) {
        return false;
    }
    if (key.length == 2 && memcmp(key.bytes, "id", 2) == 0) {
        return request->id.type == RP_STRATUM_MISSING && take_scalar(q, &request->id);
    }
    if (key.length != 6) {
        return false;
    }
    if (memcmp(key.bytes, "params", 6) == 0) {
        return request->params.type == RP_STRATUM_MISSING && take_params(q, request);
    }
    return memcmp(key.bytes, "method", 6) == 0 && request->method.type == RP_STRATUM_MISSING &&
           take_scalar(q, &request->method);
}

bool rp_stratum_scan_quick(rp_stratum_request *request, rp_stratum_scan_status *status,
                           const uint8_t *line, size_t length) {
    memset(request, 0, sizeof *request);
    if (length > RP_STRATUM_MAX_LINE) {
        return false;
    }
    quick q = {line, line + length};
    if (!take(&q, '{')) {
        return false;
    }
    do {
        if (!take_member(&q, request)) {
            return false;
        }
    } while (take(&q, ','));
    if (!take(&q, '}') || skip_to(&q) != 0 || q.at != q.end) {
        return false;
    }
    *status = judge(request);
    return true;
}

rp_stratum_scan_status rp_stratum_scan(rp_stratum_request *request, const uint8_t *line,
                                       size_t length) {
    rp_stratum_scan_status status;
    if (rp_stratum_scan_quick(request, &status, line, length)) {
        return status;
    }
    return rp_stratum_scan_strict(request, line, length);
}
