/* What the stub upstream answers in each protocol: one JSON answer, or a stream of text deltas. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

/* Every delta carries the monotonic time at which it was written, as @ and 19 digits and @. */
#define STAMP_DIGITS 19

struct protocol {
  const char *name;
  /* A request belongs to the protocol when its path contains this. */
  const char *path_mark;
  const char *json;
  /* Events before the first delta, the delta up to and after its stamp, events after the last delta. */
  const char *stream_start;
  const char *delta_before;
  const char *delta_after;
  const char *stream_end;
};

/* The protocol of a request line, or NULL. */
const struct protocol *protocol_of(const char *request_line);

/* Writes the stamp's digits. */
void write_stamp(char *to, uint64_t time);

#endif
