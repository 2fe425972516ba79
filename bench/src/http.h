/* Just enough HTTP/1.1 to measure with: reads one message at a time from bytes that come in any slices. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX 16384

enum http_state {
  HTTP_HEAD,
  HTTP_BODY_LENGTH,
  HTTP_BODY_TO_END,
  HTTP_CHUNK_SIZE,
  HTTP_CHUNK_DATA,
  HTTP_CHUNK_END,
  HTTP_TRAILER,
  HTTP_DONE,
  HTTP_BROKEN
};

struct http_reader {
  enum http_state state;
  bool is_response;
  /* Of a response. */
  int status;
  /* The sender closes the connection after this message. */
  bool closes;
  /* Bytes left of the body or of the chunk. */
  uint64_t left;
  bool line_has_bytes;
  size_t head_length;
  /* Start line and headers, ended by a zero byte once the head is whole. */
  char head[HTTP_HEAD_MAX];
};

/* Called with each piece of the body, transfer coding removed. */
typedef void http_body_fn(void *context, const char *bytes, size_t length);

/* Makes the reader ready for the next message. */
void http_reader_reset(struct http_reader *reader, bool is_response);

/* Feeds bytes; returns how many were taken. Stops behind the message's last byte, with state HTTP_DONE. */
size_t http_reader_feed(struct http_reader *reader, const char *bytes, size_t length, http_body_fn *on_body,
                        void *context);

/* The connection ended. Returns true when that was the proper end of the message. */
bool http_reader_end(struct http_reader *reader);

/* Monotonic time in nanoseconds; the same clock in every process of this machine. */
uint64_t now_ns(void);

/* Prints the reason to stderr and exits with 1. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* As realloc, but dies when there is no memory. */
void *grow(void *memory, size_t size);

#endif
