/* Walking through JSON that was validated: values, elements, members. Bounds are checked all the
 * same, so that a caller's mistake ends a walk instead of leaving the line. */
#include "internal.h"

static void skip_space(const uint8_t **at, const uint8_t *end) {
    while (*at < end && rp__json_is_space(**at)) {
        (*at)++;
    }
}

/* From behind the opening quote to the closing one. */
static void skip_string(const uint8_t **at, const uint8_t *end, bool *escaped) {
    while (*at < end && **at != '"') {
        if (**at == '\\' && end - *at > 1) {
            *escaped = true;
            (*at)++;
        }
        (*at)++;
    }
}

static void skip_container(const uint8_t **at, const uint8_t *end) {
    uint32_t depth = 0;
    bool escaped = false;
    while (*at < end) {
        const uint8_t byte = *(*at)++;
        if (byte == '"') {
            skip_string(at, end, &escaped);
            *at += *at < end;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if (byte == '}' || byte == ']') {
            depth--;
            if (depth == 0) {
                return;
            }
        }
    }
}

static void skip_scalar(const uint8_t **at, const uint8_t *end) {
    while (*at < end && **at != ',' && **at != ']' && **at != '}' && !rp__json_is_space(**at)) {
        (*at)++;
    }
}

static rp_stratum_type type_of(uint8_t first) {
    switch (first) {
    case '{':
        return RP_STRATUM_OBJECT;
    case '[':
        return RP_STRATUM_ARRAY;
    case 't':
        return RP_STRATUM_TRUE;
    case 'f':
        return RP_STRATUM_FALSE;
    case 'n':
        return RP_STRATUM_NULL;
    default:
        return RP_STRATUM_NUMBER;
    }
}

rp_stratum_value rp__json_value(const uint8_t **at, const uint8_t *end) {
    rp_stratum_value value = {0};
    skip_space(at, end);
    if (*at == end) {
        return value;
    }
    if (**at == '"') {
        (*at)++;
        value.bytes = *at;
        value.type = RP_STRATUM_STRING;
        skip_string(at, end, &value.escaped);
        value.length = (uint32_t)(*at - value.bytes);
        *at += *at < end;
        return value;
    }
    value.bytes = *at;
    value.type = type_of(**at);
    if (value.type == RP_STRATUM_OBJECT || value.type == RP_STRATUM_ARRAY) {
        skip_container(at, end);
    } else {
        skip_scalar(at, end);
    }
    value.length = (uint32_t)(*at - value.bytes);
    return value;
}

rp__json_cursor rp__json_enter(const rp_stratum_value *container) {
    const bool enters = container->type == RP_STRATUM_ARRAY || container->type == RP_STRATUM_OBJECT;
    if (!enters || container->length < 2) {
        return (rp__json_cursor){container->bytes, container->bytes};
    }
    return (rp__json_cursor){container->bytes + 1, container->bytes + container->length - 1};
}

bool rp__json_next_element(rp__json_cursor *cursor, rp_stratum_value *element) {
    *element = rp__json_value(&cursor->at, cursor->end);
    skip_space(&cursor->at, cursor->end);
    cursor->at += cursor->at < cursor->end; /* the comma */
    return element->type != RP_STRATUM_MISSING;
}

bool rp__json_next_member(rp__json_cursor *cursor, rp_stratum_value *key, rp_stratum_value *value) {
    *key = rp__json_value(&cursor->at, cursor->end);
    if (key->type != RP_STRATUM_STRING) {
        return false;
    }
    skip_space(&cursor->at, cursor->end);
    cursor->at += cursor->at < cursor->end; /* the colon */
    return rp__json_next_element(cursor, value);
}
