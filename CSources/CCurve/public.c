#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "internal.h"

/* libsecp256k1 wants a pointer even where there is no message. */
static const uint8_t nothing;

bool rp_curve_is_key(const rp_curve *curve, const uint8_t *key32) {
    secp256k1_xonly_pubkey key;
    return secp256k1_xonly_pubkey_parse(rp_curve_context(curve), &key, key32) == 1;
}

bool rp_curve_verify(const rp_curve *curve, const uint8_t *signature64, const uint8_t *message,
                     size_t length, const uint8_t *key32) {
    const secp256k1_context *context = rp_curve_context(curve);
    secp256k1_xonly_pubkey key;
    return secp256k1_xonly_pubkey_parse(context, &key, key32) == 1 &&
           secp256k1_schnorrsig_verify(context, signature64, length == 0 ? &nothing : message,
                                       length, &key) == 1;
}

bool rp_curve_add_tweak(const rp_curve *curve, uint8_t *out32, bool *out_odd, const uint8_t *key32,
                        const uint8_t *tweak32) {
    const secp256k1_context *context = rp_curve_context(curve);
    secp256k1_xonly_pubkey key;
    secp256k1_pubkey sum;
    secp256k1_xonly_pubkey sum_key;
    int parity = 0;
    if (secp256k1_xonly_pubkey_parse(context, &key, key32) != 1 ||
        secp256k1_xonly_pubkey_tweak_add(context, &sum, &key, tweak32) != 1 ||
        secp256k1_xonly_pubkey_from_pubkey(context, &sum_key, &parity, &sum) != 1) {
        return false;
    }
    *out_odd = parity != 0;
    return secp256k1_xonly_pubkey_serialize(context, out32, &sum_key) == 1;
}
