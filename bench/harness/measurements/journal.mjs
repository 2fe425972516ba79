// What the journal takes of the processor for each request, called directly: from the beginning of an entry to its line on disk.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { importSources } from "../sources.mjs";

const MODULES = ["journal/journal.ts", "journal/journal-files.ts"];
const KEEP = { name: "journal", label: "keep an entry, writing included" };
/** So many requests end between two writes of a busy server. */
const BATCH = 50;
const RETENTION = { maxBytes: 1024 ** 3, maxMs: 30 * 24 * 3_600_000 };

export async function measureJournal({ plan, dir, results, say }) {
  say("the journal, in process");
  const { Journal, JournalFiles } = await importSources("journal", MODULES);
  const { rounds, entries } = plan.journal;
  for (let round = -1; round < rounds; round++) {
    const folder = join(dir, `journal-${round}`);
    const files = new JournalFiles(folder, {
      retention: () => RETENTION,
      onTrouble(error) {
        if (error) throw error;
      },
    });
    const journal = new Journal(files);
    const before = process.cpuUsage();
    for (let number = 0; number < entries; number++) {
      keep(journal, number);
      if (number % BATCH === BATCH - 1) await files.flush();
    }
    await files.flush();
    const { user, system } = process.cpuUsage(before);
    await files.close();
    await rm(folder, { recursive: true, force: true });
    // The first round is V8's.
    if (round >= 0) results.add("journal", "a request", KEEP, (user + system) / entries);
  }
}

/** One streamed turn of Claude Code, served by the first provider. */
function keep(journal, number) {
  const entry = {
    id: `req_ccm_${String(number).padStart(18, "0")}`,
    time: Date.now(),
    path: "/v1/messages?beta=true",
    session: `6f2a3c1e-0000-4000-8000-${String(number % 20).padStart(12, "0")}`,
    class: "main",
    requested: "claude-sonnet-5-5",
    rule: "model",
    reason: '"claude-sonnet-5-5" is a defined model',
    model: "claude-sonnet-5-5",
    stream: true,
    attempts: [],
    status: 0,
    outcome: "running",
    totalMs: 0,
    bytesIn: 50_000,
    bytesOut: 0,
  };
  journal.begin(entry);
  const usage = { input_tokens: 900, cache_read_input_tokens: 11_000, output_tokens: 300 };
  const attempt = {
    provider: "anthropic",
    model: "claude-sonnet-5-5",
    wire: "anthropic",
    at: 1,
    ms: 2_400,
    status: 200,
  };
  entry.attempts.push({ ...attempt, requestId: `req_${number}`, usage, cost: 0.0105 });
  journal.update(entry);
  journal.end(
    Object.assign(entry, {
      provider: "anthropic",
      upstreamModel: "claude-sonnet-5-5",
      status: 200,
      outcome: "ok",
      stopReason: "end_turn",
      ttftMs: 812.4,
      totalMs: 2_401.7,
      usage,
      cost: 0.0105,
      listCost: 0.0105,
      bytesOut: 9_000,
    }),
  );
}
