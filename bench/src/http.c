#define _GNU_SOURCE
#include "http.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void http_reader_reset(struct http_reader *reader, bool is_response) {
  reader->state = HTTP_HEAD;
  reader->is_response = is_response;
  reader->status = 0;
  reader->closes = false;
  reader->left = 0;
  reader->line_has_bytes = false;
  reader->head_length = 0;
}

/* The value of a header, or NULL. `name` is "\r\nname:" in lower case. */
static const char *header(const struct http_reader *reader, const char *name) {
  const char *found = strcasestr(reader->head, name);
  if (!found) return NULL;
  found += strlen(name);
  while (*found == ' ') found++;
  return found;
}

static void head_is_whole(struct http_reader *reader) {
  reader->head[reader->head_length] = '\0';
  if (reader->is_response && sscanf(reader->head, "HTTP/1.%*d %d", &reader->status) != 1) {
    reader->state = HTTP_BROKEN;
    return;
  }
  if (reader->status >= 100 && reader->status < 200) { /* an interim answer: the real one follows */
    http_reader_reset(reader, true);
    return;
  }
  const char *connection = header(reader, "\r\nconnection:");
  reader->closes = connection && strncasecmp(connection, "close", 5) == 0;
  const char *coding = header(reader, "\r\ntransfer-encoding:");
  if (coding && strncasecmp(coding, "chunked", 7) == 0) {
    reader->state = HTTP_CHUNK_SIZE;
    return;
  }
  const char *length = header(reader, "\r\ncontent-length:");
  if (length) {
    reader->left = strtoull(length, NULL, 10);
    reader->state = reader->left > 0 ? HTTP_BODY_LENGTH : HTTP_DONE;
  } else if (reader->is_response && reader->status != 204 && reader->status != 304) {
    reader->state = HTTP_BODY_TO_END;
  } else {
    reader->state = HTTP_DONE;
  }
}

static size_t feed_head(struct http_reader *reader, const char *bytes, size_t length) {
  for (size_t at = 0; at < length; at++) {
    if (reader->head_length == HTTP_HEAD_MAX - 1) {
      reader->state = HTTP_BROKEN;
      return at;
    }
    reader->head[reader->head_length++] = bytes[at];
    if (bytes[at] == '\n' && reader->head_length >= 4 &&
        memcmp(reader->head + reader->head_length - 4, "\r\n\r\n", 4) == 0) {
      head_is_whole(reader);
      return at + 1;
    }
  }
  return length;
}

static size_t feed_body(struct http_reader *reader, const char *bytes, size_t length, enum http_state next,
                        http_body_fn *on_body, void *context) {
  size_t take = reader->left < length ? (size_t)reader->left : length;
  if (on_body && take > 0) on_body(context, bytes, take);
  reader->left -= take;
  if (reader->left == 0) reader->state = next;
  return take;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)tolower((unsigned char)c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes one byte of the lines that frame chunks. */
static void feed_framing(struct http_reader *reader, char byte) {
  if (byte == '\r') return;
  switch (reader->state) {
    case HTTP_CHUNK_SIZE:
      if (byte == '\n') {
        reader->state = reader->left > 0 ? HTTP_CHUNK_DATA : HTTP_TRAILER;
        reader->line_has_bytes = false;
      } else if (!reader->line_has_bytes) {
        int digit = hex_digit(byte);
        if (digit < 0) reader->line_has_bytes = true; /* the rest of the line is an extension */
        else reader->left = reader->left * 16 + (uint64_t)digit;
      }
      return;
    case HTTP_CHUNK_END:
      if (byte == '\n') reader->state = HTTP_CHUNK_SIZE;
      return;
    case HTTP_TRAILER:
      if (byte != '\n') reader->line_has_bytes = true;
      else if (reader->line_has_bytes) reader->line_has_bytes = false;
      else reader->state = HTTP_DONE;
      return;
    default:
      reader->state = HTTP_BROKEN;
  }
}

size_t http_reader_feed(struct http_reader *reader, const char *bytes, size_t length, http_body_fn *on_body,
                        void *context) {
  size_t at = 0;
  while (at < length && reader->state != HTTP_DONE && reader->state != HTTP_BROKEN) {
    switch (reader->state) {
      case HTTP_HEAD:
        at += feed_head(reader, bytes + at, length - at);
        break;
      case HTTP_BODY_LENGTH:
        at += feed_body(reader, bytes + at, length - at, HTTP_DONE, on_body, context);
        break;
      case HTTP_CHUNK_DATA:
        at += feed_body(reader, bytes + at, length - at, HTTP_CHUNK_END, on_body, context);
        break;
      case HTTP_BODY_TO_END:
        if (on_body) on_body(context, bytes + at, length - at);
        at = length;
        break;
      default:
        feed_framing(reader, bytes[at++]);
    }
  }
  return at;
}

bool http_reader_end(struct http_reader *reader) {
  if (reader->state == HTTP_BODY_TO_END) reader->state = HTTP_DONE;
  return reader->state == HTTP_DONE;
}

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

void *grow(void *memory, size_t size) {
  void *larger = realloc(memory, size);
  if (!larger) die("out of memory for %zu bytes", size);
  return larger;
}
