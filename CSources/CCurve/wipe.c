#include <string.h>

#include "internal.h"

/* More than any call of libsecp256k1 takes, with room for the frames of sanitizers. */
enum { RP_CURVE_STACK_RESIDUE = 16 * 1024 };

void rp_curve_wipe(void *memory, size_t size) {
    memset(memory, 0, size);
    /* The memory counts as read here, so the stores before it stay. */
    __asm__ __volatile__("" : : "r"(memory) : "memory");
}

__attribute__((noinline)) void rp_curve_wipe_stack(void) {
    uint8_t residue[RP_CURVE_STACK_RESIDUE];
    rp_curve_wipe(residue, sizeof residue);
}
