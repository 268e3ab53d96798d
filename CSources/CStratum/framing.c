/* Lines out of a stream; see CStratumFraming.h. */
#include "CStratum.h"

#include <string.h>

_Static_assert(RP_STRATUM_MIN_BUFFER == RP_STRATUM_MAX_LINE + 1,
               "a full buffer holds a complete line or shows that the line is too long");

void rp_stratum_framing_init(rp_stratum_framing *framing) {
    *framing = (rp_stratum_framing){0};
}

size_t rp_stratum_framing_unread(const rp_stratum_framing *framing) {
    return framing->end - framing->start;
}

bool rp_stratum_framing_move(rp_stratum_framing *framing, uint8_t *buffer, size_t capacity) {
    const uint32_t unread = framing->end - framing->start;
    if (capacity < unread || capacity > UINT32_MAX) {
        return false;
    }
    if (unread > 0) {
        memcpy(buffer, framing->buffer + framing->start, unread);
    }
    framing->buffer = buffer;
    framing->capacity = (uint32_t)capacity;
    framing->scanned -= framing->start;
    framing->end = unread;
    framing->start = 0;
    return true;
}

uint8_t *rp_stratum_framing_space(rp_stratum_framing *framing, size_t *length) {
    const uint32_t unread = framing->end - framing->start;
    const bool full_of_part = framing->end == framing->capacity && framing->scanned == framing->end;
    if (framing->start > 0 && (framing->start >= unread || full_of_part)) {
        memmove(framing->buffer, framing->buffer + framing->start, unread);
        framing->scanned -= framing->start;
        framing->end = unread;
        framing->start = 0;
    }
    *length = framing->capacity - framing->end;
    return *length == 0 ? NULL : framing->buffer + framing->end;
}

void rp_stratum_framing_filled(rp_stratum_framing *framing, size_t length) {
    const size_t room = framing->capacity - framing->end;
    framing->end += (uint32_t)(length < room ? length : room);
}

static bool is_blank(const uint8_t *line, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* Finds the \n of the line at `start` and consumes the line; false when it is not there yet. */
static bool take_line(rp_stratum_framing *framing, rp_stratum_slice *line) {
    const uint32_t unscanned = framing->end - framing->scanned;
    const uint8_t *newline = NULL;
    if (unscanned > 0) {
        newline = memchr(framing->buffer + framing->scanned, '\n', unscanned);
    }
    if (newline == NULL) {
        framing->scanned = framing->end;
        return false;
    }
    const uint8_t *start = framing->buffer + framing->start;
    *line = (rp_stratum_slice){start, (size_t)(newline - start)};
    framing->start = (uint32_t)(newline + 1 - framing->buffer);
    framing->scanned = framing->start;
    return true;
}

/* A line without its end is too long already when it holds more than the bound. */
static rp_stratum_line judge_part(rp_stratum_framing *framing) {
    const bool too_long = framing->end - framing->start > RP_STRATUM_MAX_LINE;
    if (framing->discarding || too_long) {
        framing->start = framing->end;
    }
    if (framing->discarding || !too_long) {
        return RP_STRATUM_LINE_NONE;
    }
    framing->discarding = true;
    return RP_STRATUM_LINE_TOO_LONG;
}

rp_stratum_line rp_stratum_framing_next(rp_stratum_framing *framing, rp_stratum_slice *line) {
    rp_stratum_slice found;
    while (take_line(framing, &found)) {
        if (framing->discarding) {
            framing->discarding = false;
            continue;
        }
        if (found.length > RP_STRATUM_MAX_LINE) {
            return RP_STRATUM_LINE_TOO_LONG;
        }
        if (is_blank(found.bytes, found.length)) {
            continue;
        }
        found.length -= found.bytes[found.length - 1] == '\r';
        *line = found;
        return RP_STRATUM_LINE_COMPLETE;
    }
    return judge_part(framing);
}
