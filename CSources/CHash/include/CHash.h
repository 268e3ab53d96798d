/*
 * CHash: SHA-256 for mining. Every function here is exact FIPS 180-4 SHA-256; what differs between
 * kernels is only how many independent messages ("lanes") one call advances.
 *
 * Rules
 *  - No heap, no locks, no I/O. All memory belongs to the caller.
 *  - A hash is 32 bytes in the order in which SHA-256 emits them ("internal order"). Bitcoin's
 *    display order is the reverse; that conversion lives in the Swift module Bitcoin, nowhere here.
 *  - The CPU is looked at once, at run time (rp_hash_best). A kernel is used only after a self test
 *    against known answers; one that fails is never chosen.
 *  - Functions may be called from any thread at the same time.
 *  - Input and output may not overlap unless a function says so.
 *  - Time depends on lengths only: no table look-up and no branch depends on message contents.
 */
#ifndef RP_CHASH_H
#define RP_CHASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#define RP_NULLABLE _Nullable
#else
#define RP_NULLABLE
#endif
#define RP_NODISCARD __attribute__((warn_unused_result))

/* The kernels, slowest first within each group. One-lane kernels advance one message; the others
 * advance several independent messages at once. */
typedef enum rp_hash_kernel {
    RP_HASH_PORTABLE = 0,   /* C11, one lane, every CPU */
    RP_HASH_AVX2 = 1,       /* one lane, rounds in integer and schedule in AVX2 registers, x86-64 */
    RP_HASH_SHANI = 2,      /* SHA extensions, one lane, x86-64 */
    RP_HASH_SHANI_X2 = 3,   /* SHA extensions, two lanes interleaved to hide latency, x86-64 */
    RP_HASH_AVX2_X8 = 4,    /* AVX2, 8 lanes, x86-64 */
    RP_HASH_AVX512_X16 = 5, /* AVX-512F, 16 lanes, x86-64 */
} rp_hash_kernel;

/* How many kernels there are; valid kernels are 0 ..< RP_HASH_KERNEL_COUNT. */
enum { RP_HASH_KERNEL_COUNT = 6, RP_HASH_MAX_LANES = 16 };

/* What a kernel request can answer. */
typedef enum rp_hash_status {
    RP_HASH_OK = 0,
    RP_HASH_UNKNOWN_KERNEL = 1,   /* not one of rp_hash_kernel */
    RP_HASH_UNSUPPORTED = 2,      /* this CPU or operating system lacks the instructions */
    RP_HASH_SELF_TEST_FAILED = 3, /* the kernel gave a wrong answer on this machine */
    RP_HASH_WRONG_LANES = 4,      /* a several-lane kernel was named where one lane is needed */
} rp_hash_status;

/* One kernel's functions; opaque here, laid open for C in CHashLanes.h. */
typedef struct rp_hash_ops rp_hash_ops;

/* The pair of kernels that hashing functions use: `single` for one message after the other, `batch`
 * for independent messages. A plain value: copy it freely. Get it from rp_hash_best or
 * rp_hash_force; pointers in it are to static tables and never need freeing. */
typedef struct rp_hash_engine {
    const rp_hash_ops *single;
    const rp_hash_ops *batch;
} rp_hash_engine;

/* The fastest kernels of this CPU that passed their self test. The CPU is asked once per process;
 * later calls are a load. Never fails: the portable kernel is always there. */
rp_hash_engine rp_hash_best(void);

/* An engine of two named kernels, for tests and benchmarks. `single` must be a one-lane kernel.
 * Returns RP_HASH_OK and fills *out, or says why not and leaves *out alone. */
RP_NODISCARD rp_hash_status rp_hash_force(rp_hash_engine *out, rp_hash_kernel single,
                                          rp_hash_kernel batch);

/* Whether `kernel` can run here: RP_HASH_OK, or the reason it cannot. */
RP_NODISCARD rp_hash_status rp_hash_kernel_status(rp_hash_kernel kernel);

/* A kernel's short name, such as "avx512-x16"; "unknown" for a value outside the enum. */
const char *rp_hash_kernel_name(rp_hash_kernel kernel);

/* Lanes a kernel advances per call: 1, 2, 8 or 16; 0 for a value outside the enum. */
uint32_t rp_hash_kernel_lanes(rp_hash_kernel kernel);

/* The kernel that an engine uses for single messages, for reports. */
rp_hash_kernel rp_hash_single_kernel(const rp_hash_engine *engine);

/* The kernel that an engine uses for batches, for reports. */
rp_hash_kernel rp_hash_batch_kernel(const rp_hash_engine *engine);

/* ---- one message ------------------------------------------------------------------------------
 */

/* A hash in progress. Caller-owned; contents are private. At most 2^61 - 1 bytes in total. */
typedef struct rp_hash_stream {
    uint32_t state[8];
    uint8_t pending[64];
    uint64_t length;
    rp_hash_engine engine;
} rp_hash_stream;

/* Starts a hash with `engine`. */
void rp_hash_init(rp_hash_stream *stream, const rp_hash_engine *engine);

/* Appends `length` bytes. */
void rp_hash_update(rp_hash_stream *stream, const uint8_t *RP_NULLABLE bytes, size_t length);

/* Writes SHA-256 of everything appended to out32 and clears the stream; initialise before reuse. */
void rp_hash_final(rp_hash_stream *stream, uint8_t *out32);

/* out32 = SHA-256(bytes). `out32` may lie inside `bytes`. */
void rp_hash_sha256(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *RP_NULLABLE bytes,
                    size_t length);

/* out32 = SHA-256(SHA-256(bytes)), bitcoin's hash of transactions and headers. `out32` may lie
 * inside `bytes`. */
void rp_hash_sha256d(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *RP_NULLABLE bytes,
                     size_t length);

/* BIP340 tagged hash: SHA-256(SHA-256(tag) || SHA-256(tag) || bytes). */
void rp_hash_tagged(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *RP_NULLABLE tag,
                    size_t tag_length, const uint8_t *RP_NULLABLE bytes, size_t length);

/* A stream as rp_hash_tagged has it after the tag, for callers that hash under one tag often: copy
 * the stream, update, final. */
void rp_hash_tagged_init(rp_hash_stream *stream, const rp_hash_engine *engine,
                         const uint8_t *RP_NULLABLE tag, size_t tag_length);

/* ---- block headers and merkle trees -----------------------------------------------------------
 */

/* The SHA-256 state (eight native words) after `block_count` whole 64-byte blocks from the start of
 * a message. */
void rp_hash_midstate(const rp_hash_engine *engine, uint32_t *state8, const uint8_t *blocks,
                      size_t block_count);

/* out32 = double SHA-256 of an 80-byte block header whose first 64 bytes gave `midstate8`; `tail16`
 * is its last 16 bytes: end of the merkle root, ntime, nBits, nonce. */
void rp_hash_header_from_midstate(const rp_hash_engine *engine, uint8_t *out32,
                                  const uint32_t *midstate8, const uint8_t *tail16);

/* out32 = SHA-256d(left32 || right32), one inner node of a merkle tree. The outputs may be one of
 * the inputs. */
void rp_hash_merkle_step(const rp_hash_engine *engine, uint8_t *out32, const uint8_t *left32,
                         const uint8_t *right32);

/* Folds a merkle branch for the leftmost leaf (the coinbase): inout32 becomes
 * SHA-256d(inout32 || branch[i]) for each of `count` 32-byte branch hashes in order. */
void rp_hash_merkle_fold(const rp_hash_engine *engine, uint8_t *inout32,
                         const uint8_t *RP_NULLABLE branch32s, size_t count);

/* One level of a merkle tree over the lanes of the batch kernel: out[i] =
 * SHA-256d(nodes[2i] || nodes[2i+1]) for i < pair_count, 32 bytes each. `out32s` may be `nodes32s`
 * itself. */
void rp_hash_merkle_level(const rp_hash_engine *engine, uint8_t *out32s, const uint8_t *nodes32s,
                          size_t pair_count);

/* Tries nonces first, first + 1, ... (`count` of them, at most to 2^32 - 1) in the last four bytes
 * of `header80`, over the lanes of the batch kernel. Returns true with the first nonce whose double
 * SHA-256 is not above `target32` (both little-endian 256-bit integers) and that hash; false,
 * outputs untouched, if none is. */
RP_NODISCARD bool rp_hash_scan_nonces(const rp_hash_engine *engine, uint32_t *out_nonce,
                                      uint8_t *out_hash32, const uint8_t *header80,
                                      const uint8_t *target32, uint32_t first, uint64_t count);

/* ---- batches ----------------------------------------------------------------------------------
 */

/* out32s[i] = SHA-256 of message i, for `count` messages of `length` bytes each; message i starts
 * at messages + i * stride. Fills the lanes of the batch kernel. Messages may overlap one another;
 * outputs (32 * count bytes) may not overlap messages. */
void rp_hash_sha256_batch(const rp_hash_engine *engine, uint8_t *out32s,
                          const uint8_t *RP_NULLABLE messages, size_t stride, size_t length,
                          size_t count);

/* The same with double SHA-256. */
void rp_hash_sha256d_batch(const rp_hash_engine *engine, uint8_t *out32s,
                           const uint8_t *RP_NULLABLE messages, size_t stride, size_t length,
                           size_t count);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#include "CHashLanes.h"

#endif
