/*
 * What must hold for any bytes that come from a socket, as checks that fuzzers and ordinary tests
 * share. Each returns NULL, or the name of the property that does not hold. The input is copied to
 * memory of exactly its size, so that the address sanitizer sees a byte read behind it.
 */
#ifndef RP_CSTRATUM_CHECKS_H
#define RP_CSTRATUM_CHECKS_H

#include <stddef.h>
#include <stdint.h>

/* The quick and the strict reader agree; every slice lies in the line; what is echoed and decoded
 * stays within its bounds; a reply to the line is a line that the strict reader takes. */
const char *rp_check_scan(const uint8_t *bytes, size_t length);

/* The first byte says how the rest is cut into reads; the lines are those of one whole read. */
const char *rp_check_framing(const uint8_t *bytes, size_t length);

/* A header's proper prefixes need more, bytes behind it change nothing, and bounds hold. */
const char *rp_check_proxy(const uint8_t *bytes, size_t length);

/* What the first bytes of a connection say does not change with what follows them, is said within
 * 12 bytes, and agrees with the readers of lines and PROXY headers. */
const char *rp_check_sniff(const uint8_t *bytes, size_t length);

#endif
