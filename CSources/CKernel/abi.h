/*
 * The functions of libbitcoinkernel that CKernel calls, as their C API declares them, in a table
 * that rp_kernel_load fills. Taken from the bindings that come with the pinned library.
 *
 * Ownership, which the types do not show: what _create, _copy, block_get_hash and block_read
 * return is the caller's to destroy; what other _get functions return is a view.
 */
#ifndef RP_KERNEL_ABI_H
#define RP_KERNEL_ABI_H

#include "CKernel.h"

typedef struct btck_Block btck_Block;
typedef struct btck_BlockHash btck_BlockHash;
typedef struct btck_BlockTreeEntry btck_BlockTreeEntry;
typedef struct btck_BlockValidationState btck_BlockValidationState;
typedef struct btck_Chain btck_Chain;
typedef struct btck_ChainParameters btck_ChainParameters;
typedef struct btck_ChainstateManager btck_ChainstateManager;
typedef struct btck_ChainstateManagerOptions btck_ChainstateManagerOptions;
typedef struct btck_Context btck_Context;
typedef struct btck_ContextOptions btck_ContextOptions;
typedef struct btck_LoggingConnection btck_LoggingConnection;
typedef struct btck_PrecomputedTransactionData btck_PrecomputedTransactionData;
typedef struct btck_ScriptPubkey btck_ScriptPubkey;
typedef struct btck_Transaction btck_Transaction;
typedef struct btck_TransactionOutput btck_TransactionOutput;

typedef void (*btck_DestroyCallback)(void *user_data);
typedef void (*btck_LogCallback)(void *user_data, const char *message, size_t length);
typedef int (*btck_WriteBytes)(const void *bytes, size_t length, void *user_data);
typedef void (*btck_BlockChecked)(void *user_data, btck_Block *block,
                                  const btck_BlockValidationState *state);
typedef void (*btck_BlockEvent)(void *user_data, btck_Block *block,
                                const btck_BlockTreeEntry *entry);

typedef struct btck_ValidationInterfaceCallbacks {
    void *user_data;
    btck_DestroyCallback user_data_destroy;
    btck_BlockChecked block_checked;
    btck_BlockEvent pow_valid_block;
    btck_BlockEvent block_connected;
    btck_BlockEvent block_disconnected;
} btck_ValidationInterfaceCallbacks;

/* Values of the library's enumerations. */
enum {
    BTCK_CHAIN_TYPE_REGTEST = 4,
    BTCK_LOG_CATEGORY_ALL = 0,
    BTCK_LOG_CATEGORY_VALIDATION = 9,
    BTCK_LOG_LEVEL_DEBUG = 1,
    BTCK_VALIDATION_MODE_VALID = 0,
    BTCK_VALIDATION_MODE_INVALID = 1,
    /* P2SH, DERSIG, NULLDUMMY, CHECKLOCKTIMEVERIFY, CHECKSEQUENCEVERIFY, WITNESS, TAPROOT */
    BTCK_SCRIPT_FLAGS_ALL = 1 << 0 | 1 << 2 | 1 << 4 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 17,
};

/* X(returned type, name without btck_, parameters) */
#define RP_KERNEL_FUNCTIONS(X)                                                                     \
    X(btck_Block *, block_create, (const void *, size_t))                                          \
    X(void, block_destroy, (btck_Block *))                                                         \
    X(btck_BlockHash *, block_get_hash, (const btck_Block *))                                      \
    X(int, block_to_bytes, (const btck_Block *, btck_WriteBytes, void *))                          \
    X(btck_Block *, block_read, (const btck_ChainstateManager *, const btck_BlockTreeEntry *))     \
    X(btck_BlockHash *, block_hash_create, (const unsigned char *))                                \
    X(void, block_hash_destroy, (btck_BlockHash *))                                                \
    X(void, block_hash_to_bytes, (const btck_BlockHash *, unsigned char *))                        \
    X(const btck_BlockHash *, block_tree_entry_get_block_hash, (const btck_BlockTreeEntry *))      \
    X(uint32_t, block_validation_state_get_block_validation_result,                                \
      (const btck_BlockValidationState *))                                                         \
    X(uint8_t, block_validation_state_get_validation_mode, (const btck_BlockValidationState *))    \
    X(const btck_BlockTreeEntry *, chain_get_by_height, (const btck_Chain *, int32_t))             \
    X(int32_t, chain_get_height, (const btck_Chain *))                                             \
    X(btck_ChainParameters *, chain_parameters_create, (uint8_t))                                  \
    X(void, chain_parameters_destroy, (btck_ChainParameters *))                                    \
    X(btck_ChainstateManager *, chainstate_manager_create,                                         \
      (const btck_ChainstateManagerOptions *))                                                     \
    X(void, chainstate_manager_destroy, (btck_ChainstateManager *))                                \
    X(const btck_Chain *, chainstate_manager_get_active_chain, (const btck_ChainstateManager *))   \
    X(const btck_BlockTreeEntry *, chainstate_manager_get_block_tree_entry_by_hash,                \
      (const btck_ChainstateManager *, const btck_BlockHash *))                                    \
    X(btck_ChainstateManagerOptions *, chainstate_manager_options_create,                          \
      (const btck_Context *, const char *, size_t, const char *, size_t))                          \
    X(void, chainstate_manager_options_destroy, (btck_ChainstateManagerOptions *))                 \
    X(void, chainstate_manager_options_set_worker_threads_num,                                     \
      (btck_ChainstateManagerOptions *, int))                                                      \
    X(void, chainstate_manager_options_update_block_tree_db_in_memory,                             \
      (btck_ChainstateManagerOptions *, int))                                                      \
    X(void, chainstate_manager_options_update_chainstate_db_in_memory,                             \
      (btck_ChainstateManagerOptions *, int))                                                      \
    X(int, chainstate_manager_process_block,                                                       \
      (btck_ChainstateManager *, const btck_Block *, int *))                                       \
    X(btck_Context *, context_create, (const btck_ContextOptions *))                               \
    X(void, context_destroy, (btck_Context *))                                                     \
    X(btck_ContextOptions *, context_options_create, (void))                                       \
    X(void, context_options_destroy, (btck_ContextOptions *))                                      \
    X(void, context_options_set_chainparams,                                                       \
      (btck_ContextOptions *, const btck_ChainParameters *))                                       \
    X(void, context_options_set_validation_interface,                                              \
      (btck_ContextOptions *, btck_ValidationInterfaceCallbacks))                                  \
    X(btck_LoggingConnection *, logging_connection_create,                                         \
      (btck_LogCallback, void *, btck_DestroyCallback))                                            \
    X(void, logging_connection_destroy, (btck_LoggingConnection *))                                \
    X(void, logging_enable_category, (uint8_t))                                                    \
    X(void, logging_set_level_category, (uint8_t, uint8_t))                                        \
    X(btck_PrecomputedTransactionData *, precomputed_transaction_data_create,                      \
      (const btck_Transaction *, const btck_TransactionOutput **, size_t))                         \
    X(void, precomputed_transaction_data_destroy, (btck_PrecomputedTransactionData *))             \
    X(btck_ScriptPubkey *, script_pubkey_create, (const void *, size_t))                           \
    X(void, script_pubkey_destroy, (btck_ScriptPubkey *))                                          \
    X(int, script_pubkey_verify,                                                                   \
      (const btck_ScriptPubkey *, int64_t, const btck_Transaction *,                               \
       const btck_PrecomputedTransactionData *, uint32_t, uint32_t, uint8_t *))                    \
    X(size_t, transaction_count_inputs, (const btck_Transaction *))                                \
    X(btck_Transaction *, transaction_create, (const void *, size_t))                              \
    X(void, transaction_destroy, (btck_Transaction *))                                             \
    X(btck_TransactionOutput *, transaction_output_create, (const btck_ScriptPubkey *, int64_t))   \
    X(int64_t, transaction_output_get_amount, (const btck_TransactionOutput *))                    \
    X(const btck_ScriptPubkey *, transaction_output_get_script_pubkey,                             \
      (const btck_TransactionOutput *))                                                            \
    X(void, transaction_output_destroy, (btck_TransactionOutput *))

struct rp_kernel_library {
#define RP_KERNEL_FIELD(returned, name, parameters) returned(*name) parameters;
    RP_KERNEL_FUNCTIONS(RP_KERNEL_FIELD)
#undef RP_KERNEL_FIELD
};

#endif
