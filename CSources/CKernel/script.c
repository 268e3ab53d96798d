#include "abi.h"

static const btck_TransactionOutput *make_output(const rp_kernel_library *library,
                                                 const uint8_t *bytes,
                                                 const rp_kernel_output *output) {
    btck_ScriptPubkey *script = library->script_pubkey_create(bytes, output->script_length);
    if (script == NULL) {
        return NULL;
    }
    btck_TransactionOutput *made = library->transaction_output_create(script, output->satoshis);
    library->script_pubkey_destroy(script);
    return made;
}

/* Whether one input may spend its output. */
static bool verify_input(const rp_kernel_library *library, const btck_Transaction *transaction,
                         const btck_PrecomputedTransactionData *precomputed, uint32_t input,
                         const btck_TransactionOutput *spent) {
    uint8_t status = 0;
    int verified =
        library->script_pubkey_verify(library->transaction_output_get_script_pubkey(spent),
                                      library->transaction_output_get_amount(spent), transaction,
                                      precomputed, input, BTCK_SCRIPT_FLAGS_ALL, &status);
    return verified == 1 && status == 0;
}

static bool verify_all(const rp_kernel_library *library, const btck_Transaction *transaction,
                       const rp_kernel_spend *spend, size_t *failed_input) {
    const btck_TransactionOutput *outputs[RP_KERNEL_MAX_INPUTS];
    const uint8_t *script = spend->scripts;
    size_t made = 0;
    while (made < spend->spent_count) {
        outputs[made] = make_output(library, script, &spend->spent[made]);
        if (outputs[made] == NULL) {
            break;
        }
        script += spend->spent[made].script_length;
        made++;
    }
    btck_PrecomputedTransactionData *precomputed =
        made < spend->spent_count
            ? NULL
            : library->precomputed_transaction_data_create(transaction, outputs, made);
    bool all = precomputed != NULL;
    for (size_t input = 0; all && input < made; input++) {
        all = verify_input(library, transaction, precomputed, (uint32_t)input, outputs[input]);
        if (!all) {
            *failed_input = input;
        }
    }
    if (precomputed != NULL) {
        library->precomputed_transaction_data_destroy(precomputed);
    }
    for (size_t i = 0; i < made; i++) {
        library->transaction_output_destroy((btck_TransactionOutput *)outputs[i]);
    }
    return all;
}

bool rp_kernel_verify(const rp_kernel_library *library, const rp_kernel_spend *spend,
                      size_t *failed_input) {
    if (spend->spent_count == 0 || spend->spent_count > RP_KERNEL_MAX_INPUTS) {
        return false;
    }
    btck_Transaction *transaction = library->transaction_create(spend->transaction, spend->length);
    if (transaction == NULL) {
        return false;
    }
    bool all = library->transaction_count_inputs(transaction) == spend->spent_count &&
               verify_all(library, transaction, spend, failed_input);
    library->transaction_destroy(transaction);
    return all;
}
