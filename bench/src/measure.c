#include "measure.h"

#include <stdlib.h>

#include "http.h"

void samples_add(struct samples *samples, uint64_t ns) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity ? samples->capacity * 2 : 4096;
    samples->ns = grow(samples->ns, samples->capacity * sizeof *samples->ns);
  }
  samples->ns[samples->count++] = ns;
}

static int ascending(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

/* Nearest rank. */
static double percentile(const struct samples *samples, unsigned percent) {
  size_t rank = (samples->count * percent + 99) / 100;
  return (double)samples->ns[rank > 0 ? rank - 1 : 0] / 1000;
}

void samples_print(FILE *out, struct samples *samples) {
  if (samples->count == 0) {
    fputs("null", out);
    return;
  }
  qsort(samples->ns, samples->count, sizeof *samples->ns, ascending);
  double sum = 0;
  for (size_t i = 0; i < samples->count; i++) sum += (double)samples->ns[i];
  fprintf(out,
          "{\"n\":%zu,\"min\":%.1f,\"p25\":%.1f,\"p50\":%.1f,\"p75\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f,"
          "\"mean\":%.1f}",
          samples->count, (double)samples->ns[0] / 1000, percentile(samples, 25), percentile(samples, 50),
          percentile(samples, 75), percentile(samples, 90), percentile(samples, 99),
          (double)samples->ns[samples->count - 1] / 1000, sum / (double)samples->count / 1000);
}

void string_print(FILE *out, const char *bytes, size_t length) {
  fputc('"', out);
  for (size_t i = 0; i < length; i++) {
    char c = bytes[i];
    if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
    else if (c >= ' ' && c <= '~') fputc(c, out);
    else fputc(c == '\n' || c == '\r' ? ' ' : '?', out);
  }
  fputc('"', out);
}
