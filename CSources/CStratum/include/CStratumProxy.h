/*
 * CStratumProxy: the PROXY protocol's header, by which a load balancer names the miner's address
 * before the miner's first byte (HAProxy's specification of versions 1 and 2). Whom to believe is
 * the caller's matter; this only reads.
 */
#ifndef RP_CSTRATUM_PROXY_H
#define RP_CSTRATUM_PROXY_H

#include <CShares.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/* Bounds of a header. */
enum {
    RP_STRATUM_MAX_PROXY_V1 = 107, /* bytes with \r\n: the specification's own bound */
    RP_STRATUM_MAX_PROXY_V2 = 536, /* bytes with all extensions: what fits any first segment */
};

/* What became of the bytes. */
typedef enum rp_stratum_proxy_status {
    RP_STRATUM_PROXY_OK = 0,
    RP_STRATUM_PROXY_NEED_MORE = 1, /* the beginning of a header that may be good */
    RP_STRATUM_PROXY_MALFORMED = 2, /* no header, or a wrong one */
    RP_STRATUM_PROXY_TOO_LONG = 3,  /* beyond the bounds */
} rp_stratum_proxy_status;

/* Whose addresses a header names. */
typedef enum rp_stratum_proxy_family {
    RP_STRATUM_PROXY_NONE = 0, /* none that can be used (UNKNOWN, LOCAL, UNSPEC, datagrams, Unix
                                  sockets): those of the connection itself stand */
    RP_STRATUM_PROXY_IPV4 = 4,
    RP_STRATUM_PROXY_IPV6 = 6,
} rp_stratum_proxy_family;

/* A header. Addresses are in network order, 4 or 16 bytes of them; zeros where there are none. */
typedef struct rp_stratum_proxy {
    rp_stratum_proxy_family family;
    uint8_t source[16];
    uint8_t destination[16];
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t length; /* of the header: the miner's first byte follows */
} rp_stratum_proxy;

/* Reads a header at the start of `bytes`. *proxy is set only when OK. NEED_MORE ends at the bounds
 * at the latest. */
RP_NODISCARD rp_stratum_proxy_status rp_stratum_proxy_parse(rp_stratum_proxy *proxy,
                                                            const uint8_t *RP_NULLABLE bytes,
                                                            size_t length);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
