/* Collected durations and what is told of them. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct samples {
  uint64_t *ns;
  size_t count, capacity;
};

void samples_add(struct samples *samples, uint64_t ns);

/* Prints {"n","min","p25","p50","p75","p90","p99","max","mean"} in microseconds; null without samples. Sorts. */
void samples_print(FILE *out, struct samples *samples);

/* Prints a JSON string of at most `length` bytes; what is not printable ASCII becomes a question mark. */
void string_print(FILE *out, const char *bytes, size_t length);

#endif
