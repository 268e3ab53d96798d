/* The first bytes of a connection; see CStratumFraming.h. */
#include "CStratum.h"

#include <string.h>

typedef struct opening {
    const char *text;
    size_t length;
    rp_stratum_protocol protocol;
} opening;

#define OPENING(text, protocol) {text, sizeof text - 1, RP_STRATUM_PROTOCOL_##protocol}

/* Before white space is taken for stratum: the signature of PROXY version 2 begins with \r\n. */
static const opening openings[] = {
    OPENING("\r\n\r\n\0\r\nQUIT\n", PROXY),
    OPENING("PROXY ", PROXY),
    OPENING("GET ", HTTP),
    OPENING("POST ", HTTP),
    OPENING("PUT ", HTTP),
    OPENING("HEAD ", HTTP),
    OPENING("DELETE ", HTTP),
    OPENING("OPTIONS ", HTTP),
    OPENING("CONNECT ", HTTP),
    OPENING("PATCH ", HTTP),
    OPENING("TRACE ", HTTP),
    OPENING("PRI ", HTTP),
    OPENING("SSH-", SSH),
};

rp_stratum_protocol rp_stratum_sniff(const uint8_t *bytes, size_t length) {
    if (length == 0) {
        return RP_STRATUM_PROTOCOL_NEED_MORE;
    }
    bool open = false;
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const opening *known = &openings[i];
        const size_t shared = length < known->length ? length : known->length;
        if (memcmp(bytes, known->text, shared) != 0) {
            continue;
        }
        if (shared == known->length) {
            return known->protocol;
        }
        open = true;
    }
    if (open) {
        return RP_STRATUM_PROTOCOL_NEED_MORE;
    }
    switch (bytes[0]) {
    case '{':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return RP_STRATUM_PROTOCOL_STRATUM;
    case 0x16:
        return RP_STRATUM_PROTOCOL_TLS;
    default:
        return RP_STRATUM_PROTOCOL_UNKNOWN;
    }
}
