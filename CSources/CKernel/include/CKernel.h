/*
 * CKernel: Bitcoin Core's consensus code, loaded at run time. A thin layer over the C API of
 * libbitcoinkernel: only what a regtest node needs, with the library's reference counting, views
 * and callbacks kept on this side.
 *
 * The library is not linked. rp_kernel_load opens it and looks up every function of abi.h; a
 * library of another build may be missing one, or have changed one in ways that nobody can see,
 * which is why the set-up pins its SHA-256.
 *
 * Memory: the caller gives it, of the size that the _size function names and aligned to
 * RP_KERNEL_ALIGN. A library must outlive its chains. Hashes are 32 bytes in internal order.
 * Threads: a chain belongs to one thread at a time; several chains may live side by side.
 */
#ifndef RP_CKERNEL_H
#define RP_CKERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Sizes and bounds. */
enum {
    RP_KERNEL_ALIGN = 16,             /* alignment of all memory handed to CKernel */
    RP_KERNEL_REASON_CAPACITY = 128,  /* bytes of a refusal's reason with its closing zero */
    RP_KERNEL_MESSAGE_CAPACITY = 512, /* bytes of a loader's message with its closing zero */
    RP_KERNEL_MAX_INPUTS = 2440,      /* of a transaction of the standard weight */
    RP_KERNEL_MAX_BLOCK = 4000000,    /* bytes; consensus allows no larger block */
};

/* What a call came to. */
typedef enum rp_kernel_status {
    RP_KERNEL_OK = 0,
    RP_KERNEL_NO_LIBRARY = 1, /* the file cannot be opened as a shared library */
    RP_KERNEL_NO_SYMBOL = 2,  /* the library lacks a function: another ABI */
    RP_KERNEL_FAILED = 3,     /* the library answered with failure */
} rp_kernel_status;

/* What validation made of a block. */
typedef enum rp_kernel_verdict {
    RP_KERNEL_CONNECTED = 0,  /* valid, and part of the best chain when it was judged */
    RP_KERNEL_STORED = 1,     /* kept, not judged in full: it lies on a branch without more work */
    RP_KERNEL_KNOWN = 2,      /* was there before and has not been found invalid */
    RP_KERNEL_REFUSED = 3,    /* breaks a rule */
    RP_KERNEL_UNREADABLE = 4, /* not the serialisation of a block */
    RP_KERNEL_BROKEN = 5,     /* the library could not judge it: an error of disk or memory */
} rp_kernel_verdict;

/* The answer to one block. */
typedef struct rp_kernel_outcome {
    rp_kernel_verdict verdict;
    uint32_t result; /* BlockValidationResult of the library, 0 where it gave none */
    char reason[RP_KERNEL_REASON_CAPACITY]; /* as Bitcoin Core words it; empty: not refused */
} rp_kernel_outcome;

/* The loaded library. Opaque, immutable once loaded, never unloaded. */
typedef struct rp_kernel_library rp_kernel_library;

/* A regtest chain: context, chain state and the observer of its validation. Opaque. */
typedef struct rp_kernel_chain rp_kernel_chain;

/* An output that a transaction spends. */
typedef struct rp_kernel_output {
    int64_t satoshis;
    size_t script_length;
} rp_kernel_output;

/* A transaction and all that it spends. Pointers are read during the call only. */
typedef struct rp_kernel_spend {
    const uint8_t *transaction; /* serialised with witnesses */
    size_t length;
    const rp_kernel_output *spent; /* one for each input, in their order */
    size_t spent_count;            /* 1 ... RP_KERNEL_MAX_INPUTS */
    const uint8_t *scripts;        /* the output scripts one after another */
} rp_kernel_spend;

/* Bytes that a library takes. */
size_t rp_kernel_library_size(void);

/* Bytes that a chain takes. */
size_t rp_kernel_chain_size(void);

/*
 * Opens the library at `path` into `library` and sets up its log, which is one for the process.
 * On failure `message`, of RP_KERNEL_MESSAGE_CAPACITY bytes, says in one line what is wrong: the
 * loader's words, or the missing symbol.
 */
rp_kernel_status rp_kernel_load(rp_kernel_library *library, const char *path, char *message);

/*
 * Opens a new regtest chain whose block files go to `directory`; its databases are in memory, so
 * the directory must hold no blocks of an earlier run. `chain` must not move until it is closed.
 */
rp_kernel_status rp_kernel_chain_open(rp_kernel_chain *chain, const rp_kernel_library *library,
                                      const char *directory);

/* Closes a chain that was opened. */
void rp_kernel_chain_close(rp_kernel_chain *chain);

/* Validates a block in full and, if it makes the best chain, connects it. */
void rp_kernel_chain_process(rp_kernel_chain *chain, const uint8_t *block, size_t length,
                             rp_kernel_outcome *outcome);

/* The height of the best chain's tip; the genesis block has 0. */
int32_t rp_kernel_chain_height(const rp_kernel_chain *chain);

/* out32 = the hash of the best chain's block at `height`; false above the tip or below 0. */
bool rp_kernel_chain_hash(const rp_kernel_chain *chain, int32_t height, uint8_t *out32);

/*
 * Reads the block of a hash, on any branch, into `out` and gives its size in bytes; 0 if the chain
 * has no such block or it takes more than `capacity`.
 */
size_t rp_kernel_chain_read(const rp_kernel_chain *chain, const uint8_t *hash32, uint8_t *out,
                            size_t capacity);

/*
 * Whether every input of a transaction may spend its output by the script rules of a block with
 * all of BIP16, 66, 65, 112, 141, 147, 341. Where one may not, `failed_input` is the first such; it
 * stays as it is where the transaction cannot be parsed or has another number of inputs.
 */
bool rp_kernel_verify(const rp_kernel_library *library, const rp_kernel_spend *spend,
                      size_t *failed_input);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
