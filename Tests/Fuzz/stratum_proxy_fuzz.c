/* libFuzzer entry: rp_check_proxy (CStratumChecks.h) on any bytes. */
#include "CStratumChecks/checks.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (rp_check_proxy(data, size) != NULL) {
        abort();
    }
    return 0;
}
