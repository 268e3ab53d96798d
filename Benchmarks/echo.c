/*
 * The ceiling that the stratum server is held against: a libuv server that answers every line with
 * a fixed one, and does nothing else. One uv_try_write per read, however many lines the read
 * brought.
 *
 * A line that begins with '!' is answered to every connection instead, with one uv_try_write of
 * CROWD_BYTES each: what telling everybody costs before anything is made for anyone.
 *
 * Usage: radpool-echo REPLY_BYTES [CROWD_BYTES]
 *        listens on a free loopback port, prints it, serves until its standard input ends
 */
#define _GNU_SOURCE /* uv.h wants POSIX types */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { BUFFER_SIZE = 65536, BACKLOG = 4096, MAX_REPLY = 256, MAX_CROWD = 8192 };

/* Shared by all connections: one loop, and a read is answered before the next begins. */
static char received[BUFFER_SIZE];
static char replies[BUFFER_SIZE];
static size_t reply_length;

/* Who is told: connections stay until the end of a measurement. */
static uv_stream_t **crowd;
static size_t crowd_count, crowd_capacity, crowd_length;
static char news[MAX_CROWD];

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(received, sizeof received);
}

static void release(uv_handle_t *handle) {
    free(handle);
}

static void tell_all(void) {
    for (size_t i = 0; i < crowd_count; i++) {
        uv_buf_t out = uv_buf_init(news, (unsigned int)crowd_length);
        (void)uv_try_write(crowd[i], &out, 1);
    }
}

static bool join(uv_stream_t *stream) {
    if (crowd_count == crowd_capacity) {
        const size_t capacity = crowd_capacity == 0 ? 1024 : 2 * crowd_capacity;
        uv_stream_t **grown = realloc(crowd, capacity * sizeof(uv_stream_t *));
        if (grown == NULL) {
            return false;
        }
        crowd = grown;
        crowd_capacity = capacity;
    }
    crowd[crowd_count++] = stream;
    return true;
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer) {
    if (length < 0) {
        uv_close((uv_handle_t *)stream, release);
        return;
    }
    if (crowd_length > 0 && length > 0 && buffer->base[0] == '!') {
        tell_all();
        return;
    }
    size_t lines = 0;
    for (const char *at = buffer->base, *end = at + length;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        lines++;
    }
    const size_t most = sizeof replies / reply_length;
    uv_buf_t out =
        uv_buf_init(replies, (unsigned int)((lines < most ? lines : most) * reply_length));
    if (lines > 0 && uv_try_write(stream, &out, 1) != (int)out.len) {
        /* The generator reads all the time: a full socket means that it went away. */
        uv_close((uv_handle_t *)stream, release);
    }
}

static void on_connection(uv_stream_t *server, int status) {
    uv_tcp_t *client = status == 0 ? malloc(sizeof *client) : NULL;
    if (client == NULL) {
        return;
    }
    uv_tcp_init(server->loop, client);
    if (uv_accept(server, (uv_stream_t *)client) != 0 ||
        (crowd_length > 0 && !join((uv_stream_t *)client))) {
        uv_close((uv_handle_t *)client, release);
        return;
    }
    uv_tcp_nodelay(client, 1);
    uv_read_start((uv_stream_t *)client, give_buffer, on_read);
}

/* The parent closes our standard input when it is done with us. */
static void on_input(uv_poll_t *handle, int status, int events) {
    char ignored[64];
    (void)status;
    (void)events;
    if (read(0, ignored, sizeof ignored) <= 0) {
        uv_stop(handle->loop);
    }
}

int main(int count, char **arguments) {
    reply_length = count == 2 || count == 3 ? strtoull(arguments[1], NULL, 10) : 0;
    crowd_length = count == 3 ? strtoull(arguments[2], NULL, 10) : 0;
    if (reply_length < 2 || reply_length > MAX_REPLY || crowd_length > MAX_CROWD) {
        fprintf(stderr, "usage: radpool-echo REPLY_BYTES (2...%d) [CROWD_BYTES (0...%d)]\n",
                MAX_REPLY, MAX_CROWD);
        return 64;
    }
    memset(news, 'n', sizeof news);
    memset(replies, 'r', sizeof replies);
    for (size_t at = reply_length - 1; at < sizeof replies; at += reply_length) {
        replies[at] = '\n';
    }
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t server;
    uv_poll_t input;
    struct sockaddr_in address;
    struct sockaddr_storage bound;
    int length = sizeof bound;
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &address);
    if (uv_tcp_bind(&server, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&server, BACKLOG, on_connection) != 0 ||
        uv_tcp_getsockname(&server, (struct sockaddr *)&bound, &length) != 0) {
        fprintf(stderr, "radpool-echo: cannot listen\n");
        return 71;
    }
    printf("%u\n", ntohs(((struct sockaddr_in *)&bound)->sin_port));
    fflush(stdout);
    uv_poll_init(loop, &input, 0);
    uv_poll_start(&input, UV_READABLE, on_input);
    uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}
