/* The ends of the bridge's benchmark, and the barest relay there is; one thread, epoll, no frames looked at.

   relay UPSTREAM                        listens on a free port (printed), passes bytes both ways
   ends RELAY MS CONNS WINDOW GREETING LOGIN FRAME [ECHO]
     ECHO given: listens there and is the server: sends GREETING, swallows LOGIN, echoes the rest
     RELAY not 0: CONNS clients that each keep WINDOW frames under way for MS milliseconds; prints round trips
   Bytes are in hex. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVER = 1, CLIENT = 2, RELAYED = 3, LISTENER = 4, CHUNK = 65536, BACKLOG = 1024 };

typedef struct peer {
    int fd, kind;
    size_t skip;            /* bytes still to swallow */
    size_t got;             /* bytes of a frame that is not whole yet */
    struct peer *other;     /* of a relay */
    uint8_t *out;           /* what the socket did not take */
    size_t waiting;
} peer;

static int ep;
static uint8_t buffer[CHUNK];
static uint8_t greeting[256], login[1024], frame[1024], frames[1024 * 256];
static size_t greeting_length, login_length, frame_length;
static int window;
static uint64_t trips;
static int greeted, wanted;

static void die(const char *what) { perror(what); exit(1); }

static size_t hex(const char *text, uint8_t *out) {
    size_t length = strlen(text) / 2;
    for (size_t i = 0; i < length; i++) { unsigned byte; sscanf(text + 2 * i, "%2x", &byte); out[i] = (uint8_t)byte; }
    return length;
}

static peer *add(int fd, int kind) {
    peer *made = calloc(1, sizeof *made);
    int one = 1;
    made->fd = fd;
    made->kind = kind;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = made};
    if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    return made;
}

static void put(peer *to, const uint8_t *data, size_t length) {
    if (to->fd < 0) return;
    if (!to->waiting) {
        ssize_t sent = write(to->fd, data, length);
        if (sent < 0) sent = 0;
        data += sent;
        length -= (size_t)sent;
    }
    if (!length) return;
    to->out = realloc(to->out, to->waiting + length);
    memcpy(to->out + to->waiting, data, length);
    to->waiting += length;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = to};
    epoll_ctl(ep, EPOLL_CTL_MOD, to->fd, &event);
}

static void flush(peer *to) {
    ssize_t sent = write(to->fd, to->out, to->waiting);
    if (sent <= 0) return;
    to->waiting -= (size_t)sent;
    memmove(to->out, to->out + sent, to->waiting);
    if (!to->waiting) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = to};
        epoll_ctl(ep, EPOLL_CTL_MOD, to->fd, &event);
    }
}

static int listening(int port, int *bound) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&at, sizeof at) || listen(fd, BACKLOG)) die("listen");
    getsockname(fd, (void *)&at, &size);
    *bound = ntohs(at.sin_port);
    return fd;
}

static int connected(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (void *)&at, sizeof at)) die("connect");
    return fd;
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int upstream;

static void take(peer *from) {
    if (from->kind == LISTENER) {
        int fd = accept(from->fd, NULL, NULL);
        if (fd < 0) return;
        if (upstream) {
            peer *one = add(fd, RELAYED), *two = add(connected(upstream), RELAYED);
            one->other = two;
            two->other = one;
        } else {
            peer *made = add(fd, SERVER);
            made->skip = login_length;
            put(made, greeting, greeting_length);
        }
        return;
    }
    ssize_t got = read(from->fd, buffer, sizeof buffer);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        /* Its number may be another connection's soon. */
        close(from->fd);
        from->fd = -1;
        if (from->other && from->other->fd >= 0) shutdown(from->other->fd, SHUT_WR);
        return;
    }
    uint8_t *data = buffer;
    size_t length = (size_t)got;
    if (from->kind == RELAYED) { put(from->other, data, length); return; }
    size_t skipped = length < from->skip ? length : from->skip;
    int began = from->skip && skipped == from->skip;
    from->skip -= skipped;
    data += skipped;
    length -= skipped;
    if (from->kind == SERVER) {
        if (length) put(from, data, length);
        return;
    }
    if (began) {
        greeted++;
        put(from, login, login_length);
        put(from, frames, frame_length * (size_t)window);
    }
    from->got += length;
    size_t whole = from->got / frame_length;
    from->got %= frame_length;
    trips += whole;
    while (whole) {
        size_t some = whole > 256 ? 256 : whole;
        put(from, frames, some * frame_length);
        whole -= some;
    }
}

int main(int count, char **words) {
    struct epoll_event events[256];
    double end = 0;
    ep = epoll_create1(0);
    signal(SIGPIPE, SIG_IGN);
    if (count == 3 && !strcmp(words[1], "relay")) {
        int port;
        upstream = atoi(words[2]);
        add(listening(0, &port), LISTENER);
        printf("%d\n", port);
    } else if (count >= 8 && !strcmp(words[1], "ends")) {
        int relay = atoi(words[2]), conns = atoi(words[4]), port = 0;
        window = atoi(words[5]);
        greeting_length = hex(words[6], greeting);
        login_length = hex(words[7], login);
        frame_length = hex(words[8], frame);
        for (int i = 0; i < 256; i++) memcpy(frames + frame_length * (size_t)i, frame, frame_length);
        if (!relay) {
            add(listening(0, &port), LISTENER);
            printf("%d\n", port);
        } else {
            for (int i = 0; i < conns; i++) add(connected(relay), CLIENT)->skip = greeting_length;
            wanted = conns;
        }
    } else {
        return 2;
    }
    fflush(stdout);
    while (!end || now_ms() < end) {
        /* What a login costs is not what a packet costs: the clock starts when all are in and packets flow. */
        if (wanted && !end && greeted == wanted && trips >= (uint64_t)wanted * 20) {
            trips = 0;
            end = now_ms() + atof(words[3]);
            printf("go\n");
            fflush(stdout);
        }
        int ready = epoll_wait(ep, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            peer *each = events[i].data.ptr;
            if (each->fd >= 0 && events[i].events & EPOLLOUT) flush(each);
            if (each->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) take(each);
        }
    }
    printf("%llu\n", (unsigned long long)trips);
    return 0;
}
