/*
 * Targets: 256-bit numbers that a block header's hash, read as a little-endian integer, must not
 * exceed. Exact integers throughout; there is no floating point in a verdict.
 */
#ifndef RP_CSHARES_TARGET_H
#define RP_CSHARES_TARGET_H

#include <CHash.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* A 256-bit number as four 64-bit limbs, least significant first. */
typedef struct rp_share_target {
    uint64_t limbs[4];
} rp_share_target;

/* Bounds of a share level; the difficulty of a level is 2^(level - 64) (docs/protocol/share.md). */
enum { RP_SHARE_LEVEL_MIN = 33, RP_SHARE_LEVEL_MAX = 127 };

/* The target of a share level: 0xFFFF * 2^208 / 2^(level - 64), exactly 0xFFFF * 2^(272 - level).
 * Returns false and leaves *out alone when the level is out of bounds. */
RP_NODISCARD bool rp_share_target_from_level(rp_share_target *out, uint8_t level);

/* The target of a header's nBits (compact form: Bitcoin Core's arith_uint256::SetCompact). Returns
 * false and leaves *out alone for what no block can have: negative, zero, or above 2^256 - 1. */
RP_NODISCARD bool rp_share_target_from_compact(rp_share_target *out, uint32_t compact);

/* Whether a header hash (internal order) meets the target: hash <= target. */
bool rp_share_target_met(const rp_share_target *target, const uint8_t *hash32);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
