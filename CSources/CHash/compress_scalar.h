/* The operations of compress_template.h for one lane in integer registers. */
#define V uint32_t
#define RP_LOAD(p, row) ((p)[row])
#define RP_STORE(p, row, v) ((p)[row] = (v))
#define RP_SET1(x) (x)
#define RP_ADD(x, y) ((x) + (y))
#define RP_XOR(x, y) ((x) ^ (y))
#define RP_XOR3(x, y, z) ((x) ^ (y) ^ (z))
#define RP_ROR(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define RP_SHR(x, n) ((x) >> (n))
#define RP_CH(e, f, g) (((e) & (f)) ^ (~(e) & (g)))
#define RP_MAJ(a, b, c, ab, bc) ((b) ^ ((ab) & (bc)))
#include "compress_template.h"
