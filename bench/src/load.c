/*
 * The client of the bench: N keep-alive connections, one thread, epoll. Each connection posts the same body again as soon
 * as (or some time after) its answer is whole: a closed loop. Prints one JSON object.
 *
 * Durations are of CLOCK_MONOTONIC. "latency" runs from the first byte sent to the last byte received; "first_event" to the
 * first delta of a stream; "delay" is what a delta took from the stub's write to here (the stub stamps each delta with the
 * same clock), leaving out each stream's first.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "measure.h"

#define READ_SIZE (256 * 1024)
#define STAMP_DIGITS 19
#define FAILURE_BYTES 300
#define CONNECT_RETRY_NS 500000u

static const char USAGE[] =
    "usage: load --port N --body FILE [options]\n"
    "  --host ADDRESS       IPv4 address (127.0.0.1)\n"
    "  --path PATH          (/v1/messages)\n"
    "  --header 'K: V'      one more request header; may be repeated\n"
    "  --connections N      (1)\n"
    "  --requests N         stop after this many answers, warm-up not counted\n"
    "  --seconds S          start no more requests after this time\n"
    "  --warmup N           answers that are not measured (0)\n"
    "  --gap-ms MS          wait before each further request of a connection (0)\n"
    "  --events N           each answer is a stream of N deltas; fewer is a failure\n"
    "  --settle-ms MS       leave out the delays of deltas sent within this time from the start (0)\n"
    "  --abort-after N      hang up after N deltas of each stream\n"
    "  --connect-wait-ms MS keep trying to connect for this long (0)\n"
    "  --limit-s S          give up after this time (120)\n";

struct options {
  const char *host, *path, *body_file;
  uint16_t port;
  uint64_t connections, requests, warmup, events, abort_after;
  double seconds, gap_ms, settle_ms, connect_wait_ms, limit_s;
  char headers[8192];
};

enum activity { RESTING, SENDING, RECEIVING };

struct client {
  int fd;
  enum activity activity;
  struct http_reader reader;
  size_t sent;
  uint64_t started, resume_at;
  uint64_t events, first_event;
  /* A stamp that is being read: digits so far, or -1 outside. */
  int stamp_digits;
  uint64_t stamp;
  char failure[FAILURE_BYTES];
  size_t failure_length;
};

static struct options options = {.host = "127.0.0.1", .path = "/v1/messages", .connections = 1, .limit_s = 120};
static char *request;
static size_t request_length;
static int poller;
static struct client *clients;

static struct samples latency, first_event, delay;
static struct {
  uint64_t begun, answers, failed, events, bytes, aborted;
  uint64_t measured_from, settled_at, last_answer, first_answer;
  char failure[FAILURE_BYTES * 2];
} totals;
static bool measuring, stopping;

static void parse_options(int argc, char **argv) {
  static const struct option names[] = {
      {"host", 1, 0, 'h'},        {"port", 1, 0, 'p'},    {"path", 1, 0, 'P'},     {"body", 1, 0, 'b'},
      {"header", 1, 0, 'H'},      {"connections", 1, 0, 'c'}, {"requests", 1, 0, 'n'}, {"seconds", 1, 0, 's'},
      {"warmup", 1, 0, 'w'},      {"gap-ms", 1, 0, 'g'},  {"events", 1, 0, 'e'},   {"abort-after", 1, 0, 'a'},
      {"settle-ms", 1, 0, 'S'},   {"connect-wait-ms", 1, 0, 'W'}, {"limit-s", 1, 0, 'l'}, {0, 0, 0, 0}};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
      case 'h': options.host = optarg; break;
      case 'p': options.port = (uint16_t)atoi(optarg); break;
      case 'P': options.path = optarg; break;
      case 'b': options.body_file = optarg; break;
      case 'H':
        if (strlen(options.headers) + strlen(optarg) + 3 > sizeof options.headers) die("too many headers");
        strcat(strcat(options.headers, optarg), "\r\n");
        break;
      case 'c': options.connections = strtoull(optarg, NULL, 10); break;
      case 'n': options.requests = strtoull(optarg, NULL, 10); break;
      case 's': options.seconds = atof(optarg); break;
      case 'w': options.warmup = strtoull(optarg, NULL, 10); break;
      case 'g': options.gap_ms = atof(optarg); break;
      case 'e': options.events = strtoull(optarg, NULL, 10); break;
      case 'a': options.abort_after = strtoull(optarg, NULL, 10); break;
      case 'S': options.settle_ms = atof(optarg); break;
      case 'W': options.connect_wait_ms = atof(optarg); break;
      case 'l': options.limit_s = atof(optarg); break;
      default: die("%s", USAGE);
    }
  }
  if (options.port == 0 || !options.body_file || options.connections == 0 ||
      (options.requests == 0 && options.seconds <= 0))
    die("%s", USAGE);
}

static void build_request(void) {
  FILE *file = fopen(options.body_file, "rb");
  if (!file) die("%s: %s", options.body_file, strerror(errno));
  fseek(file, 0, SEEK_END);
  size_t body_length = (size_t)ftell(file);
  rewind(file);
  request = grow(NULL, body_length + sizeof options.headers + 1024);
  request_length = (size_t)sprintf(request,
                                   "POST %s HTTP/1.1\r\nhost: %s:%u\r\ncontent-type: application/json\r\n"
                                   "content-length: %zu\r\n%s\r\n",
                                   options.path, options.host, options.port, body_length, options.headers);
  if (fread(request + request_length, 1, body_length, file) != body_length) die("%s: short read", options.body_file);
  request_length += body_length;
  fclose(file);
}

static void connect_client(struct client *c) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options.port)};
  if (inet_pton(AF_INET, options.host, &address.sin_addr) != 1) die("%s is no IPv4 address", options.host);
  uint64_t give_up = now_ns() + (uint64_t)(options.connect_wait_ms * 1e6);
  for (;;) {
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket: %s", strerror(errno));
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) == 0) break;
    close(c->fd);
    if (now_ns() >= give_up) die("cannot connect to %s:%u: %s", options.host, options.port, strerror(errno));
    usleep(CONNECT_RETRY_NS / 1000);
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static void disconnect(struct client *c) {
  close(c->fd);
  c->fd = -1;
}

static void rest(struct client *c) {
  c->activity = RESTING;
  c->resume_at = options.gap_ms > 0 ? now_ns() + (uint64_t)(options.gap_ms * 1e6) : 0;
}

/* One request is over, well or not: ends the warm-up or the run when that was the last one wanted. */
static void finished(struct client *c) {
  totals.answers++;
  totals.last_answer = now_ns();
  if (!measuring && totals.answers >= options.warmup) {
    measuring = true;
    totals.measured_from = totals.last_answer;
    totals.answers = totals.events = totals.bytes = totals.aborted = 0;
  } else if (measuring && options.requests > 0 && totals.answers >= options.requests) {
    stopping = true;
  }
  rest(c);
}

static void fail(struct client *c, const char *why) {
  totals.failed++;
  if (totals.failure[0] == '\0')
    snprintf(totals.failure, sizeof totals.failure, "%s (status %d) %.*s", why, c->reader.status,
             (int)c->failure_length, c->failure);
}

/* The answer is whole. */
static void answered(struct client *c) {
  uint64_t now = now_ns();
  if (totals.first_answer == 0) totals.first_answer = now;
  if (c->reader.status < 200 || c->reader.status > 299) {
    fail(c, "refused");
  } else if (c->events < options.events) {
    fail(c, "the stream lacks events");
  } else if (measuring) {
    samples_add(&latency, now - c->started);
    if (options.events > 0) samples_add(&first_event, c->first_event - c->started);
  }
  finished(c);
}

static void event_received(struct client *c, uint64_t stamp) {
  uint64_t now = now_ns();
  if (c->events++ == 0) c->first_event = now;
  else if (measuring && stamp >= totals.settled_at) samples_add(&delay, now - stamp);
  totals.events++;
}

static void body_received(void *context, const char *bytes, size_t length) {
  struct client *c = context;
  if (measuring) totals.bytes += length;
  if (c->reader.status >= 300 && c->failure_length < FAILURE_BYTES) {
    size_t take = length < FAILURE_BYTES - c->failure_length ? length : FAILURE_BYTES - c->failure_length;
    memcpy(c->failure + c->failure_length, bytes, take);
    c->failure_length += take;
  }
  if (options.events == 0 && options.abort_after == 0) return;
  for (size_t at = 0; at < length;) {
    if (c->stamp_digits < 0) {
      const char *found = memchr(bytes + at, '@', length - at);
      if (!found) return;
      at = (size_t)(found - bytes) + 1;
      c->stamp_digits = 0;
      c->stamp = 0;
    } else if (c->stamp_digits < STAMP_DIGITS && isdigit((unsigned char)bytes[at])) {
      c->stamp = c->stamp * 10 + (uint64_t)(bytes[at++] - '0');
      c->stamp_digits++;
    } else {
      if (c->stamp_digits == STAMP_DIGITS && bytes[at] == '@') event_received(c, c->stamp);
      c->stamp_digits = -1;
      at++;
    }
  }
}

static void send_request(struct client *c) {
  while (c->sent < request_length) {
    ssize_t sent = write(c->fd, request + c->sent, request_length - c->sent);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) {
      struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
      epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
      return;
    }
    if (sent < 0) return; /* the read that follows tells */
    c->sent += (size_t)sent;
  }
  if (c->activity == SENDING && c->sent == request_length) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
  }
  c->activity = RECEIVING;
}

static void begin_request(struct client *c) {
  if (c->fd < 0) connect_client(c);
  http_reader_reset(&c->reader, true);
  c->sent = 0;
  c->events = 0;
  c->stamp_digits = -1;
  c->failure_length = 0;
  c->activity = SENDING;
  totals.begun++;
  c->started = now_ns();
  send_request(c);
}

static void connection_ended(struct client *c) {
  disconnect(c);
  if (c->activity == RESTING) return;
  if (http_reader_end(&c->reader)) {
    answered(c);
    return;
  }
  fail(c, c->reader.status > 0 ? "the connection broke inside the answer" : "the connection broke before an answer");
  finished(c);
}

static void receive(struct client *c) {
  static char bytes[READ_SIZE];
  ssize_t got = read(c->fd, bytes, sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    connection_ended(c);
    return;
  }
  if (c->activity == RESTING) die("the server sent bytes that no request asked for");
  http_reader_feed(&c->reader, bytes, (size_t)got, body_received, c);
  if (c->reader.state == HTTP_BROKEN) {
    fail(c, "the answer is no HTTP");
    disconnect(c);
    finished(c);
  } else if (options.abort_after > 0 && c->events >= options.abort_after) {
    totals.aborted++;
    disconnect(c);
    finished(c);
  } else if (c->reader.state == HTTP_DONE) {
    if (c->reader.closes || c->sent < request_length) disconnect(c);
    answered(c);
  }
}

/* Starts what is due. Returns the milliseconds until the next start, or -1 when there is none to wait for. */
static int begin_due_requests(uint64_t now) {
  uint64_t next = 0;
  for (uint64_t i = 0; i < options.connections; i++) {
    struct client *c = &clients[i];
    if (c->activity != RESTING || (options.requests > 0 && totals.begun >= options.warmup + options.requests)) continue;
    if (c->resume_at <= now) begin_request(c);
    else if (next == 0 || c->resume_at < next) next = c->resume_at;
  }
  return next == 0 ? -1 : (int)((next - now) / 1000000u) + 1;
}

static bool all_rest(void) {
  for (uint64_t i = 0; i < options.connections; i++)
    if (clients[i].activity != RESTING) return false;
  return true;
}

static void run(uint64_t started) {
  struct epoll_event ready[256];
  uint64_t give_up = started + (uint64_t)(options.limit_s * 1e9);
  for (;;) {
    uint64_t now = now_ns();
    if (now >= give_up) die("gave up after %.0f s with %lu answers", options.limit_s, totals.answers);
    if (measuring && options.seconds > 0 && now >= totals.measured_from + (uint64_t)(options.seconds * 1e9))
      stopping = true;
    if (stopping && all_rest()) return;
    int wait = stopping ? -1 : begin_due_requests(now);
    int count = epoll_wait(poller, ready, 256, wait < 0 || wait > 1000 ? 1000 : wait);
    for (int i = 0; i < count; i++) {
      struct client *c = ready[i].data.ptr;
      if (ready[i].events & EPOLLOUT && c->activity == SENDING) send_request(c);
      if (c->fd >= 0 && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
  }
}

static void report(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  double seconds = (double)(totals.last_answer - totals.measured_from) / 1e9;
  printf("{\"answers\":%lu,\"failed\":%lu,\"aborted\":%lu,\"events\":%lu,\"bytes\":%lu,\"seconds\":%.6f,"
         "\"per_second\":%.1f,\"cpu_seconds\":%.3f,\"first_answer_ns\":\"%lu\",\"latency_us\":",
         totals.answers, totals.failed, totals.aborted, totals.events, totals.bytes, seconds,
         seconds > 0 ? (double)totals.answers / seconds : 0, cpu, totals.first_answer);
  samples_print(stdout, &latency);
  fputs(",\"first_event_us\":", stdout);
  samples_print(stdout, &first_event);
  fputs(",\"delay_us\":", stdout);
  samples_print(stdout, &delay);
  fputs(",\"failure\":", stdout);
  if (totals.failure[0]) string_print(stdout, totals.failure, strlen(totals.failure));
  else fputs("null", stdout);
  puts("}");
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  signal(SIGPIPE, SIG_IGN);
  parse_options(argc, argv);
  build_request();
  poller = epoll_create1(EPOLL_CLOEXEC);
  clients = grow(NULL, options.connections * sizeof *clients);
  memset(clients, 0, options.connections * sizeof *clients);
  uint64_t started = now_ns();
  for (uint64_t i = 0; i < options.connections; i++) connect_client(&clients[i]);
  measuring = options.warmup == 0;
  totals.measured_from = now_ns();
  totals.settled_at = totals.measured_from + (uint64_t)(options.settle_ms * 1e6);
  run(started);
  report();
  return 0;
}
