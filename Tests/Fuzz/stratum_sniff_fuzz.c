/* libFuzzer entry: rp_check_sniff (CStratumChecks.h) on any bytes. */
#include "CStratumChecks/checks.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (rp_check_sniff(data, size) != NULL) {
        abort();
    }
    return 0;
}
