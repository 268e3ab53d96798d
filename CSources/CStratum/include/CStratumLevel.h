/*
 * CStratumLevel: between difficulties as miners write them and share levels (difficulty
 * 2^(level - 64), CSharesTarget.h). Exact: decimal and hexadecimal text is compared with powers of
 * two digit by digit, nothing is rounded on the way. A difficulty between two levels is that of the
 * lower one, so a miner never gets a harder target than it asked for.
 */
#ifndef RP_CSTRATUM_LEVEL_H
#define RP_CSTRATUM_LEVEL_H

#include "CStratumScan.h"

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* The levels that may be given, both within RP_SHARE_LEVEL_MIN...RP_SHARE_LEVEL_MAX, minimum <=
 * maximum. What is asked for beyond them gets the nearer one. */
typedef struct rp_stratum_level_range {
    uint8_t minimum;
    uint8_t maximum;
} rp_stratum_level_range;

/* Whether a level could be read. */
typedef enum rp_stratum_level_status {
    RP_STRATUM_LEVEL_OK = 0,
    RP_STRATUM_LEVEL_NO_NUMBER = 1,     /* not written as a number (NaN and inf are not) */
    RP_STRATUM_LEVEL_NO_DIFFICULTY = 2, /* zero or negative; a target of zero */
} rp_stratum_level_status;

/* Bytes that a difficulty takes as text at most: "0." and 31 digits. */
enum { RP_STRATUM_MAX_DIFFICULTY_TEXT = 33 };

/* Reads a decimal difficulty: [+-] digits [. digits] [e [+-] digits], with digits at one side of
 * the point at least. Any size and any number of digits are read exactly: 1e400 is beyond the
 * maximum, 1e-400 below the minimum. *level is set only when OK. */
RP_NODISCARD rp_stratum_level_status rp_stratum_level_from_difficulty(
    uint8_t *level, const uint8_t *RP_NULLABLE text, size_t length, rp_stratum_level_range range);

/* Reads a target of 1...64 hex digits, most significant first: the highest level whose target is
 * not below it. *level is set only when OK. */
RP_NODISCARD rp_stratum_level_status rp_stratum_level_from_target(uint8_t *level,
                                                                  const uint8_t *RP_NULLABLE digits,
                                                                  size_t length,
                                                                  rp_stratum_level_range range);

/* The level that a mining.suggest_difficulty (number or string) or mining.suggest_target (string)
 * asks for by its first param. NO_NUMBER for any other request or param. */
RP_NODISCARD rp_stratum_level_status rp_stratum_level_suggested(uint8_t *level,
                                                                const rp_stratum_request *request,
                                                                rp_stratum_level_range range);

/* The level that a password asks for: its options are separated by commas, semicolons or spaces,
 * the first `d=DIFFICULTY` that is a positive number counts, everything else is ignored. Returns
 * whether there is one. */
RP_NODISCARD bool rp_stratum_level_from_password(uint8_t *level,
                                                 const uint8_t *RP_NULLABLE password, size_t length,
                                                 rp_stratum_level_range range);

/* Writes the difficulty of a level as the shortest decimal that is exact: an integer from level 64
 * on, else "0." and digits. Returns the number of bytes written to `text`, which has
 * RP_STRATUM_MAX_DIFFICULTY_TEXT of them; 0 for a level out of bounds. */
RP_NODISCARD size_t rp_stratum_level_difficulty(uint8_t *text, uint8_t level);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
