/* Hex digits of either case, and nothing else: no sign, no prefix, no white space. */
#include "internal.h"

/* One more than the digit's value; 0 for what is no digit. */
static const uint8_t digit_plus_one[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

uint8_t rp__hex_digit(uint8_t byte) {
    return (uint8_t)(digit_plus_one[byte] - 1);
}

bool rp__hex_decode(uint8_t *out, size_t count, const uint8_t *digits) {
    uint32_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        /* What is no digit wraps around to high bits. */
        const uint32_t high = digit_plus_one[digits[2 * i]] - 1u;
        const uint32_t low = digit_plus_one[digits[2 * i + 1]] - 1u;
        seen |= high | low;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return seen < 16;
}

void rp__hex_encode(uint8_t *out, const uint8_t *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = (uint8_t)digits[bytes[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[bytes[i] & 0x0f];
    }
}
