/*
 * The strict grammar: RFC 8259 and the bounds of CStratumScan.h. Iterative; what would be the call
 * stack of a recursive parser is `containers`, what would be its sets of keys is `keys`, of which
 * an object owns those from its first_key on.
 */
#include "internal.h"

typedef struct container {
    bool is_object;
    uint32_t first_key;
} container;

typedef struct parser {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t depth;
    uint32_t key_count;
    container containers[RP_STRATUM_MAX_DEPTH];
    rp_stratum_value keys[RP_STRATUM_MAX_KEYS];
} parser;

static void skip_space(parser *p) {
    while (p->at < p->end && rp__json_is_space(*p->at)) {
        p->at++;
    }
}

static bool take(parser *p, uint8_t byte) {
    const bool there = p->at < p->end && *p->at == byte;
    p->at += there;
    return there;
}

static bool take_word(parser *p, const char *word) {
    for (; *word != 0; word++) {
        if (!take(p, (uint8_t)*word)) {
            return false;
        }
    }
    return true;
}

static bool take_digits(parser *p) {
    const uint8_t *start = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9') {
        p->at++;
    }
    return p->at > start;
}

static bool take_number(parser *p) {
    take(p, '-');
    if (!take(p, '0') && !take_digits(p)) {
        return false;
    }
    if (take(p, '.') && !take_digits(p)) {
        return false;
    }
    if (take(p, 'e') || take(p, 'E')) {
        if (!take(p, '+')) {
            take(p, '-');
        }
        return take_digits(p);
    }
    return true;
}

static bool take_hex4(parser *p, uint32_t *unit) {
    if (p->end - p->at < 4) {
        return false;
    }
    *unit = 0;
    for (size_t i = 0; i < 4; i++) {
        const uint8_t digit = rp__hex_digit(*p->at++);
        if (digit > 15) {
            return false;
        }
        *unit = *unit << 4 | digit;
    }
    return true;
}

/* What follows a backslash. */
static bool take_escape(parser *p) {
    if (p->at == p->end) {
        return false;
    }
    switch (*p->at++) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return true;
    case 'u':
        break;
    default:
        return false;
    }
    uint32_t unit = 0, low = 0;
    if (!take_hex4(p, &unit) || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return false;
    }
    if (unit < 0xd800 || unit > 0xdbff) {
        return true;
    }
    return take(p, '\\') && take(p, 'u') && take_hex4(p, &low) && low >= 0xdc00 && low <= 0xdfff;
}

/* One character beyond ASCII: shortest form, no surrogate, at most U+10FFFF (RFC 3629). */
static bool take_multibyte(parser *p) {
    const uint8_t lead = *p->at++;
    size_t more = 0;
    uint8_t low = 0x80, high = 0xbf; /* bounds of the second byte */
    if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        low = lead == 0xe0 ? 0xa0 : 0x80;
        high = lead == 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        low = lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xf4 ? 0x8f : 0xbf;
    } else {
        return false;
    }
    for (; more > 0; more--) {
        if (p->at == p->end || *p->at < low || *p->at > high) {
            return false;
        }
        p->at++;
        low = 0x80;
        high = 0xbf;
    }
    return true;
}

static bool take_string(parser *p, rp_stratum_value *string) {
    if (!take(p, '"')) {
        return false;
    }
    *string = (rp_stratum_value){p->at, 0, RP_STRATUM_STRING, false};
    while (p->at < p->end && *p->at != '"') {
        bool good = true;
        if (*p->at == '\\') {
            p->at++;
            string->escaped = true;
            good = take_escape(p);
        } else if (*p->at >= 0x80) {
            good = take_multibyte(p);
        } else {
            good = *p->at++ >= 0x20;
        }
        if (!good) {
            return false;
        }
    }
    string->length = (uint32_t)(p->at - string->bytes);
    return take(p, '"');
}

/* A key, not there before in its object, and the colon behind it. */
static bool take_key(parser *p) {
    rp_stratum_value key;
    skip_space(p);
    if (!take_string(p, &key) || p->key_count == RP_STRATUM_MAX_KEYS) {
        return false;
    }
    for (uint32_t i = p->containers[p->depth - 1].first_key; i < p->key_count; i++) {
        if (rp__json_same_text(&p->keys[i], &key)) {
            return false;
        }
    }
    p->keys[p->key_count++] = key;
    skip_space(p);
    return take(p, ':');
}

/* Opens an array or object. *closed: it is empty and closed already. */
static bool open_container(parser *p, bool is_object, bool *closed) {
    if (p->depth == RP_STRATUM_MAX_DEPTH) {
        return false;
    }
    p->at++;
    skip_space(p);
    *closed = take(p, is_object ? '}' : ']');
    if (*closed) {
        return true;
    }
    p->containers[p->depth++] = (container){is_object, p->key_count};
    return !is_object || take_key(p);
}

/* Reads a scalar, or opens a container. *complete: a whole value has been read. */
static bool take_value(parser *p, bool *complete) {
    rp_stratum_value string;
    skip_space(p);
    *complete = true;
    switch (p->at < p->end ? *p->at : 0) {
    case '{':
        return open_container(p, true, complete);
    case '[':
        return open_container(p, false, complete);
    case '"':
        return take_string(p, &string);
    case 't':
        return take_word(p, "true");
    case 'f':
        return take_word(p, "false");
    case 'n':
        return take_word(p, "null");
    default:
        return take_number(p);
    }
}

/* After a complete value: closes containers up to one that goes on. *more: a value must follow. */
static bool close_containers(parser *p, bool *more) {
    *more = false;
    while (p->depth > 0) {
        const container *open = &p->containers[p->depth - 1];
        skip_space(p);
        if (take(p, ',')) {
            *more = true;
            return !open->is_object || take_key(p);
        }
        if (!take(p, open->is_object ? '}' : ']')) {
            return false;
        }
        p->key_count = open->first_key;
        p->depth--;
    }
    return true;
}

bool rp__json_valid(const uint8_t *bytes, size_t length) {
    if (length == 0 || length > RP_STRATUM_MAX_LINE) {
        return false;
    }
    parser p;
    p.at = bytes;
    p.end = bytes + length;
    p.depth = 0;
    p.key_count = 0;
    bool complete = false, more = true;
    while (more) {
        if (!take_value(&p, &complete)) {
            return false;
        }
        if (complete && !close_containers(&p, &more)) {
            return false;
        }
    }
    skip_space(&p);
    return p.at == p.end;
}
