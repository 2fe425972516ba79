// How much of everything a run measures. Counts are per contender and round.

const KB = 1024;
export const SIZES = {
  "1 KB": KB,
  "50 KB": 50 * KB,
  "200 KB": 200 * KB,
  "500 KB": 500 * KB,
  "1 MB": 1024 * KB,
  "4 MB": 4096 * KB,
};

/** Under ten minutes with four wires, nginx and the piped proxy on a quiet machine. */
const full = {
  warmup: { "1 KB": 3000, "50 KB": 3000, "1 MB": 20 },
  json: {
    rounds: 7,
    requests: { "1 KB": 300, "50 KB": 500, "200 KB": 100, "500 KB": 60, "1 MB": 30, "4 MB": 8 },
    quiet: { requests: 4, gapMs: 100 },
  },
  sse: { rounds: 5, first: 60, paced: { events: 150, everyMs: 10 }, burst: { streams: 6, events: 500 } },
  open: { rounds: 3, streams: [1, 16, 64, 256], seconds: 0.8, longest: 2 },
  rate: { rounds: 3, seconds: 1, sizes: ["1 KB", "50 KB"], connections: [1, 32] },
  memory: { idleMs: 13_000, requests: 10_000, restMs: 60_000, big: 20, bigRestMs: 45_000 },
  start: { rounds: 9, fresh: 200 },
  decision: { rounds: 5, iterations: 1000 },
  translation: { rounds: 5, iterations: 300 },
  journal: { rounds: 5, entries: 20_000 },
};

/** About a minute: enough to see a mistake, not to publish a number. */
const quick = {
  warmup: { "1 KB": 600, "50 KB": 200, "1 MB": 4 },
  json: {
    rounds: 3,
    requests: { "1 KB": 150, "50 KB": 150, "500 KB": 20, "1 MB": 10 },
    quiet: { requests: 3, gapMs: 100 },
  },
  sse: { rounds: 3, first: 25, paced: { events: 20, everyMs: 10 }, burst: { streams: 3, events: 300 } },
  open: { rounds: 1, streams: [16, 64], seconds: 1, longest: 1 },
  rate: { rounds: 1, seconds: 0.5, sizes: ["50 KB"], connections: [1, 32] },
  memory: { idleMs: 2000, requests: 1000, restMs: 5000, big: 3, bigRestMs: 2000 },
  start: { rounds: 3, fresh: 100 },
  decision: { rounds: 2, iterations: 300 },
  translation: { rounds: 2, iterations: 100 },
  journal: { rounds: 2, entries: 5000 },
};

/** Two of everything, for the project's tests: does it run at all? */
const smoke = {
  warmup: { "1 KB": 2 },
  json: { rounds: 1, requests: { "1 KB": 4, "50 KB": 2 }, quiet: { requests: 1, gapMs: 1 } },
  sse: { rounds: 1, first: 2, paced: { events: 3, everyMs: 1 }, burst: { streams: 1, events: 5 } },
  open: { rounds: 1, streams: [2], seconds: 0.3, longest: 0.3 },
  rate: { rounds: 1, seconds: 0.05, sizes: ["1 KB"], connections: [2] },
  memory: { idleMs: 50, requests: 20, restMs: 50, big: 1, bigRestMs: 50 },
  start: { rounds: 1, fresh: 2 },
  decision: { rounds: 1, iterations: 5 },
  translation: { rounds: 1, iterations: 2 },
  journal: { rounds: 1, entries: 5 },
};

export const PLANS = { full, quick, smoke };
