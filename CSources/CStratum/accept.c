/* New connections: their address, whether there is room for them, and the PROXY header's word. */
#include "server.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* The address of a connection in 16 bytes, IPv4 in the first four. */
static bool peer_address(rp__session *session) {
    struct sockaddr_storage storage;
    int length = sizeof storage;
    if (uv_tcp_getpeername(&session->tcp, (struct sockaddr *)&storage, &length) != 0) {
        return false;
    }
    memset(session->address16, 0, 16);
    if (storage.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&storage;
        session->family = 4;
        memcpy(session->address16, &in->sin_addr, 4);
        return true;
    }
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&storage;
    const uint8_t *bytes = in6->sin6_addr.s6_addr;
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        session->family = 4;
        memcpy(session->address16, bytes + 12, 4);
    } else {
        session->family = 6;
        memcpy(session->address16, bytes, 16);
    }
    return true;
}

void rp__address_text(char *text46, const uint8_t *address16, uint8_t family) {
    if (inet_ntop(family == 4 ? AF_INET : AF_INET6, address16, text46, 46) == NULL) {
        text46[0] = 0;
    }
}

bool rp__is_trusted(const rp_stratum_server *server, const uint8_t *address16, uint8_t family) {
    for (size_t i = 0; i < server->config.proxy_count; i++) {
        const rp_stratum_network *network = &server->proxies[i];
        if (network->family != family) {
            continue;
        }
        const size_t whole = network->prefix / 8, rest = network->prefix % 8;
        if (memcmp(network->address, address16, whole) == 0 &&
            (rest == 0 ||
             ((network->address[whole] ^ address16[whole]) & (0xff00 >> rest) & 0xff) == 0)) {
            return true;
        }
    }
    return false;
}

/* What connections are counted by: an IPv4 address, or the /64 that a customer has. */
static void address_key(uint8_t *key16, const uint8_t *address16, uint8_t family) {
    memset(key16, 0, 16);
    memcpy(key16, address16, family == 4 ? 4 : 8);
    key16[15] = family;
}

static rp__address **address_bucket(rp__addresses *addresses, const uint8_t *key16) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < 16; i++) {
        hash = (hash ^ key16[i]) * 16777619u;
    }
    return &addresses->buckets[(hash ^ hash >> 16) % RP__ADDRESS_BUCKETS];
}

static rp__address **find_address(rp__addresses *addresses, const uint8_t *key16) {
    rp__address **at = address_bucket(addresses, key16);
    while (*at != NULL && memcmp((*at)->key, key16, 16) != 0) {
        at = &(*at)->next;
    }
    return at;
}

bool rp__address_enter(rp_stratum_server *server, const uint8_t *address16, uint8_t family) {
    uint8_t key16[16];
    address_key(key16, address16, family);
    uv_mutex_lock(&server->addresses.lock);
    rp__address **at = find_address(&server->addresses, key16);
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at != NULL) {
            memcpy((*at)->key, key16, 16);
        }
    }
    const bool has_room = *at != NULL && (*at)->count < server->config.maximum_per_address;
    if (has_room) {
        (*at)->count++;
    }
    uv_mutex_unlock(&server->addresses.lock);
    return has_room;
}

void rp__address_leave(rp_stratum_server *server, const uint8_t *address16, uint8_t family) {
    uint8_t key16[16];
    address_key(key16, address16, family);
    uv_mutex_lock(&server->addresses.lock);
    rp__address **at = find_address(&server->addresses, key16);
    if (*at != NULL && --(*at)->count == 0) {
        rp__address *gone = *at;
        *at = gone->next;
        free(gone);
    }
    uv_mutex_unlock(&server->addresses.lock);
}

bool rp__proxy_address(rp__session *session, const rp_stratum_proxy *proxy) {
    if (proxy->family == RP_STRATUM_PROXY_NONE) {
        return true;
    }
    const uint8_t family = (uint8_t)proxy->family;
    if (!rp__address_enter(session->loop->server, proxy->source, family)) {
        return false;
    }
    rp__address_leave(session->loop->server, session->address16, session->family);
    memcpy(session->address16, proxy->source, 16);
    session->family = family;
    return true;
}

static void on_refused(uv_handle_t *handle) {
    free(handle->data);
}

/* A connection that there is no room for. */
static void turn_away(rp__session *session, rp_stratum_ending ending) {
    rp__add(&session->loop->counters.accepted_connections, 1);
    rp__add(&session->loop->counters.endings[ending], 1);
    uv_close((uv_handle_t *)&session->tcp, on_refused);
}

/* Counts the connection in all. The last tenth is for those that are known. */
static bool enter_all(rp__session *session) {
    rp_stratum_server *server = session->loop->server;
    const uint32_t maximum = server->config.maximum_connections;
    const uint32_t before = atomic_fetch_add(&server->connections, 1);
    session->reserved = before >= maximum - maximum / 10;
    if (before >= maximum) {
        atomic_fetch_sub(&server->connections, 1);
        return false;
    }
    return true;
}

/* What stands before the first line: TLS, a PROXY header from those that may send one. */
static bool prepare(rp__session *session) {
    rp_stratum_server *server = session->loop->server;
    if (server->listeners[session->listener].tls) {
        session->stage = RP__STAGE_LINES;
        if (!rp__tls_start(session)) {
            return false;
        }
    }
    if (rp__is_trusted(server, session->address16, session->family)) {
        session->prelude = malloc(RP__PRELUDE);
        session->stage = RP__STAGE_PRELUDE;
        return session->prelude != NULL;
    }
    return true;
}

void rp__accept(uv_stream_t *listener, int status) {
    rp__loop *loop = listener->loop->data;
    const size_t index = (size_t)((uv_tcp_t *)(void *)listener - loop->listeners);
    rp__session *session = status == 0 ? rp__session_new(loop, index) : NULL;
    if (session == NULL) {
        return;
    }
    if (uv_tcp_init(&loop->uv, &session->tcp) != 0) {
        free(session);
        return;
    }
    session->tcp.data = session;
    if (uv_accept(listener, (uv_stream_t *)&session->tcp) != 0 ||
        uv_fileno((uv_handle_t *)&session->tcp, &session->descriptor) != 0 ||
        !peer_address(session)) {
        turn_away(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    if (!rp__address_enter(loop->server, session->address16, session->family)) {
        turn_away(session, RP_STRATUM_ENDING_ADDRESS_FULL);
        return;
    }
    if (!enter_all(session)) {
        rp__address_leave(loop->server, session->address16, session->family);
        turn_away(session, RP_STRATUM_ENDING_FULL);
        return;
    }
    rp__session_enter(session);
    if (!prepare(session)) {
        rp__session_end(session, RP_STRATUM_ENDING_FAILED);
        return;
    }
    rp__connection_start(session);
}
