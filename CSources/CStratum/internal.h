/* Private to CStratum: strict JSON without a heap, hex digits, levels. */
#ifndef RP_STRATUM_INTERNAL_H
#define RP_STRATUM_INTERNAL_H

#include "CStratum.h"

/* Whether all of `bytes` is one JSON value within the bounds of CStratumScan.h, with white space
 * around it. Everything below takes text that this function let pass. */
bool rp__json_valid(const uint8_t *bytes, size_t length);

/* Reads the value at *at, white space before it skipped; *at = the byte behind it. */
rp_stratum_value rp__json_value(const uint8_t **at, const uint8_t *end);

/* Goes through an array's elements or an object's members. */
typedef struct rp__json_cursor {
    const uint8_t *at;
    const uint8_t *end;
} rp__json_cursor;

/* Stands before the first element of `container`; of anything but an array or object, at its end.
 */
rp__json_cursor rp__json_enter(const rp_stratum_value *container);

/* The next element of an array. */
bool rp__json_next_element(rp__json_cursor *cursor, rp_stratum_value *element);

/* The next member of an object. */
bool rp__json_next_member(rp__json_cursor *cursor, rp_stratum_value *key, rp_stratum_value *value);

/* Reads one unescaped character of a valid string: its UTF-8 goes to out4, its length is returned.
 */
size_t rp__json_character(uint8_t *out4, const uint8_t **at);

/* Whether two strings are the same text once unescaped. */
bool rp__json_same_text(const rp_stratum_value *a, const rp_stratum_value *b);

/* A string literal as a value. */
#define RP__TEXT(literal) {(const uint8_t *)literal, sizeof literal - 1, RP_STRATUM_STRING, false}

/* Whether a value is a string that reads `text` once unescaped. */
bool rp__json_reads(const rp_stratum_value *value, const char *text);

static inline bool rp__json_is_space(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The value of a hex digit, 0...15; 255 for any other byte. */
uint8_t rp__hex_digit(uint8_t byte);

/* Reads 2 * count hex digits of either case. Returns false, with `out` undefined, when there is any
 * other byte. */
bool rp__hex_decode(uint8_t *out, size_t count, const uint8_t *digits);

/* Writes 2 * count lower case hex digits. */
void rp__hex_encode(uint8_t *out, const uint8_t *bytes, size_t count);

/* The bytes of an unescaped string, or the unescaped text in `out` of `capacity` bytes. Returns
 * false when `value` is no string or does not fit. */
bool rp__text(rp_stratum_slice *text, uint8_t *out, size_t capacity, const rp_stratum_value *value);

/* rp_stratum_level_from_difficulty rounded up: the lowest level whose difficulty is not below the
 * one asked for. */
rp_stratum_level_status rp__level_at_least(uint8_t *level, const uint8_t *text, size_t length,
                                           rp_stratum_level_range range);

#endif
