/* What the sources of CCurve share. */
#ifndef RP_CCURVE_INTERNAL_H
#define RP_CCURVE_INTERNAL_H

#include <stddef.h>

#include <secp256k1.h>

#include "CCurve.h"

/* libsecp256k1's context, which is what an rp_curve is. */
static inline const secp256k1_context *rp_curve_context(const rp_curve *curve) {
    return (const secp256k1_context *)curve;
}

/* Sets memory to zero in a way that the compiler cannot leave out. */
void rp_curve_wipe(void *memory, size_t size);

/* Wipes the stack below the caller, where a call that handled a secret has just returned from:
 * libsecp256k1 0.2.0 clears its scalars by stores that a compiler may drop. */
void rp_curve_wipe_stack(void);

#endif
