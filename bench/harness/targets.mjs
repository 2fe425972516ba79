// What we promise ourselves, judged on the medians of one run. None of it is a test: a busy machine fails it.

const TRANSLATED = ["openai-chat", "openai-responses", "gemini"];
const ms = (value) => `${format(value)} ms`;
const mb = (value) => `${format(value)} MB`;

/**
 * @param {import("./results.mjs").Results} results
 * @returns {{what: string, target: string, measured: string, met: boolean}[]} what this run has the values for
 */
export function judge(results) {
  const added = (table, column, name) => results.added(table, column, name)?.median;
  const plain = (table, column, name) => results.plain(table, column, name)?.median;
  const verdicts = [];
  /** `allowed` undefined: the value it depends on was not measured, so that nothing is said. */
  const target = (what, wanted, value, allowed, print, atLeast = false) => {
    if (value === undefined || allowed === undefined || Number.isNaN(value) || Number.isNaN(allowed)) return;
    const met = atLeast ? value >= allowed : value <= allowed;
    verdicts.push({
      what,
      target: `${wanted} (${atLeast ? "≥" : "≤"} ${print(allowed)})`,
      measured: print(value),
      met,
    });
  };
  const times = (factor, value) => (value === undefined ? undefined : factor * value);
  const plus = (value, more) => (value === undefined ? undefined : value + more);

  const p50 = (size, name = "anthropic") => added("json.p50", size, name);
  target("added p50, 50 KB, anthropic", "4 × nginx", p50("50 KB"), times(4, p50("50 KB", "nginx")), ms);
  target("added p50, 50 KB, anthropic", "0.5 ms", p50("50 KB"), 0.5, ms);
  target("added p99, 50 KB, anthropic", "1 ms on a quiet machine", added("json.p99", "50 KB", "anthropic"), 1, ms);
  target("added p50, 1 MB, anthropic", "4 × nginx", p50("1 MB"), times(4, p50("1 MB", "nginx")), ms);
  target("added per MB, 1 to 4 MB, anthropic", "2 ms per MB", perMb(p50("1 MB"), p50("4 MB")), 2, ms);
  for (const wire of TRANSLATED) target(`added p50, 50 KB, ${wire}`, "0.8 ms", p50("50 KB", wire), 0.8, ms);

  for (const wire of ["anthropic", ...TRANSLATED]) {
    const own = wire === "anthropic";
    const first = results.columns("sse.first")[0];
    target(
      `added to the first text, ${wire}`,
      own ? "0.5 ms" : "1 ms",
      added("sse.first", first, wire),
      own ? 0.5 : 1,
      ms,
    );
    const [paced] = results.columns("sse.delay");
    target(`added per paced event, ${wire}`, "0.15 ms", added("sse.delay", paced, wire), 0.15, ms);
    const cpu = own ? 0.1 : 0.15;
    target(`CPU per paced event, ${wire}`, ms(cpu), plain("sse.cpu", paced, wire), cpu, ms);
    target(`256 open streams, event p99, ${wire}`, "5 ms", plain("open.p99", "256", wire), 5, ms);
    const kb = (value) => `${format(value)} KB`;
    target(`256 open streams, memory each, ${wire}`, "40 KB", plain("open.private", "256", wire), 40, kb);
  }
  for (const table of ["rate.persecond", "rate.percore"]) {
    const what = `requests per second${table === "rate.percore" ? " of CPU" : ""}, 50 KB × 32, anthropic`;
    target(what, "2 000", plain(table, "50 KB × 32", "anthropic"), 2000, (value) => format(value), true);
  }

  const idle = (table, name) => plain(table, "idle", name);
  const bare = idle("memory.rss", "bare");
  target(
    "idle private memory",
    "bare Node + 5 MB",
    idle("memory.private", "anthropic"),
    plus(idle("memory.private", "bare"), 5),
    mb,
  );
  target("idle RSS", "bare Node + 10 MB", idle("memory.rss", "anthropic"), plus(bare, 10), mb);
  const rested = results.columns("memory.rss").find((column) => column.startsWith("+ "));
  target(
    `RSS after the load, ${rested}`,
    "bare Node + 30 MB",
    plain("memory.rss", rested, "anthropic"),
    plus(bare, 30),
    mb,
  );
  const start = (name) => plain("start.first", "1 KB", name);
  target("start to first answer", "node:http hello + 80 ms", start("anthropic"), plus(start("hello"), 80), ms);
  return verdicts;
}

function perMb(atOne, atFour) {
  return atOne === undefined || atFour === undefined ? undefined : (atFour - atOne) / 3;
}

/** Three significant digits, no exponent. */
export function format(value) {
  if (Number.isNaN(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}
