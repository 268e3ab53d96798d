/* PROXY protocol, versions 1 and 2; see CStratumProxy.h. */
#include "CStratum.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                      0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

enum {
    V2_FIXED = 16, /* signature, version and command, family, length */
    V2_IPV4 = 12,  /* two addresses, two ports */
    V2_IPV6 = 36,
    V2_UNIX = 216,
    MAX_ADDRESS_TEXT = 45, /* of the longest IPv6 address */
};

/* Version 1: one line of text. */

/* Takes the word up to a space or the end; false when it is empty or longer than the bound. */
static bool take_word(const uint8_t **at, const uint8_t *end, char *word, size_t bound) {
    size_t count = 0;
    while (*at < end && **at != ' ') {
        if (count == bound) {
            return false;
        }
        word[count++] = (char)*(*at)++;
    }
    word[count] = 0;
    return count > 0;
}

static bool take_space(const uint8_t **at, const uint8_t *end) {
    const bool there = *at < end && **at == ' ';
    *at += there;
    return there;
}

/* 0...65535 without leading zeros. */
static bool take_port(const uint8_t **at, const uint8_t *end, uint16_t *port) {
    char digits[6];
    if (!take_word(at, end, digits, 5) || (digits[0] == '0' && digits[1] != 0)) {
        return false;
    }
    uint32_t value = 0;
    for (const char *digit = digits; *digit != 0; digit++) {
        if (*digit < '0' || *digit > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(*digit - '0');
    }
    *port = (uint16_t)value;
    return value <= UINT16_MAX;
}

static bool take_address(const uint8_t **at, const uint8_t *end, int family, uint8_t *address16) {
    char text[MAX_ADDRESS_TEXT + 1];
    return take_word(at, end, text, MAX_ADDRESS_TEXT) && inet_pton(family, text, address16) == 1;
}

/* The line between "PROXY " and its \r\n. */
static bool read_line(rp_stratum_proxy *out, const uint8_t *at, const uint8_t *end) {
    if (end - at >= 7 && memcmp(at, "UNKNOWN", 7) == 0) {
        return end - at == 7 || at[7] == ' '; /* the rest is to be ignored */
    }
    if (end - at < 5 || memcmp(at, "TCP", 3) != 0 || (at[3] != '4' && at[3] != '6')) {
        return false;
    }
    const int family = at[3] == '4' ? AF_INET : AF_INET6;
    out->family = at[3] == '4' ? RP_STRATUM_PROXY_IPV4 : RP_STRATUM_PROXY_IPV6;
    at += 4;
    return take_space(&at, end) && take_address(&at, end, family, out->source) &&
           take_space(&at, end) && take_address(&at, end, family, out->destination) &&
           take_space(&at, end) && take_port(&at, end, &out->source_port) && take_space(&at, end) &&
           take_port(&at, end, &out->destination_port) && at == end;
}

static rp_stratum_proxy_status parse_v1(rp_stratum_proxy *proxy, const uint8_t *bytes,
                                        size_t length) {
    static const char word[] = "PROXY ";
    const size_t word_length = sizeof word - 1;
    if (memcmp(bytes, word, length < word_length ? length : word_length) != 0) {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    const size_t bounded = length < RP_STRATUM_MAX_PROXY_V1 ? length : RP_STRATUM_MAX_PROXY_V1;
    size_t end = 0;
    while (end < bounded && bytes[end] >= 0x20 && bytes[end] <= 0x7e) {
        end++;
    }
    if (end == RP_STRATUM_MAX_PROXY_V1) {
        return RP_STRATUM_PROXY_TOO_LONG;
    }
    if (end == length) {
        return RP_STRATUM_PROXY_NEED_MORE;
    }
    if (bytes[end] != '\r') {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    if (end + 1 == RP_STRATUM_MAX_PROXY_V1) {
        return RP_STRATUM_PROXY_TOO_LONG;
    }
    if (end + 1 == length) {
        return RP_STRATUM_PROXY_NEED_MORE;
    }
    rp_stratum_proxy found = {.length = (uint32_t)end + 2};
    if (bytes[end + 1] != '\n' || !read_line(&found, bytes + word_length, bytes + end)) {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    *proxy = found;
    return RP_STRATUM_PROXY_OK;
}

/* Version 2: binary. */

static uint16_t read_be16(const uint8_t *bytes2) {
    return (uint16_t)(bytes2[0] << 8 | bytes2[1]);
}

/* How many bytes of addresses a family and transport has; false for those that are none. */
static bool address_length(uint8_t family, size_t *length) {
    switch (family) {
    case 0x00: /* unspecified */
        *length = 0;
        return true;
    case 0x11: /* IPv4, stream and datagram */
    case 0x12:
        *length = V2_IPV4;
        return true;
    case 0x21: /* IPv6 */
    case 0x22:
        *length = V2_IPV6;
        return true;
    case 0x31: /* Unix sockets */
    case 0x32:
        *length = V2_UNIX;
        return true;
    default:
        return false;
    }
}

static void read_addresses(rp_stratum_proxy *out, const uint8_t *at, size_t address_bytes) {
    out->family = address_bytes == 4 ? RP_STRATUM_PROXY_IPV4 : RP_STRATUM_PROXY_IPV6;
    memcpy(out->source, at, address_bytes);
    memcpy(out->destination, at + address_bytes, address_bytes);
    out->source_port = read_be16(at + 2 * address_bytes);
    out->destination_port = read_be16(at + 2 * address_bytes + 2);
}

static rp_stratum_proxy_status parse_v2(rp_stratum_proxy *proxy, const uint8_t *bytes,
                                        size_t length) {
    const size_t shared = length < sizeof signature ? length : sizeof signature;
    if (memcmp(bytes, signature, shared) != 0) {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    size_t addresses = 0;
    const bool is_local = length > 12 && bytes[12] == 0x20;
    const bool bad_command = length > 12 && !is_local && bytes[12] != 0x21;
    const bool bad_family = length > 13 && !is_local && !address_length(bytes[13], &addresses);
    if (bad_command || bad_family) {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    if (length < V2_FIXED) {
        return RP_STRATUM_PROXY_NEED_MORE;
    }
    const size_t payload = read_be16(bytes + 14);
    if (V2_FIXED + payload > RP_STRATUM_MAX_PROXY_V2) {
        return RP_STRATUM_PROXY_TOO_LONG;
    }
    if (payload < addresses) {
        return RP_STRATUM_PROXY_MALFORMED;
    }
    if (length < V2_FIXED + payload) {
        return RP_STRATUM_PROXY_NEED_MORE;
    }
    rp_stratum_proxy found = {.length = (uint32_t)(V2_FIXED + payload)};
    if (!is_local && (bytes[13] == 0x11 || bytes[13] == 0x21)) {
        read_addresses(&found, bytes + V2_FIXED, addresses == V2_IPV4 ? 4 : 16);
    }
    *proxy = found;
    return RP_STRATUM_PROXY_OK;
}

rp_stratum_proxy_status rp_stratum_proxy_parse(rp_stratum_proxy *proxy, const uint8_t *bytes,
                                               size_t length) {
    if (length == 0) {
        return RP_STRATUM_PROXY_NEED_MORE;
    }
    return bytes[0] == 'P' ? parse_v1(proxy, bytes, length) : parse_v2(proxy, bytes, length);
}
