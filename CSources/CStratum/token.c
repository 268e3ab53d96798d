/*
 * Resume tokens: extranonce1 and 96 bits of a keyed hash over it. Nothing is kept, so a token is
 * good after a restart, and nobody without the key can make one for another's extranonce1.
 */
#include "server.h"

#include <string.h>

static const uint8_t tag[] = "radpool/resume-token/v1";

void rp__token(const rp_stratum_server *server, uint8_t *token16, uint32_t extranonce1) {
    uint8_t message[36], hash32[32];
    memcpy(message, server->token_key32, 32);
    for (size_t i = 0; i < 4; i++) {
        message[32 + i] = token16[i] = (uint8_t)(extranonce1 >> (24 - 8 * i));
    }
    rp_hash_tagged(&server->engine, hash32, tag, sizeof tag - 1, message, sizeof message);
    memcpy(token16 + 4, hash32, 12);
}

bool rp__token_read(const rp_stratum_server *server, uint32_t *extranonce1,
                    const uint8_t *token16) {
    uint8_t good16[RP_STRATUM_TOKEN_LENGTH];
    *extranonce1 = (uint32_t)token16[0] << 24 | (uint32_t)token16[1] << 16 |
                   (uint32_t)token16[2] << 8 | token16[3];
    rp__token(server, good16, *extranonce1);
    /* All bytes are compared whatever the first ones are: the time tells nothing of the hash. */
    uint8_t difference = 0;
    for (size_t i = 0; i < sizeof good16; i++) {
        difference |= (uint8_t)(good16[i] ^ token16[i]);
    }
    return difference == 0;
}
