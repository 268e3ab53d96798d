/* A server's beginning and end. */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_level_range(rp_stratum_level_range range) {
    return range.minimum >= RP_SHARE_LEVEL_MIN && range.maximum <= RP_SHARE_LEVEL_MAX &&
           range.minimum <= range.maximum;
}

static bool is_valid(const rp_stratum_server_config *config) {
    for (size_t i = 0; i < config->proxy_count && i < RP_STRATUM_MAX_PROXIES; i++) {
        const rp_stratum_network *network = &config->proxies[i];
        if (!(network->family == 4 && network->prefix <= 32) &&
            !(network->family == 6 && network->prefix <= 128)) {
            return false;
        }
    }
    return config->listener_count >= 1 && config->listener_count <= RP_STRATUM_MAX_LISTENERS &&
           config->proxy_count <= RP_STRATUM_MAX_PROXIES && config->loop_count >= 1 &&
           config->loop_count <= RP_STRATUM_MAX_LOOPS && config->front_end <= 3 &&
           is_level_range(config->vardiff.range) && config->vardiff.share_interval >= 1 &&
           rp_share_filter_size(config->filter_capacity) != 0 &&
           rp_share_filter_size(config->filter_maximum) != 0 &&
           config->filter_capacity <= config->filter_maximum && config->maximum_connections >= 1 &&
           config->maximum_per_address >= 1;
}

static bool parse_address(const rp_stratum_listener *listener, struct sockaddr_storage *out) {
    return uv_ip4_addr(listener->address, listener->port, (struct sockaddr_in *)out) == 0 ||
           uv_ip6_addr(listener->address, listener->port, (struct sockaddr_in6 *)out) == 0;
}

static socklen_t address_size(const struct sockaddr_storage *address) {
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* Another program on the port would share it unseen, as our own loops do by SO_REUSEPORT. A socket
 * without that option finds it out. */
static bool is_free(const struct sockaddr_storage *address) {
    const int on = 1;
    const int descriptor = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return false;
    }
    const bool free =
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(descriptor, (const struct sockaddr *)address, address_size(address)) == 0 &&
        listen(descriptor, 1) == 0;
    const int reason = errno;
    close(descriptor);
    errno = reason;
    return free;
}

/* The port that the kernel chose for the first loop is every loop's. */
static bool learn_port(rp_stratum_server *server, size_t listener,
                       struct sockaddr_storage *address) {
    int length = sizeof *address;
    if (uv_tcp_getsockname(&server->loops[0].listeners[listener], (struct sockaddr *)address,
                           &length) != 0) {
        return false;
    }
    const uint16_t port = address->ss_family == AF_INET
                              ? ((const struct sockaddr_in *)address)->sin_port
                              : ((const struct sockaddr_in6 *)address)->sin6_port;
    server->ports[listener] = (uint16_t)(port >> 8 | port << 8);
    return true;
}

static rp_stratum_status bind_listener(rp_stratum_server *server, size_t listener) {
    struct sockaddr_storage address;
    memset(&address, 0, sizeof address);
    if (!parse_address(&server->config.listeners[listener], &address)) {
        return RP_STRATUM_BAD_ADDRESS;
    }
    if (server->config.listeners[listener].port != 0 && !is_free(&address)) {
        return RP_STRATUM_BIND_FAILED;
    }
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        const rp_stratum_status status =
            rp__loop_bind(&server->loops[i], listener, (const struct sockaddr *)&address);
        if (status != RP_STRATUM_OK) {
            return status;
        }
        if (i == 0 && !learn_port(server, listener, &address)) {
            return RP_STRATUM_BIND_FAILED;
        }
    }
    return RP_STRATUM_OK;
}

static rp_stratum_status make_loops(rp_stratum_server *server) {
    server->loops = calloc(server->config.loop_count, sizeof *server->loops);
    if (server->loops == NULL) {
        return RP_STRATUM_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; i < server->config.loop_count; i++) {
        const rp_stratum_status status = rp__loop_init(&server->loops[i], server, i);
        if (status != RP_STRATUM_OK) {
            return status;
        }
    }
    return RP_STRATUM_OK;
}

static rp_stratum_status start(rp_stratum_server *server) {
    rp_stratum_status status = make_loops(server);
    for (size_t i = 0; status == RP_STRATUM_OK && i < server->config.listener_count; i++) {
        if (server->listeners[i].tls && server->tls == NULL && !rp__tls_context(server)) {
            return RP_STRATUM_TLS_FAILED;
        }
        status = bind_listener(server, i);
    }
    for (uint32_t i = 0; status == RP_STRATUM_OK && i < server->config.loop_count; i++) {
        if (!rp__loop_start(&server->loops[i])) {
            return RP_STRATUM_NO_THREADS;
        }
        server->exchange.running++;
    }
    return status;
}

static bool init_locks(rp_stratum_server *server) {
    return uv_mutex_init(&server->exchange.lock) == 0 &&
           uv_cond_init(&server->exchange.changed) == 0 &&
           uv_cond_init(&server->exchange.block_changed) == 0 &&
           uv_mutex_init(&server->addresses.lock) == 0;
}

rp_stratum_status rp_stratum_server_create(rp_stratum_server **out,
                                           const rp_stratum_server_config *config) {
    if (!is_valid(config)) {
        return RP_STRATUM_BAD_CONFIG;
    }
    rp_stratum_server *server = calloc(1, sizeof *server);
    if (server == NULL || !init_locks(server)) {
        free(server);
        return RP_STRATUM_OUT_OF_MEMORY;
    }
    server->config = *config;
    memcpy(server->listeners, config->listeners,
           config->listener_count * sizeof(rp_stratum_listener));
    if (config->proxy_count > 0) {
        memcpy(server->proxies, config->proxies, config->proxy_count * sizeof(rp_stratum_network));
    }
    memcpy(server->token_key32, config->token_key32, sizeof server->token_key32);
    server->engine = rp_hash_best();
    atomic_store(&server->taking_shares, true);
    const rp_stratum_status status = start(server);
    if (status != RP_STRATUM_OK) {
        const int reason = errno;
        rp_stratum_server_destroy(server);
        errno = reason;
        return status;
    }
    *out = server;
    return RP_STRATUM_OK;
}

uint16_t rp_stratum_server_port(const rp_stratum_server *server, size_t listener) {
    return listener < server->config.listener_count ? server->ports[listener] : 0;
}

static void free_addresses(rp__addresses *addresses) {
    for (size_t i = 0; i < RP__ADDRESS_BUCKETS; i++) {
        while (addresses->buckets[i] != NULL) {
            rp__address *gone = addresses->buckets[i];
            addresses->buckets[i] = gone->next;
            free(gone);
        }
    }
}

void rp_stratum_server_destroy(rp_stratum_server *server) {
    atomic_store(&server->cut_off, true);
    rp_stratum_server_stop(server);
    for (uint32_t i = 0; server->loops != NULL && i < server->config.loop_count; i++) {
        rp__loop_destroy(&server->loops[i]);
    }
    rp__replay_ended(server);
    rp__exchange *exchange = &server->exchange;
    rp__vector *vectors[] = {&exchange->shares,         &exchange->refusals,
                             &exchange->logins,         &exchange->taken_shares,
                             &exchange->taken_refusals, &exchange->taken_logins};
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        rp__vector_free(vectors[i]);
    }
    free_addresses(&server->addresses);
    uv_mutex_destroy(&server->addresses.lock);
    uv_cond_destroy(&exchange->block_changed);
    uv_cond_destroy(&exchange->changed);
    uv_mutex_destroy(&exchange->lock);
    SSL_CTX_free(server->tls);
    free(server->loops);
    /* The key of the tokens does not stay in freed memory. */
    OPENSSL_cleanse(server->token_key32, sizeof server->token_key32);
    free(server);
}
