/* For madvise and anonymous mappings, which strict C11 hides. */
#define _DEFAULT_SOURCE

#include <string.h>
#include <sys/mman.h>

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "internal.h"

struct rp_curve_key {
    secp256k1_keypair pair;
    uint8_t buffer32[32];
    bool is_loaded;
    bool is_locked;
};

/* libsecp256k1 wants a pointer even where there is no message. */
static const uint8_t nothing;

rp_curve_key *rp_curve_key_open(void) {
    void *page = mmap(NULL, sizeof(rp_curve_key), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return NULL;
    }
    rp_curve_key *key = page;
    /* All three are best effort: limits and kernels differ, and a key must work without them. */
    key->is_locked = mlock(page, sizeof(rp_curve_key)) == 0;
#ifdef MADV_DONTDUMP
    (void)madvise(page, sizeof(rp_curve_key), MADV_DONTDUMP);
#endif
#ifdef MADV_WIPEONFORK
    (void)madvise(page, sizeof(rp_curve_key), MADV_WIPEONFORK);
#endif
    return key;
}

void rp_curve_key_wipe(rp_curve_key *key) {
    rp_curve_wipe(&key->pair, sizeof key->pair);
    rp_curve_wipe(key->buffer32, sizeof key->buffer32);
    key->is_loaded = false;
}

void rp_curve_key_close(rp_curve_key *key) {
    rp_curve_key_wipe(key);
    (void)munmap(key, sizeof *key);
}

bool rp_curve_key_is_locked(const rp_curve_key *key) {
    return key->is_locked;
}

uint8_t *rp_curve_key_buffer32(rp_curve_key *key) {
    return key->buffer32;
}

bool rp_curve_key_load(const rp_curve *curve, rp_curve_key *key) {
    key->is_loaded =
        secp256k1_keypair_create(rp_curve_context(curve), &key->pair, key->buffer32) == 1;
    rp_curve_wipe(key->buffer32, sizeof key->buffer32);
    rp_curve_wipe_stack();
    return key->is_loaded;
}

bool rp_curve_key_copy_secret(const rp_curve *curve, rp_curve_key *out, const rp_curve_key *key) {
    return key->is_loaded &&
           secp256k1_keypair_sec(rp_curve_context(curve), out->buffer32, &key->pair) == 1;
}

bool rp_curve_key_public(const rp_curve *curve, uint8_t *out32, const rp_curve_key *key) {
    const secp256k1_context *context = rp_curve_context(curve);
    secp256k1_xonly_pubkey public_key;
    return key->is_loaded &&
           secp256k1_keypair_xonly_pub(context, &public_key, NULL, &key->pair) == 1 &&
           secp256k1_xonly_pubkey_serialize(context, out32, &public_key) == 1;
}

bool rp_curve_key_add_tweak(const rp_curve *curve, rp_curve_key *out, const rp_curve_key *key,
                            const uint8_t *tweak32) {
    out->is_loaded = false;
    if (!key->is_loaded) {
        return false;
    }
    out->pair = key->pair;
    out->is_loaded =
        secp256k1_keypair_xonly_tweak_add(rp_curve_context(curve), &out->pair, tweak32) == 1;
    if (!out->is_loaded) {
        rp_curve_wipe(&out->pair, sizeof out->pair);
    }
    rp_curve_wipe_stack();
    return out->is_loaded;
}

bool rp_curve_key_sign(const rp_curve *curve, uint8_t *out64, const uint8_t *message, size_t length,
                       const rp_curve_key *key, const uint8_t *auxiliary32) {
    const secp256k1_context *context = rp_curve_context(curve);
    uint8_t randomness[32];
    memcpy(randomness, auxiliary32, sizeof randomness);
    secp256k1_schnorrsig_extraparams extra = {
        .magic = SECP256K1_SCHNORRSIG_EXTRAPARAMS_MAGIC, .noncefp = NULL, .ndata = randomness};
    secp256k1_xonly_pubkey public_key;
    const uint8_t *bytes = length == 0 ? &nothing : message;
    bool is_signed =
        key->is_loaded &&
        secp256k1_schnorrsig_sign_custom(context, out64, bytes, length, &key->pair, &extra) == 1 &&
        secp256k1_keypair_xonly_pub(context, &public_key, NULL, &key->pair) == 1 &&
        secp256k1_schnorrsig_verify(context, out64, bytes, length, &public_key) == 1;
    if (!is_signed) {
        memset(out64, 0, 64);
    }
    rp_curve_wipe(randomness, sizeof randomness);
    rp_curve_wipe_stack();
    return is_signed;
}
