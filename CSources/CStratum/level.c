/*
 * Difficulties and levels; see CStratumLevel.h.
 *
 * A decimal is kept as its digits, without leading zeros, and the place of its point. From there
 * only two integers matter. From 1 on, floor(log2 d) = floor(log2 floor(d)). Below 1, the powers of
 * two down to 2^-31 are whole multiples of 10^-31, so d >= 2^-k exactly when
 * floor(d * 10^31) >= 10^31 / 2^k.
 */
#include "internal.h"

typedef unsigned __int128 wide;

enum {
    LEVEL_ONE = 64,         /* the level of difficulty 1 */
    FRACTION_DIGITS = 31,   /* of 2^-31, the lowest level's difficulty */
    INTEGER_DIGITS = 19,    /* 10^19 < 2^64; 10^19 is above 2^63, the highest difficulty */
    MAX_EXPONENT = 1 << 30, /* exponents saturate here, far beyond what digits can offset */
};

_Static_assert(LEVEL_ONE - FRACTION_DIGITS == RP_SHARE_LEVEL_MIN, "2^-31 is the lowest difficulty");
_Static_assert(LEVEL_ONE + 63 == RP_SHARE_LEVEL_MAX, "2^63 is the highest difficulty");

/* digits = those of the mantissa, point and leading zeros included; `point` of the significant ones
 * stand before the decimal point (fewer than none: zeros follow it first). */
typedef struct decimal {
    const uint8_t *digits;
    const uint8_t *end;
    int64_t point;
    bool negative;
} decimal;

static uint8_t clamp(int64_t level, rp_stratum_level_range range) {
    if (level < range.minimum) {
        return range.minimum;
    }
    return level > range.maximum ? range.maximum : (uint8_t)level;
}

static bool is_digit(uint8_t byte) {
    return byte >= '0' && byte <= '9';
}

/* [+-] digits to the end of the text. */
static bool read_exponent(int64_t *exponent, const uint8_t *at, const uint8_t *end) {
    const bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (at == end) {
        return false;
    }
    int64_t value = 0;
    for (; at < end; at++) {
        if (!is_digit(*at)) {
            return false;
        }
        value = value * 10 + (*at - '0');
        value = value > MAX_EXPONENT ? MAX_EXPONENT : value;
    }
    *exponent = negative ? -value : value;
    return true;
}

static bool read_decimal(decimal *out, const uint8_t *at, const uint8_t *end) {
    out->negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    out->digits = at;
    out->point = 0;
    bool pointed = false, significant = false;
    size_t digits = 0;
    for (; at < end && (is_digit(*at) || (*at == '.' && !pointed)); at++) {
        if (*at == '.') {
            pointed = true;
            continue;
        }
        digits++;
        significant = significant || *at != '0';
        out->point += significant && !pointed ? 1 : 0;
        out->point -= !significant && pointed ? 1 : 0;
    }
    out->end = at;
    int64_t exponent = 0;
    if (at < end) {
        if ((*at != 'e' && *at != 'E') || !read_exponent(&exponent, at + 1, end)) {
            return false;
        }
    }
    out->point += exponent;
    return digits > 0;
}

/* The first `count` significant digits as an integer, zeros appended where there are fewer. */
static wide leading_digits(const decimal *number, int64_t count) {
    wide value = 0;
    int64_t taken = 0;
    for (const uint8_t *at = number->digits; at < number->end && taken < count; at++) {
        if (*at != '.' && (taken > 0 || *at != '0')) {
            value = value * 10 + (wide)(*at - '0');
            taken++;
        }
    }
    for (; taken < count; taken++) {
        value *= 10;
    }
    return value;
}

/* Whether all significant digits behind the first `count` are zeros. */
static bool is_zero_behind(const decimal *number, int64_t count) {
    bool significant = false;
    for (const uint8_t *at = number->digits; at < number->end; at++) {
        significant = significant || (*at != '0' && *at != '.');
        if (significant && *at != '.' && --count < 0 && *at != '0') {
            return false;
        }
    }
    return true;
}

/* The level of a positive number, before clamping; beyond either end for what is beyond it. *exact:
 * the number is the level's difficulty, not above it. */
static int64_t level_of(const decimal *number, bool *exact) {
    *exact = false;
    if (number->point > INTEGER_DIGITS) {
        return RP_SHARE_LEVEL_MAX;
    }
    if (number->point > 0) {
        /* Its first digit is not 0, so the integer is at least 1. */
        const uint64_t integer = (uint64_t)leading_digits(number, number->point);
        *exact = (integer & (integer - 1)) == 0 && is_zero_behind(number, number->point);
        return LEVEL_ONE + 63 - __builtin_clzll(integer);
    }
    if (number->point <= -FRACTION_DIGITS) {
        return 0;
    }
    const wide fraction = leading_digits(number, FRACTION_DIGITS + number->point);
    wide power = 1;
    for (int i = 0; i < FRACTION_DIGITS; i++) {
        power *= 10;
    }
    int64_t level = LEVEL_ONE;
    while (fraction < power && level >= RP_SHARE_LEVEL_MIN) {
        power /= 2;
        level--;
    }
    *exact = fraction == power && is_zero_behind(number, FRACTION_DIGITS + number->point);
    return level;
}

static rp_stratum_level_status read_positive(decimal *number, const uint8_t *text, size_t length) {
    if (length == 0 || !read_decimal(number, text, text + length)) {
        return RP_STRATUM_LEVEL_NO_NUMBER;
    }
    return number->negative || is_zero_behind(number, 0) ? RP_STRATUM_LEVEL_NO_DIFFICULTY
                                                         : RP_STRATUM_LEVEL_OK;
}

rp_stratum_level_status rp_stratum_level_from_difficulty(uint8_t *level, const uint8_t *text,
                                                         size_t length,
                                                         rp_stratum_level_range range) {
    decimal number;
    bool exact;
    const rp_stratum_level_status status = read_positive(&number, text, length);
    if (status == RP_STRATUM_LEVEL_OK) {
        *level = clamp(level_of(&number, &exact), range);
    }
    return status;
}

rp_stratum_level_status rp__level_at_least(uint8_t *level, const uint8_t *text, size_t length,
                                           rp_stratum_level_range range) {
    decimal number;
    bool exact;
    const rp_stratum_level_status status = read_positive(&number, text, length);
    if (status == RP_STRATUM_LEVEL_OK) {
        const int64_t below = level_of(&number, &exact);
        *level = clamp(exact ? below : below + 1, range);
    }
    return status;
}

static int compare(const rp_share_target *a, const rp_share_target *b) {
    for (size_t i = 4; i > 0; i--) {
        if (a->limbs[i - 1] != b->limbs[i - 1]) {
            return a->limbs[i - 1] < b->limbs[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

rp_stratum_level_status rp_stratum_level_from_target(uint8_t *level, const uint8_t *digits,
                                                     size_t length, rp_stratum_level_range range) {
    rp_share_target asked = {{0, 0, 0, 0}};
    if (length == 0 || length > 64) {
        return RP_STRATUM_LEVEL_NO_NUMBER;
    }
    for (size_t i = 0; i < length; i++) {
        const uint8_t digit = rp__hex_digit(digits[length - 1 - i]);
        if (digit > 15) {
            return RP_STRATUM_LEVEL_NO_NUMBER;
        }
        asked.limbs[i / 16] |= (uint64_t)digit << 4 * (i % 16);
    }
    if ((asked.limbs[0] | asked.limbs[1] | asked.limbs[2] | asked.limbs[3]) == 0) {
        return RP_STRATUM_LEVEL_NO_DIFFICULTY;
    }
    uint8_t found = RP_SHARE_LEVEL_MAX;
    rp_share_target target;
    while (found > RP_SHARE_LEVEL_MIN && rp_share_target_from_level(&target, found) &&
           compare(&target, &asked) < 0) {
        found--;
    }
    *level = clamp(found, range);
    return RP_STRATUM_LEVEL_OK;
}

rp_stratum_level_status rp_stratum_level_suggested(uint8_t *level,
                                                   const rp_stratum_request *request,
                                                   rp_stratum_level_range range) {
    uint8_t scratch[128];
    const rp_stratum_value *param = &request->params_kept[0];
    rp_stratum_slice text = {param->bytes, param->length};
    if (param->type != RP_STRATUM_NUMBER && !rp__text(&text, scratch, sizeof scratch, param)) {
        return RP_STRATUM_LEVEL_NO_NUMBER;
    }
    if (request->kind == RP_STRATUM_SUGGEST_DIFFICULTY) {
        return rp_stratum_level_from_difficulty(level, text.bytes, text.length, range);
    }
    if (request->kind == RP_STRATUM_SUGGEST_TARGET && param->type == RP_STRATUM_STRING) {
        return rp_stratum_level_from_target(level, text.bytes, text.length, range);
    }
    return RP_STRATUM_LEVEL_NO_NUMBER;
}

bool rp_stratum_level_from_password(uint8_t *level, const uint8_t *password, size_t length,
                                    rp_stratum_level_range range) {
    size_t start = 0;
    while (start < length) {
        size_t end = start;
        while (end < length && password[end] != ',' && password[end] != ';' &&
               password[end] != ' ') {
            end++;
        }
        if (end - start > 2 && password[start] == 'd' && password[start + 1] == '=' &&
            rp_stratum_level_from_difficulty(level, password + start + 2, end - start - 2, range) ==
                RP_STRATUM_LEVEL_OK) {
            return true;
        }
        start = end + 1;
    }
    return false;
}

size_t rp_stratum_level_difficulty(uint8_t *text, uint8_t level) {
    if (level < RP_SHARE_LEVEL_MIN || level > RP_SHARE_LEVEL_MAX) {
        return 0;
    }
    /* 2^-k = 5^k / 10^k: k digits behind the point. */
    const bool whole = level >= LEVEL_ONE;
    const size_t fraction = whole ? 0 : (size_t)(LEVEL_ONE - level);
    wide value = whole ? (wide)1 << (level - LEVEL_ONE) : 1;
    for (size_t i = 0; i < fraction; i++) {
        value *= 5;
    }
    uint8_t reversed[RP_STRATUM_MAX_DIFFICULTY_TEXT];
    size_t count = 0;
    do {
        reversed[count++] = (uint8_t)('0' + (int)(value % 10));
        value /= 10;
    } while (value > 0 || count < fraction);
    size_t length = 0;
    if (!whole) {
        text[length++] = '0';
        text[length++] = '.';
    }
    while (count > 0) {
        text[length++] = reversed[--count];
    }
    return length;
}
