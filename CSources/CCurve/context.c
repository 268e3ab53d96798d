#include <secp256k1.h>

#include "internal.h"

/* libsecp256k1's default aborts the process. Returning lets the call that noticed return 0. */
static void ignore_illegal_argument(const char *message, void *data) {
    (void)message;
    (void)data;
}

rp_curve *rp_curve_open(const uint8_t *seed32) {
    secp256k1_context *context =
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    if (context == NULL) {
        return NULL;
    }
    secp256k1_context_set_illegal_callback(context, ignore_illegal_argument, NULL);
    if (seed32 != NULL && secp256k1_context_randomize(context, seed32) != 1) {
        secp256k1_context_destroy(context);
        return NULL;
    }
    return (rp_curve *)context;
}

void rp_curve_close(rp_curve *curve) {
    secp256k1_context_destroy((secp256k1_context *)curve);
}
