#include "CHashEmulated.h"

#define RP_SHANI_EMULATION "sha_instructions.h"
#include "kernel_shani.c"

const rp_hash_ops *rp_hash_emulated_ops(rp_hash_kernel kernel) {
#if defined(__x86_64__)
    if (kernel == RP_HASH_SHANI) {
        return &rp__hash_shani_emulated;
    }
    if (kernel == RP_HASH_SHANI_X2) {
        return &rp__hash_shani_x2_emulated;
    }
#else
    (void)kernel;
#endif
    return NULL;
}
