/*
 * CStratumScan: from a line to the slices of a request.
 *
 * Two readers with one answer. The quick one goes once over the line and knows only what miners
 * usually send: an object of `id`, `method` and `params`, each once, strings of printable ASCII
 * without escapes, integers, no nesting below params. Anything else it leaves to the strict one,
 * which takes all of JSON (RFC 8259) within the bounds below. Whatever the quick one takes, the
 * strict one takes with the same result; the tests and a fuzzer hold them to it.
 *
 * Refused: bytes after the object, raw control characters (NUL too), invalid UTF-8, escapes of lone
 * surrogates, a key twice in one object (after unescaping), nesting beyond RP_STRATUM_MAX_DEPTH,
 * more than RP_STRATUM_MAX_KEYS keys of objects that are open at once, numbers outside JSON's
 * grammar.
 */
#ifndef RP_CSTRATUM_SCAN_H
#define RP_CSTRATUM_SCAN_H

#include "CStratumFraming.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bounds of a request. */
enum {
    RP_STRATUM_MAX_ID = 64,    /* bytes of an id as it stands in the line, without quotes */
    RP_STRATUM_MAX_PARAMS = 8, /* params that are kept; further ones are counted only */
    RP_STRATUM_MAX_DEPTH = 16, /* nested arrays and objects, the outermost included */
    RP_STRATUM_MAX_KEYS = 64,  /* keys of all objects that are open at once */
};

/* What a value is. */
typedef enum rp_stratum_type {
    RP_STRATUM_MISSING = 0, /* not in the line */
    RP_STRATUM_NULL = 1,
    RP_STRATUM_FALSE = 2,
    RP_STRATUM_TRUE = 3,
    RP_STRATUM_NUMBER = 4,
    RP_STRATUM_STRING = 5,
    RP_STRATUM_ARRAY = 6,
    RP_STRATUM_OBJECT = 7,
} rp_stratum_type;

/* A value as it stands in the line, borrowed from it. A string's bytes are those between its
 * quotes, still escaped when `escaped`. */
typedef struct rp_stratum_value {
    const uint8_t *RP_NULLABLE bytes;
    uint32_t length;
    rp_stratum_type type;
    bool escaped; /* a string that holds a backslash: read it with rp_stratum_decode */
} rp_stratum_value;

/* What a line asks for. */
typedef enum rp_stratum_kind {
    RP_STRATUM_UNKNOWN_METHOD = 0,
    RP_STRATUM_CONFIGURE = 1,            /* mining.configure */
    RP_STRATUM_SUBSCRIBE = 2,            /* mining.subscribe */
    RP_STRATUM_AUTHORIZE = 3,            /* mining.authorize */
    RP_STRATUM_SUBMIT = 4,               /* mining.submit */
    RP_STRATUM_SUGGEST_DIFFICULTY = 5,   /* mining.suggest_difficulty */
    RP_STRATUM_SUGGEST_TARGET = 6,       /* mining.suggest_target */
    RP_STRATUM_EXTRANONCE_SUBSCRIBE = 7, /* mining.extranonce.subscribe */
    RP_STRATUM_PING = 8,                 /* mining.ping */
    RP_STRATUM_PONG = 9,                 /* mining.pong or pong, sent as a request by some miners */
    RP_STRATUM_CAPABILITIES = 10,        /* mining.capabilities */
    RP_STRATUM_REPLY = 11,               /* no method: an answer to a request of ours */
} rp_stratum_kind;

/* A line's request. Everything borrows from the line. */
typedef struct rp_stratum_request {
    rp_stratum_kind kind;
    rp_stratum_value id; /* missing, null, boolean, number or string */
    rp_stratum_value method;
    rp_stratum_value params; /* of any type */
    uint32_t param_count;    /* elements of params, those beyond the kept ones counted too */
    rp_stratum_value params_kept[RP_STRATUM_MAX_PARAMS];
    rp_stratum_value result; /* of a reply */
    rp_stratum_value error;  /* of a reply */
} rp_stratum_request;

/* What became of a line. */
typedef enum rp_stratum_scan_status {
    RP_STRATUM_SCAN_OK = 0,
    RP_STRATUM_SCAN_PARSE_ERROR = 1, /* not JSON within the bounds: -32700; the request is empty */
    /* -32600: JSON, but not an object, an id that is an array, an object or too long, a method that
     * is no string, or neither a method nor a reply. An id that may be echoed is set. */
    RP_STRATUM_SCAN_INVALID_REQUEST = 2,
} rp_stratum_scan_status;

/* Reads a line (without its end): the quick reader, then, where that one cannot tell, the strict
 * one. *request is always filled, with missing values where there are none. */
RP_NODISCARD rp_stratum_scan_status rp_stratum_scan(rp_stratum_request *request,
                                                    const uint8_t *RP_NULLABLE line, size_t length);

/* The strict reader alone. Same result as rp_stratum_scan, about five times slower. */
RP_NODISCARD rp_stratum_scan_status rp_stratum_scan_strict(rp_stratum_request *request,
                                                           const uint8_t *RP_NULLABLE line,
                                                           size_t length);

/* Whether the quick reader alone can tell what `line` is; used to test that it decides the usual
 * lines. *request and *status are set when it can. */
RP_NODISCARD bool rp_stratum_scan_quick(rp_stratum_request *request, rp_stratum_scan_status *status,
                                        const uint8_t *RP_NULLABLE line, size_t length);

/* Unescapes a string into `out`, as UTF-8. Returns false, with *length = 0, when `value` is no
 * string or its text is longer than `capacity`. */
RP_NODISCARD bool rp_stratum_decode(uint8_t *RP_NULLABLE out, size_t capacity, size_t *length,
                                    const rp_stratum_value *value);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
