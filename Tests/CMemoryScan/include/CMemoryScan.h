/* CMemoryScan: looks for a secret in the memory of its own process, for tests that it was wiped. */
#ifndef RP_CMEMORYSCAN_H
#define RP_CMEMORYSCAN_H

#include <stddef.h>
#include <stdint.h>

/* How often the 32 bytes masked32[i] ^ mask stand in the process's writable memory, as they are or
 * reversed (as little-endian limbs hold a number); -1 if the memory cannot be read. The caller
 * keeps the bytes masked, so that it does not find itself. Mappings beyond 1 GiB are left out: they
 * are reservations, such as a sanitizer's shadow. */
int rp_memory_scan(const uint8_t *masked32, uint8_t mask);

#endif
