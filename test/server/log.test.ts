import { expect, it } from "vitest";
import { createLogger } from "../../lib/server/log.ts";
import { logRequest } from "../../lib/server/request-log.ts";
import { answered } from "../journal/entries.ts";

const NOW = () => new Date("2026-11-24T12:00:00Z");

function logger(format: "json" | "text" = "text", level: "info" | "warn" = "info") {
  const lines: string[] = [];
  const log = createLogger((line) => lines.push(line), NOW);
  log.configure({ level, format });
  return { log, lines };
}

it("tells the story of a request in one line", () => {
  const { log, lines } = logger();
  const entry = answered({ id: "req_ccm_1", provider: "b", cost: 0.0123, session: "s-1" }, { requestId: "req_up_7" });
  entry.attempts.unshift({
    ...{ provider: "a", model: "m", wire: "anthropic", at: 0, ms: 12.4, status: 529, failure: "overloaded" },
    requestId: "req_up_6",
  });
  logRequest(log, entry);
  expect(lines).toHaveLength(1);
  for (const part of [
    "claude-sonnet-5-5 → b",
    "id=req_ccm_1",
    "session=s-1",
    "cost=0.0123",
    '"a:overloaded(529,12ms) → b:ok(200,40ms)"',
    "vendor_id=req_up_6,req_up_7",
  ])
    expect(lines[0]).toContain(part);
});

it("names who failed, also when nobody else was asked", () => {
  const { log, lines } = logger();
  const [attempt] = answered().attempts;
  if (!attempt) throw new Error("no attempt");
  const { provider: _nobody, ...entry } = answered({ outcome: "failed", status: 400, error: "bad field" });
  logRequest(log, { ...entry, attempts: [{ ...attempt, provider: "a", status: 400, failure: "bad_request" }] });
  expect(lines[0]).toContain("attempts=a:bad_request(400,40ms)");
  expect(lines[0]).toContain("→ nobody");
});

it("tells machines the same as JSON", () => {
  const { log, lines } = logger("json");
  logRequest(log, answered({ id: "req_ccm_2" }));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    time: "2026-11-24T12:00:00.000Z",
    level: "info",
    id: "req_ccm_2",
    outcome: "ok",
    in: 100,
    out: 10,
  });
});

it("lets no name of a client begin a line of its own or command the terminal", () => {
  const { log, lines } = logger();
  const nasty = "x\n2026-11-24T12:00:00.000Z error forged\u001b[2J\u009b31m";
  logRequest(log, answered({ requested: nasty, session: "\u001b]0;title\u0007", class: "\u009b31m", error: nasty }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\p{Cc}/u);
});

it("says less at a higher level, and remembers the last error all the same", () => {
  const { log, lines } = logger("text", "warn");
  logRequest(log, answered());
  logRequest(log, answered({ outcome: "failed" }));
  log.write("error", "broken");
  expect(lines.map((line) => line.split(" ")[1])).toEqual(["warn", "error"]);
  expect(log.lastError).toEqual({ time: NOW().getTime(), message: "broken" });
});

it("hands what people read to the terminal, and JSON to the output", () => {
  const out: string[] = [];
  const people: string[] = [];
  const log = createLogger(
    (line) => out.push(line),
    NOW,
    (text, level) => people.push(`${level}: ${text}`),
  );
  log.write("info", "hello", { id: 1 });
  log.configure({ level: "info", format: "json" });
  log.write("info", "hello");
  expect(people).toEqual(["info: hello  id=1"]);
  expect(out).toHaveLength(1);
});
