/*
 * libFuzzer entry: a whole server, reached over loopback. The first byte says which port, from
 * which address, and in how many pieces the rest is sent; then the end of the stream is sent, and
 * everything is read until the server closes. Whatever the bytes are, it does close, and the
 * sanitizers find nothing: the way from the first bytes through PROXY headers and TLS records to
 * lines, sessions and their end.
 */
#define _GNU_SOURCE

#include <CStratum.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static rp_stratum_server *server;

static void *store(void *unused) {
    rp_stratum_harvest harvest;
    (void)unused;
    for (;;) {
        rp_stratum_take(server, &harvest);
        for (size_t i = 0; i < harvest.login_count; i++) {
            rp_stratum_grant grant = {
                .ticket = harvest.logins[i].ticket,
                .granted = harvest.logins[i].account[0] != 'x',
                .reason = "no such account",
            };
            rp_stratum_answer(server, &grant, 1);
        }
        rp_stratum_settle(server, true);
    }
    return NULL;
}

static void publish(void) {
    static const uint8_t zeros[96];
    uint8_t head[47] = {1, 0, 0, 0, 1}, tail[23] = {0xff, 0xff, 0xff, 0xff, 1};
    memset(head + 37, 0xff, 4);
    head[41] = 1 + 3 + 33 + 13;
    head[42] = 3;
    head[46] = 0x20;
    tail[13] = 1;
    tail[14] = 0x51;
    rp_share_job_params share = {
        .version = 0x20000000,
        .version_mask = 0x1fffe000,
        .compact_target = 0x207fffff,
        .min_ntime = 1700000000,
        .current_ntime = 1700000100,
        .previous_hash32 = zeros,
        .coinbase_head = head,
        .coinbase_head_length = sizeof head,
        .coinbase_tail = tail,
        .coinbase_tail_length = 19,
        .syndicate_id32 = zeros,
        .msp_id32 = zeros,
        .log_hash32 = zeros,
        .job_sequence = 1,
    };
    const rp_stratum_job_params params = {&share, 0};
    rp_stratum_job *job;
    if (rp_stratum_job_create(&job, &params) != RP_STRATUM_OK) {
        abort();
    }
    rp_stratum_publish(server, job, RP_STRATUM_JOB_NEW_TIP, 0);
}

/* A self-signed certificate for this run. */
static void make_certificate(char *folder) {
    char command[512];
    if (mkdtemp(folder) == NULL) {
        abort();
    }
    snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ed25519 -nodes -subj /CN=x -keyout %s/k -out %s/c 2>/dev/null",
        folder, folder);
    if (system(command) != 0) {
        abort();
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    static const uint8_t key[32] = {9};
    char folder[] = "/var/tmp/radpool-fuzz-XXXXXX", certificate[64], secret[64];
    make_certificate(folder);
    snprintf(certificate, sizeof certificate, "%s/c", folder);
    snprintf(secret, sizeof secret, "%s/k", folder);
    const rp_stratum_listener listeners[2] = {{"127.0.0.1", 0, false, 33, 33},
                                              {"127.0.0.1", 0, true, 33, 33}};
    const rp_stratum_network proxy = {{127, 0, 0, 2}, 4, 32};
    const rp_stratum_server_config config = {
        .listeners = listeners,
        .listener_count = 2,
        .proxies = &proxy,
        .proxy_count = 1,
        .certificate_file = certificate,
        .key_file = secret,
        .token_key32 = key,
        .loop_count = 1,
        .version_mask = 0x1fffe000,
        .vardiff = {10000, {33, 33}},
        .filter_capacity = 1024,
        .filter_maximum = 1024,
        .maximum_connections = 1000,
        .maximum_per_address = 1000,
        .subscribe_timeout = 3600000,
        .authorize_timeout = 3600000,
        .idle_timeout = 3600000,
        .refusals = {120, 60},
        .ask_version = true,
    };
    pthread_t thread;
    if (rp_stratum_server_create(&server, &config) != RP_STRATUM_OK ||
        pthread_create(&thread, NULL, store, NULL) != 0) {
        abort();
    }
    unlink(certificate);
    unlink(secret);
    rmdir(folder);
    publish();
    return 0;
}

static int reach(uint8_t choice) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    from.sin_addr.s_addr = inet_addr((choice & 2) != 0 ? "127.0.0.2" : "127.0.0.1");
    to.sin_addr.s_addr = inet_addr("127.0.0.1");
    to.sin_port = htons(rp_stratum_server_port(server, choice & 1));
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&from, sizeof from) != 0) {
        abort();
    }
    /* Refused until the loop has its first job. */
    while (connect(descriptor, (struct sockaddr *)&to, sizeof to) != 0) {
        usleep(1000);
    }
    /* An end without TIME_WAIT, of which the ports would run out. */
    const struct linger linger = {1, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return descriptor;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t answer[4096];
    if (size < 1 || size > 16384) {
        return 0;
    }
    const int descriptor = reach(data[0]);
    const size_t pieces = (size_t)(data[0] >> 2) % 4 + 1, length = size - 1;
    for (size_t i = 0; i < pieces; i++) {
        const size_t from = length * i / pieces, to = length * (i + 1) / pieces;
        if (send(descriptor, data + 1 + from, to - from, MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    shutdown(descriptor, SHUT_WR);
    while (recv(descriptor, answer, sizeof answer, 0) > 0) {
    }
    close(descriptor);
    return 0;
}
