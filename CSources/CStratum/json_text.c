/* Texts of JSON strings: unescaping and comparing. Takes only strings that were validated. */
#include "internal.h"

#include <string.h>

static uint32_t read_unit(const uint8_t *digits4) {
    uint32_t unit = 0;
    for (size_t i = 0; i < 4; i++) {
        unit = unit << 4 | rp__hex_digit(digits4[i]);
    }
    return unit;
}

static size_t encode_utf8(uint8_t *out4, uint32_t scalar) {
    if (scalar < 0x80) {
        out4[0] = (uint8_t)scalar;
        return 1;
    }
    if (scalar < 0x800) {
        out4[0] = (uint8_t)(0xc0 | scalar >> 6);
        out4[1] = (uint8_t)(0x80 | (scalar & 0x3f));
        return 2;
    }
    if (scalar < 0x10000) {
        out4[0] = (uint8_t)(0xe0 | scalar >> 12);
        out4[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
        out4[2] = (uint8_t)(0x80 | (scalar & 0x3f));
        return 3;
    }
    out4[0] = (uint8_t)(0xf0 | scalar >> 18);
    out4[1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3f));
    out4[2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
    out4[3] = (uint8_t)(0x80 | (scalar & 0x3f));
    return 4;
}

static uint8_t unescape(uint8_t letter) {
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; /* quote, backslash and slash stand for themselves */
    }
}

size_t rp__json_character(uint8_t *out4, const uint8_t **at) {
    const uint8_t *from = *at;
    if (from[0] != '\\') {
        /* One byte of UTF-8 is enough: texts are compared and copied byte by byte. */
        out4[0] = from[0];
        *at = from + 1;
        return 1;
    }
    if (from[1] != 'u') {
        out4[0] = unescape(from[1]);
        *at = from + 2;
        return 1;
    }
    uint32_t scalar = read_unit(from + 2);
    *at = from + 6;
    if (scalar >= 0xd800 && scalar <= 0xdbff) {
        scalar = 0x10000 + ((scalar - 0xd800) << 10) + (read_unit(from + 8) - 0xdc00);
        *at = from + 12;
    }
    return encode_utf8(out4, scalar);
}

/* Streams a string's unescaped bytes. */
typedef struct reader {
    const uint8_t *at;
    const uint8_t *end;
    uint8_t pending4[4];
    size_t used;
    size_t count;
} reader;

static bool read_byte(reader *from, uint8_t *byte) {
    if (from->used == from->count) {
        if (from->at == from->end) {
            return false;
        }
        from->count = rp__json_character(from->pending4, &from->at);
        from->used = 0;
    }
    *byte = from->pending4[from->used++];
    return true;
}

static reader open_reader(const rp_stratum_value *value) {
    return (reader){value->bytes, value->bytes + value->length, {0}, 0, 0};
}

bool rp__json_same_text(const rp_stratum_value *a, const rp_stratum_value *b) {
    if (!a->escaped && !b->escaped) {
        return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
    }
    reader left = open_reader(a), right = open_reader(b);
    uint8_t from_left = 0, from_right = 0;
    while (read_byte(&left, &from_left)) {
        if (!read_byte(&right, &from_right) || from_left != from_right) {
            return false;
        }
    }
    return !read_byte(&right, &from_right);
}

bool rp__json_reads(const rp_stratum_value *value, const char *text) {
    if (value->type != RP_STRATUM_STRING) {
        return false;
    }
    const rp_stratum_value wanted = {(const uint8_t *)text, (uint32_t)strlen(text),
                                     RP_STRATUM_STRING, false};
    return rp__json_same_text(value, &wanted);
}

bool rp_stratum_decode(uint8_t *out, size_t capacity, size_t *length,
                       const rp_stratum_value *value) {
    *length = 0;
    if (value->type != RP_STRATUM_STRING || (!value->escaped && value->length > capacity)) {
        return false;
    }
    reader from = open_reader(value);
    uint8_t byte = 0;
    size_t count = 0;
    while (read_byte(&from, &byte)) {
        if (count == capacity) {
            return false;
        }
        out[count++] = byte;
    }
    *length = count;
    return true;
}

bool rp__text(rp_stratum_slice *text, uint8_t *out, size_t capacity,
              const rp_stratum_value *value) {
    if (value->type != RP_STRATUM_STRING) {
        return false;
    }
    if (!value->escaped) {
        *text = (rp_stratum_slice){value->bytes, value->length};
        return true;
    }
    text->bytes = out;
    return rp_stratum_decode(out, capacity, &text->length, value);
}
