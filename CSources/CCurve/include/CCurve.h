/*
 * CCurve: keys and signatures on secp256k1, over libsecp256k1 0.2.0.
 *
 * Rules
 *  - No function here aborts, whatever bytes it is given: what libsecp256k1 calls an illegal
 *    argument becomes `false`.
 *  - A secret key lives in one page of its own that is locked in memory where the system allows it,
 *    kept out of core dumps and of forked children, and wiped before it is given back. Nothing here
 *    writes a secret anywhere else, the stack's residue is wiped, and time does not depend on
 *    secrets (libsecp256k1's promise).
 *  - Nothing here draws randomness: seeds, secrets and auxiliary randomness are arguments.
 *  - Numbers are 32 bytes, most significant first. Keys are x-only (BIP340).
 *  - A context and a key are only read by functions that take them as const; such calls may run on
 *    several threads at once. Outputs may not overlap inputs.
 */
#ifndef RP_CCURVE_H
#define RP_CCURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#define RP_CURVE_NULLABLE _Nullable
#else
#define RP_CURVE_NULLABLE
#endif
#define RP_CURVE_NODISCARD __attribute__((warn_unused_result))

/* ---- context ---------------------------------------------------------------------------------
 */

/* What libsecp256k1 needs at every call. Opaque. */
typedef struct rp_curve rp_curve;

/* A context; NULL without memory. `seed32`, 32 random bytes, blinds the arithmetic on secrets
 * against side channels; without a seed the context is for public data only. */
RP_CURVE_NODISCARD rp_curve *RP_CURVE_NULLABLE
rp_curve_open(const uint8_t *RP_CURVE_NULLABLE seed32);

/* Wipes and frees a context. */
void rp_curve_close(rp_curve *curve);

/* ---- public data -----------------------------------------------------------------------------
 */

/* Whether `key32` is the x coordinate of a point of the curve. */
bool rp_curve_is_key(const rp_curve *curve, const uint8_t *key32);

/* Whether `signature64` is `key32`'s BIP340 signature of the `length` bytes of `message`. */
bool rp_curve_verify(const rp_curve *curve, const uint8_t *signature64,
                     const uint8_t *RP_CURVE_NULLABLE message, size_t length, const uint8_t *key32);

/* out32 = x(lift_x(key32) + tweak32 * G), and whether its y is odd (BIP341). False, outputs
 * unspecified, if `key32` is no key, `tweak32` is not below the order, or the sum is infinity. */
RP_CURVE_NODISCARD bool rp_curve_add_tweak(const rp_curve *curve, uint8_t *out32, bool *out_odd,
                                           const uint8_t *key32, const uint8_t *tweak32);

/* ---- secret keys -----------------------------------------------------------------------------
 */

/* A secret key, or room for one, in a page of its own. Opaque. */
typedef struct rp_curve_key rp_curve_key;

/* Room for a secret key, all zero; NULL if the system gives no page. */
RP_CURVE_NODISCARD rp_curve_key *RP_CURVE_NULLABLE rp_curve_key_open(void);

/* Wipes key and buffer; the page stays for another key. */
void rp_curve_key_wipe(rp_curve_key *key);

/* Wipes the page and gives it back. */
void rp_curve_key_close(rp_curve_key *key);

/* Whether the system locked the page, so that it never reaches a swap file. */
bool rp_curve_key_is_locked(const rp_curve_key *key);

/* The 32 bytes inside the page where a caller writes a secret for rp_curve_key_load, or finds one
 * after rp_curve_key_copy_secret. Valid until the key is closed. */
uint8_t *rp_curve_key_buffer32(rp_curve_key *key);

/* Makes the number in the buffer the key, and wipes the buffer. False, and no key, unless the
 * number is within 1 ..< n. */
RP_CURVE_NODISCARD bool rp_curve_key_load(const rp_curve *curve, rp_curve_key *key);

/* Writes the secret of `key` into the buffer of `out`, another page. False if there is no key. */
RP_CURVE_NODISCARD bool rp_curve_key_copy_secret(const rp_curve *curve, rp_curve_key *out,
                                                 const rp_curve_key *key);

/* out32 = the x-only public key. False if there is no key. */
RP_CURVE_NODISCARD bool rp_curve_key_public(const rp_curve *curve, uint8_t *out32,
                                            const rp_curve_key *key);

/* Makes `out` the key that spends by the key path of the output whose key is
 * rp_curve_add_tweak(public key, tweak32) (BIP341). False, and no key in `out`, if there is none in
 * `key`, `tweak32` is not below the order, or the sum is zero. */
RP_CURVE_NODISCARD bool rp_curve_key_add_tweak(const rp_curve *curve, rp_curve_key *out,
                                               const rp_curve_key *key, const uint8_t *tweak32);

/* Signs the `length` bytes of `message` as BIP340 says, with 32 bytes of auxiliary randomness. The
 * signature is checked before it is given out, so that a fault of the hardware cannot reveal the
 * secret. False, and zeros, if there is no key or the check fails. */
RP_CURVE_NODISCARD bool rp_curve_key_sign(const rp_curve *curve, uint8_t *out64,
                                          const uint8_t *RP_CURVE_NULLABLE message, size_t length,
                                          const rp_curve_key *key, const uint8_t *auxiliary32);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
