/* memmem is a GNU extension. */
#define _GNU_SOURCE
#include "abi.h"

#include <pthread.h>
#include <string.h>

/*
 * What the library says while it judges one block. The log is one for the process and its lines
 * come from any thread that logs, so a lock guards the fields and the block's hash tells the
 * lines apart.
 */
typedef struct observer {
    pthread_mutex_t lock;
    uint8_t hash32[32];
    char hash_hex[65]; /* display order, as the log has it */
    bool is_watching;
    bool was_checked;
    uint8_t mode;
    uint32_t result;
    char reason[RP_KERNEL_REASON_CAPACITY];
} observer;

struct rp_kernel_chain {
    const rp_kernel_library *library;
    btck_LoggingConnection *log;
    btck_Context *context;
    btck_ChainstateManager *manager;
    observer observer;
};

size_t rp_kernel_chain_size(void) {
    return sizeof(rp_kernel_chain);
}

/* Takes a refusal's reason from a line "... BlockChecked: block hash=<hex> state=<reason>, ...". */
static void read_log(void *user_data, const char *message, size_t length) {
    static const char mark[] = "BlockChecked: block hash=";
    static const char state[] = " state=";
    observer *observer = user_data;
    const char *end = message + length;
    const char *found = memmem(message, length, mark, sizeof mark - 1);
    if (found == NULL) {
        return;
    }
    const char *hash = found + sizeof mark - 1;
    if ((size_t)(end - hash) < 64 + sizeof state - 1 ||
        memcmp(hash + 64, state, sizeof state - 1) != 0) {
        return;
    }
    const char *reason = hash + 64 + sizeof state - 1;
    size_t count = 0;
    while (reason + count < end && reason[count] != ',' && reason[count] != '\n' &&
           count < RP_KERNEL_REASON_CAPACITY - 1) {
        count++;
    }
    pthread_mutex_lock(&observer->lock);
    if (observer->is_watching && memcmp(hash, observer->hash_hex, 64) == 0) {
        memcpy(observer->reason, reason, count);
        observer->reason[count] = '\0';
    }
    pthread_mutex_unlock(&observer->lock);
}

static void block_hash(const rp_kernel_library *library, const btck_Block *block, uint8_t *out32) {
    btck_BlockHash *hash = library->block_get_hash(block);
    library->block_hash_to_bytes(hash, out32);
    library->block_hash_destroy(hash);
}

static void block_checked(void *user_data, btck_Block *block,
                          const btck_BlockValidationState *state) {
    rp_kernel_chain *chain = user_data;
    const rp_kernel_library *library = chain->library;
    uint8_t hash32[32];
    block_hash(library, block, hash32);
    library->block_destroy(block);
    observer *observer = &chain->observer;
    pthread_mutex_lock(&observer->lock);
    if (observer->is_watching && memcmp(hash32, observer->hash32, sizeof hash32) == 0) {
        observer->was_checked = true;
        observer->mode = library->block_validation_state_get_validation_mode(state);
        observer->result = library->block_validation_state_get_block_validation_result(state);
    }
    pthread_mutex_unlock(&observer->lock);
}

static btck_Context *make_context(rp_kernel_chain *chain) {
    const rp_kernel_library *library = chain->library;
    btck_ChainParameters *parameters = library->chain_parameters_create(BTCK_CHAIN_TYPE_REGTEST);
    btck_ContextOptions *options = library->context_options_create();
    btck_Context *context = NULL;
    if (parameters != NULL && options != NULL) {
        library->context_options_set_chainparams(options, parameters);
        library->context_options_set_validation_interface(
            options, (btck_ValidationInterfaceCallbacks){.user_data = chain,
                                                         .block_checked = block_checked});
        context = library->context_create(options);
    }
    library->context_options_destroy(options);
    library->chain_parameters_destroy(parameters);
    return context;
}

static btck_ChainstateManager *make_manager(rp_kernel_chain *chain, const char *directory) {
    const rp_kernel_library *library = chain->library;
    size_t length = strlen(directory);
    btck_ChainstateManagerOptions *options = library->chainstate_manager_options_create(
        chain->context, directory, length, directory, length);
    if (options == NULL) {
        return NULL;
    }
    library->chainstate_manager_options_set_worker_threads_num(options, 0);
    library->chainstate_manager_options_update_block_tree_db_in_memory(options, 1);
    library->chainstate_manager_options_update_chainstate_db_in_memory(options, 1);
    btck_ChainstateManager *manager = library->chainstate_manager_create(options);
    library->chainstate_manager_options_destroy(options);
    return manager;
}

rp_kernel_status rp_kernel_chain_open(rp_kernel_chain *chain, const rp_kernel_library *library,
                                      const char *directory) {
    memset(chain, 0, sizeof *chain);
    chain->library = library;
    if (pthread_mutex_init(&chain->observer.lock, NULL) != 0) {
        return RP_KERNEL_FAILED;
    }
    chain->log = library->logging_connection_create(read_log, &chain->observer, NULL);
    chain->context = chain->log == NULL ? NULL : make_context(chain);
    chain->manager = chain->context == NULL ? NULL : make_manager(chain, directory);
    if (chain->manager == NULL) {
        rp_kernel_chain_close(chain);
        return RP_KERNEL_FAILED;
    }
    return RP_KERNEL_OK;
}

void rp_kernel_chain_close(rp_kernel_chain *chain) {
    const rp_kernel_library *library = chain->library;
    if (chain->manager != NULL) {
        library->chainstate_manager_destroy(chain->manager);
    }
    if (chain->context != NULL) {
        library->context_destroy(chain->context);
    }
    if (chain->log != NULL) {
        library->logging_connection_destroy(chain->log);
    }
    pthread_mutex_destroy(&chain->observer.lock);
}

static void watch(observer *observer, const uint8_t *hash32) {
    static const char digits[] = "0123456789abcdef";
    pthread_mutex_lock(&observer->lock);
    memcpy(observer->hash32, hash32, 32);
    for (size_t i = 0; i < 32; i++) {
        observer->hash_hex[2 * i] = digits[hash32[31 - i] >> 4];
        observer->hash_hex[2 * i + 1] = digits[hash32[31 - i] & 15];
    }
    observer->is_watching = true;
    observer->was_checked = false;
    observer->mode = BTCK_VALIDATION_MODE_VALID;
    observer->result = 0;
    observer->reason[0] = '\0';
    pthread_mutex_unlock(&observer->lock);
}

/* Ends the watch and turns what was seen into an outcome. */
static void conclude(observer *observer, bool was_taken, bool is_new, rp_kernel_outcome *outcome) {
    pthread_mutex_lock(&observer->lock);
    observer->is_watching = false;
    bool is_invalid = observer->was_checked && observer->mode == BTCK_VALIDATION_MODE_INVALID;
    bool is_valid = observer->was_checked && observer->mode == BTCK_VALIDATION_MODE_VALID;
    if (is_invalid) {
        outcome->verdict = RP_KERNEL_REFUSED;
        outcome->result = observer->result;
        memcpy(outcome->reason, observer->reason, sizeof outcome->reason);
    } else if (!was_taken || (observer->was_checked && !is_valid)) {
        outcome->verdict = RP_KERNEL_BROKEN;
    } else if (!is_new) {
        outcome->verdict = RP_KERNEL_KNOWN;
    } else {
        outcome->verdict = is_valid ? RP_KERNEL_CONNECTED : RP_KERNEL_STORED;
    }
    pthread_mutex_unlock(&observer->lock);
}

void rp_kernel_chain_process(rp_kernel_chain *chain, const uint8_t *bytes, size_t length,
                             rp_kernel_outcome *outcome) {
    const rp_kernel_library *library = chain->library;
    memset(outcome, 0, sizeof *outcome);
    btck_Block *block = library->block_create(bytes, length);
    if (block == NULL) {
        outcome->verdict = RP_KERNEL_UNREADABLE;
        return;
    }
    uint8_t hash32[32];
    block_hash(library, block, hash32);
    watch(&chain->observer, hash32);
    int is_new = 0;
    int status = library->chainstate_manager_process_block(chain->manager, block, &is_new);
    library->block_destroy(block);
    conclude(&chain->observer, status == 0, is_new != 0, outcome);
}

int32_t rp_kernel_chain_height(const rp_kernel_chain *chain) {
    const rp_kernel_library *library = chain->library;
    return library->chain_get_height(library->chainstate_manager_get_active_chain(chain->manager));
}

bool rp_kernel_chain_hash(const rp_kernel_chain *chain, int32_t height, uint8_t *out32) {
    const rp_kernel_library *library = chain->library;
    const btck_Chain *active = library->chainstate_manager_get_active_chain(chain->manager);
    if (height < 0 || height > library->chain_get_height(active)) {
        return false;
    }
    const btck_BlockTreeEntry *entry = library->chain_get_by_height(active, height);
    library->block_hash_to_bytes(library->block_tree_entry_get_block_hash(entry), out32);
    return true;
}

/* Where a block being read is written to. */
typedef struct sink {
    uint8_t *out;
    size_t capacity;
    size_t length;
} sink;

static int write_bytes(const void *bytes, size_t length, void *user_data) {
    sink *sink = user_data;
    if (length > sink->capacity - sink->length) {
        return -1;
    }
    memcpy(sink->out + sink->length, bytes, length);
    sink->length += length;
    return 0;
}

size_t rp_kernel_chain_read(const rp_kernel_chain *chain, const uint8_t *hash32, uint8_t *out,
                            size_t capacity) {
    const rp_kernel_library *library = chain->library;
    btck_BlockHash *hash = library->block_hash_create(hash32);
    if (hash == NULL) {
        return 0;
    }
    const btck_BlockTreeEntry *entry =
        library->chainstate_manager_get_block_tree_entry_by_hash(chain->manager, hash);
    library->block_hash_destroy(hash);
    btck_Block *block = entry == NULL ? NULL : library->block_read(chain->manager, entry);
    if (block == NULL) {
        return 0;
    }
    sink sink = {.out = out, .capacity = capacity, .length = 0};
    int status = library->block_to_bytes(block, write_bytes, &sink);
    library->block_destroy(block);
    return status == 0 ? sink.length : 0;
}
