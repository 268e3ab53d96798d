/*
 * CBaselines: what radpool-bench compares with. Kept honest: the loops do the work named and
 * nothing else, on data that stays in the first-level cache.
 */
#ifndef RP_CBASELINES_H
#define RP_CBASELINES_H

#include <CHash.h>
#include <stddef.h>
#include <stdint.h>

/* CPU time of the calling thread, nanoseconds. */
uint64_t rp_bench_thread_time(void);

/* The limit that share validation is held against: runs a kernel's compressions back to back,
 * `fresh` blocks with a schedule of their own, `digests` padded digests and `scheduled` blocks with
 * a known schedule, `rounds` times over all lanes. Each compression feeds the next, as in a real
 * hash chain. */
void rp_bench_kernel_loop(rp_hash_kernel kernel, size_t fresh, size_t digests, size_t scheduled,
                          size_t rounds);

/* libcrypto's SHA256() over `length` bytes at once, `rounds` times: its bulk speed. */
void rp_bench_libcrypto_bulk(const uint8_t *bytes, size_t length, size_t rounds);

/* A share validated the way it is commonly written: the coinbase assembled, then one-shot SHA256()
 * of libcrypto for every hash. Computes the same header hash as CShares. `coinbase` is changed in
 * place at extranonce_at (12 bytes). */
typedef struct rp_bench_share {
    uint8_t *coinbase;
    size_t coinbase_length;
    size_t extranonce_at;
    const uint8_t *branch32s;
    size_t branch_count;
    uint8_t header80[80]; /* root and nonce are filled in */
} rp_bench_share;

/* out32 = header hash of the share with the given extranonce and nonce. */
void rp_bench_one_shot(rp_bench_share *share, uint8_t *out32, const uint8_t *extranonce12,
                       uint32_t nonce);

#endif
