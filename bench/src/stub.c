/*
 * The upstream of the bench: one thread, epoll, no work but to read a request to its end and answer it.
 *
 *   stub [PORT]        listens on 127.0.0.1, prints "listening PORT"; ends with its parent
 *
 * How it answers is set for everyone by a request to it, so that no request has to be looked into:
 *   /bench/json              one JSON answer
 *   /bench/burst/N           a stream of N deltas, all at once
 *   /bench/paced/N/MICROS    a stream of N deltas, one every MICROS
 *   /bench/auto/N/MICROS     as paced for bodies that ask for a stream, else as json
 *   /bench/stats             changes nothing; tells what was served
 * The protocol is that of the path (answers.c).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "answers.h"
#include "http.h"

#define READ_SIZE (256 * 1024)
#define GOLDEN_RATIO 0.618033988749895

enum kind { JSON, BURST, PACED, AUTO };

struct connection {
  int fd;
  struct http_reader reader;
  const struct protocol *protocol;
  /* How much of ASKS_FOR_STREAM the body has matched; all of it once it was seen. */
  size_t matched;
  char *out;
  size_t out_length, out_sent, out_capacity;
  bool waits_for_room;
  /* A paced stream: deltas still to be sent, and when the next one is. */
  uint64_t deltas_left, next_delta;
  struct connection *next_streaming, *previous_streaming;
};

static const char ASKS_FOR_STREAM[] = "\"stream\":true";
static const char OK_HEAD[] = "HTTP/1.1 200 OK\r\n";
static const char STREAM_HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
    "request-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n";

static struct {
  enum kind kind;
  uint64_t deltas, interval;
} scenario;
static struct {
  uint64_t requests, streams, cut, open;
} stats;
static int poller, timer;
static uint64_t timer_set_for;
static struct connection *streaming;
static uint64_t streams_begun;

static void append(struct connection *c, const char *bytes, size_t length) {
  if (c->out_length + length > c->out_capacity) {
    c->out_capacity = (c->out_length + length) * 2;
    c->out = grow(c->out, c->out_capacity);
  }
  memcpy(c->out + c->out_length, bytes, length);
  c->out_length += length;
}

static void append_chunk(struct connection *c, const char *bytes) {
  char size[24];
  size_t length = strlen(bytes);
  if (length == 0) return;
  append(c, size, (size_t)snprintf(size, sizeof size, "%zx\r\n", length));
  append(c, bytes, length);
  append(c, "\r\n", 2);
}

static void append_delta(struct connection *c, uint64_t time) {
  char event[1024];
  size_t before = strlen(c->protocol->delta_before), after = strlen(c->protocol->delta_after);
  memcpy(event, c->protocol->delta_before, before);
  write_stamp(event + before, time);
  memcpy(event + before + STAMP_DIGITS, c->protocol->delta_after, after + 1);
  append_chunk(c, event);
}

static void append_end(struct connection *c) {
  append_chunk(c, c->protocol->stream_end);
  append(c, "0\r\n\r\n", 5);
}

static void append_json(struct connection *c, const char *status_line, const char *body) {
  char head[256];
  size_t length = (size_t)snprintf(head, sizeof head, "%scontent-type: application/json\r\ncontent-length: %zu\r\n\r\n",
                                   status_line, strlen(body));
  append(c, head, length);
  append(c, body, strlen(body));
}

static void stop_streaming(struct connection *c) {
  if (c->previous_streaming) c->previous_streaming->next_streaming = c->next_streaming;
  else if (streaming == c) streaming = c->next_streaming;
  else return;
  if (c->next_streaming) c->next_streaming->previous_streaming = c->previous_streaming;
  c->next_streaming = c->previous_streaming = NULL;
  c->deltas_left = 0;
}

static void start_streaming(struct connection *c) {
  c->next_streaming = streaming;
  if (streaming) streaming->previous_streaming = c;
  streaming = c;
}

static void close_connection(struct connection *c) {
  if (c->deltas_left > 0) stats.cut++;
  stop_streaming(c);
  close(c->fd);
  free(c->out);
  free(c);
  stats.open--;
}

/* Sends what is waiting. Returns false when the connection is gone (and freed). */
static bool flush(struct connection *c) {
  while (c->out_sent < c->out_length) {
    ssize_t sent = write(c->fd, c->out + c->out_sent, c->out_length - c->out_sent);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) {
      close_connection(c);
      return false;
    }
    if (sent < 0) break;
    c->out_sent += (size_t)sent;
  }
  bool waits = c->out_sent < c->out_length;
  if (!waits) c->out_sent = c->out_length = 0;
  if (waits != c->waits_for_room) {
    struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
    c->waits_for_room = waits;
  }
  return true;
}

static void set_timer(void) {
  uint64_t first = 0;
  for (struct connection *c = streaming; c; c = c->next_streaming)
    if (first == 0 || c->next_delta < first) first = c->next_delta;
  if (first == timer_set_for) return;
  struct itimerspec at = {.it_value = {.tv_sec = (time_t)(first / 1000000000u), .tv_nsec = (long)(first % 1000000000u)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
  timer_set_for = first;
}

static void timer_rang(void) {
  uint64_t times;
  if (read(timer, &times, sizeof times) > 0) timer_set_for = 0;
}

static void send_due_deltas(void) {
  uint64_t time = now_ns();
  for (struct connection *c = streaming, *next; c; c = next) {
    next = c->next_streaming;
    if (c->next_delta > time) continue;
    append_delta(c, now_ns());
    c->next_delta += scenario.interval;
    if (--c->deltas_left == 0) {
      append_end(c);
      stop_streaming(c);
    }
    flush(c);
  }
}

/* The first delta goes out at once; the second after a part of the interval, so that streams do not beat in step. */
static void begin_stream(struct connection *c, bool paced) {
  stats.streams++;
  append(c, STREAM_HEAD, sizeof STREAM_HEAD - 1);
  append_chunk(c, c->protocol->stream_start);
  uint64_t now = now_ns();
  append_delta(c, now);
  c->deltas_left = scenario.deltas > 0 ? scenario.deltas - 1 : 0;
  if (paced && c->deltas_left > 0) {
    double turn = (double)++streams_begun * GOLDEN_RATIO;
    c->next_delta = now + (uint64_t)((turn - (double)(uint64_t)turn) * (double)scenario.interval);
    start_streaming(c);
    return;
  }
  for (; c->deltas_left > 0; c->deltas_left--) append_delta(c, now);
  append_end(c);
}

/* Returns false when the path is none of the stub's own. */
static bool set_scenario(struct connection *c) {
  const char *path = strstr(c->reader.head, "/bench/");
  if (!path || path > c->reader.head + strcspn(c->reader.head, "\r")) return false;
  unsigned long deltas = 0, micros = 0;
  char kind[16];
  int fields = sscanf(path, "/bench/%15[a-z]/%lu/%lu", kind, &deltas, &micros);
  if (fields < 1) return false;
  if (strcmp(kind, "stats") == 0) {
    char text[160];
    snprintf(text, sizeof text, "{\"requests\":%lu,\"streams\":%lu,\"cut\":%lu,\"open\":%lu}", stats.requests,
             stats.streams, stats.cut, stats.open);
    append_json(c, OK_HEAD, text);
    return true;
  }
  if (strcmp(kind, "json") == 0) scenario.kind = JSON;
  else if (strcmp(kind, "burst") == 0) scenario.kind = BURST;
  else if (strcmp(kind, "paced") == 0) scenario.kind = PACED;
  else if (strcmp(kind, "auto") == 0) scenario.kind = AUTO;
  else return false;
  scenario.deltas = deltas;
  scenario.interval = (uint64_t)micros * 1000;
  append_json(c, OK_HEAD, "{}");
  return true;
}

static void answer(struct connection *c) {
  if (set_scenario(c)) return;
  stats.requests++;
  c->protocol = protocol_of(c->reader.head);
  if (!c->protocol) {
    append_json(c, "HTTP/1.1 404 Not Found\r\n", "{\"error\":\"the bench's upstream speaks no protocol at this path\"}");
    return;
  }
  bool whole = scenario.kind == JSON ||
               (scenario.kind == AUTO && c->matched < sizeof ASKS_FOR_STREAM - 1 &&
                !strstr(c->reader.head, ":streamGenerateContent"));
  if (whole) append_json(c, OK_HEAD, c->protocol->json);
  else begin_stream(c, scenario.kind != BURST);
}

/* Looks for ASKS_FOR_STREAM across the body's pieces, with spaces allowed behind the colon. */
static void look_for_stream(void *context, const char *bytes, size_t length) {
  struct connection *c = context;
  for (size_t at = 0; at < length && c->matched < sizeof ASKS_FOR_STREAM - 1; at++) {
    if (bytes[at] == ASKS_FOR_STREAM[c->matched]) c->matched++;
    else if (bytes[at] != ' ' || c->matched < 8) c->matched = bytes[at] == '"' ? 1 : 0;
  }
}

static void read_requests(struct connection *c) {
  static char bytes[READ_SIZE];
  ssize_t got = read(c->fd, bytes, sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close_connection(c);
    return;
  }
  for (size_t at = 0; at < (size_t)got;) {
    at += http_reader_feed(&c->reader, bytes + at, (size_t)got - at, scenario.kind == AUTO ? look_for_stream : NULL, c);
    if (c->reader.state == HTTP_BROKEN || (c->reader.state == HTTP_DONE && c->deltas_left > 0)) {
      close_connection(c); /* no HTTP, or a second request before the first was answered */
      return;
    }
    if (c->reader.state != HTTP_DONE) continue;
    answer(c);
    http_reader_reset(&c->reader, false);
    c->matched = 0;
  }
  flush(c);
}

static void accept_connections(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *c = grow(NULL, sizeof *c);
    memset(c, 0, sizeof *c);
    c->fd = fd;
    http_reader_reset(&c->reader, false);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl: %s", strerror(errno));
    stats.open++;
  }
}

static int listen_on(uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0)
    die("cannot listen on 127.0.0.1:%u: %s", port, strerror(errno));
  socklen_t size = sizeof address;
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("listening %u\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_TIMERSLACK, 1UL);
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  int listener = listen_on(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.ptr = &timer;
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);

  struct epoll_event ready[256];
  for (;;) {
    int count = epoll_wait(poller, ready, 256, -1);
    for (int i = 0; i < count; i++) {
      void *what = ready[i].data.ptr;
      if (what == &listener) accept_connections(listener);
      else if (what == &timer) timer_rang();
      else if (ready[i].events & EPOLLOUT && !flush(what)) continue;
      else if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_requests(what);
    }
    /* After the sockets: a connection freed here can no longer be in `ready`. */
    send_due_deltas();
    set_timer();
  }
}
