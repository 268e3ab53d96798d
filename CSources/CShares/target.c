/* Targets from share levels and from nBits, and the comparison. */
#include "internal.h"

/* value * 2^shift; the caller guarantees that it fits. */
static rp_share_target shifted(uint64_t value, uint32_t shift) {
    rp_share_target target = {{0, 0, 0, 0}};
    const uint32_t limb = shift / 64, bit = shift % 64;
    target.limbs[limb] = value << bit;
    if (bit != 0 && limb < 3) {
        target.limbs[limb + 1] = value >> (64 - bit);
    }
    return target;
}

bool rp_share_target_from_level(rp_share_target *out, uint8_t level) {
    if (level < RP_SHARE_LEVEL_MIN || level > RP_SHARE_LEVEL_MAX) {
        return false;
    }
    /* 16 bits shifted by at most 272 - 33 = 239: below 2^255. */
    *out = shifted(0xFFFF, 272u - level);
    return true;
}

bool rp_share_target_from_compact(rp_share_target *out, uint32_t compact) {
    const uint32_t size = compact >> 24, mantissa = compact & 0x007fffff;
    const bool negative = (compact & 0x00800000) != 0;
    const uint32_t value = size <= 3 ? mantissa >> 8 * (3 - size) : mantissa;
    if (value == 0 || negative) {
        return false;
    }
    const uint32_t shift = size <= 3 ? 0 : 8 * (size - 3);
    const uint32_t width = 32 - (uint32_t)__builtin_clz(value);
    if (shift + width > 256) {
        return false;
    }
    *out = shifted(value, shift);
    return true;
}

bool rp_share_target_met(const rp_share_target *target, const uint8_t *hash32) {
    return rp__target_met(target, hash32);
}
