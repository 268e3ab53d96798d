/*
 * CHashEmulated: the SHA-NI kernels of CHash, compiled with the three SHA-256 instructions written
 * out in C. Only the instructions are replaced; the order of words, the schedule and the
 * interleaving of lanes are the very source that runs on machines with SHA extensions. For tests.
 */
#ifndef RP_CHASH_EMULATED_H
#define RP_CHASH_EMULATED_H

#include "CHash.h"

/* The emulated form of RP_HASH_SHANI or RP_HASH_SHANI_X2, a static table; NULL for every other
 * kernel, and for all of them where the code is not for x86-64. */
const rp_hash_ops *rp_hash_emulated_ops(rp_hash_kernel kernel);

#endif
