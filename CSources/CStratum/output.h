/* Private to CStratum: appending to an output, whole lines or nothing. */
#ifndef RP_STRATUM_OUTPUT_H
#define RP_STRATUM_OUTPUT_H

#include "internal.h"

#include <string.h>

/* A line that is being written. What does not fit is dropped and remembered, so that only the end
 * of a line need be checked. */
typedef struct rp__line {
    rp_stratum_output *output;
    size_t length; /* of the output with the line's part */
    bool fits;
} rp__line;

static inline rp__line rp__line_begin(rp_stratum_output *output) {
    return (rp__line){output, output->length, output->length <= output->capacity};
}

static inline void rp__put(rp__line *line, const void *bytes, size_t length) {
    if (!line->fits || length > line->output->capacity - line->length) {
        line->fits = false;
        return;
    }
    if (length > 0) {
        memcpy(line->output->bytes + line->length, bytes, length);
        line->length += length;
    }
}

/* Puts a string literal. */
#define RP__PUT(line, literal) rp__put(line, literal, sizeof literal - 1)

static inline void rp__put_hex(rp__line *line, const uint8_t *bytes, size_t count) {
    if (!line->fits || 2 * count > line->output->capacity - line->length) {
        line->fits = false;
        return;
    }
    if (count > 0) {
        rp__hex_encode(line->output->bytes + line->length, bytes, count);
        line->length += 2 * count;
    }
}

/* 8 hex digits, the most significant first. */
static inline void rp__put_hex32(rp__line *line, uint32_t value) {
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    rp__put_hex(line, bytes, 4);
}

/* Hands the line to the output if all of it fits. */
static inline bool rp__line_end(rp__line *line) {
    if (line->fits) {
        line->output->length = line->length;
    }
    return line->fits;
}

#endif
