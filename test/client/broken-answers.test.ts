/**
 * @module The real Claude Code while its primary provider breaks every answer at one place, on the connection itself: with
 * the rescues off, where the client's own recovery and failover share the work, and with each of them on, where it is to
 * notice nothing.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { Part } from "../../lib/simulator/wire.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { BREAKS, halfOfWhole, POSITIONS, type Position, streamUntil } from "../support/wall/breaks.ts";
import { type Exchange, type RawServer, startRawServer, type WallRequest } from "../support/wall/exchange.ts";
import { play } from "../support/wall/scenarios.ts";
import { framesOf, prefillOf, type Speech, speechOf, wholeOf } from "../support/wall/speech.ts";
import { type ClaudeEvent, findClaude, runClaude } from "./claude-code.ts";
import { SCENARIOS } from "./scenarios.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: tests with the real Claude Code. ${claude.missing}`);
const binary = "binary" in claude ? claude.binary : "";

/** Two turns: words and a call, then words. */
const scenario = SCENARIOS.find(({ name }) => name === "a Bash round trip");
type Where = "before the headers" | Position;

let wall: RawServer | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await wall?.close();
  mux = undefined;
  wall = undefined;
});

const WIRES: Readonly<Record<string, string>> = {
  anthropic: 'type = "anthropic-compatible"\nbase_url = "URL/NAME"',
  "openai-chat": 'type = "openai-compatible"\nbase_url = "URL/NAME/v1"',
};

function configOf(wire: string, url: string, failover: string): string {
  const provider = (name: string) =>
    `[[providers]]\nname = "${name}"\n${WIRES[wire]?.replace("URL", url).replace("NAME", name)}\napi_key = "key-of-${name}"\n`;
  return `${provider("primary")}${provider("backup")}
[[models]]
name = "any-model"
providers = [
  { name = "primary", priority = 1, model = "large" },
  { name = "backup", priority = 2, model = "large", capabilities = { prefill = true } },
]
[router.default]
model = "any-model"
[failover]
failure_threshold = 1000
${failover}
`;
}

/** What the model answers, behind the words that the request ends with. */
function partsOf(request: WallRequest): { parts: readonly Part[]; speech: Speech } {
  const said = prefillOf(request);
  const messages = request.body.messages as unknown[];
  const asked =
    said === undefined ? request : { ...request, body: { ...request.body, messages: messages.slice(0, -1) } };
  const speech = speechOf(asked);
  const { parts = [] } = scenario?.respond(speech.ask) ?? {};
  const rest = (part: Part): Part =>
    part.type === "text" && said !== undefined && part.text.startsWith(said)
      ? { ...part, text: part.text.slice(said.length) }
      : part;
  return { parts: [...(thinks ? [THOUGHT] : []), ...parts.map(rest)], speech };
}
const THOUGHT: Part = { type: "thinking", text: "First I think about it for a while." };
let thinks = false;

async function answers(exchange: Exchange, speech: Speech, parts: readonly Part[]): Promise<void> {
  if (!speech.ask.stream) return exchange.json(200, wholeOf(speech, parts));
  exchange.head(200, { "content-type": "text/event-stream" });
  await play(exchange, framesOf(speech, parts));
  exchange.end();
}

/** The primary breaks each answer that has the place, the backup none. */
async function run(where: Where, wire: string, failover: string) {
  thinks = where === "in thinking";
  wall = await startRawServer(async (exchange) => {
    const { parts, speech } = partsOf(exchange.request);
    if (exchange.request.path.startsWith("/backup")) return await answers(exchange, speech, parts);
    if (where === "before the headers") return exchange.reset();
    if (!speech.ask.stream) return await halfOfWhole(exchange, speech, parts, BREAKS.reset);
    if (POSITIONS[where](framesOf(speech, parts)) < 0) return await answers(exchange, speech, parts);
    await streamUntil(where, exchange, speech, parts, BREAKS.reset);
  });
  mux = await spawnMux({ config: configOf(wire, wall.url, failover) });
  const result = await runClaude(binary, {
    baseUrl: mux.url,
    prompt: scenario?.prompt ?? "",
    allowedTools: scenario?.allowedTools ?? [],
  });
  const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: JournalEntry[] };
  const asked = wall.requests.filter(({ path }) => path.startsWith("/primary"));
  return { result, items, asked };
}

/** All words of the assistant that the client has shown. */
function said(events: readonly ClaudeEvent[]): string {
  return events
    .filter(({ type }) => type === "assistant")
    .flatMap(({ message }) => message?.content as { text?: string }[])
    .map(({ text = "" }) => text)
    .join("");
}

const RIGHT = { answer: scenario?.answer, isError: false, exitCode: 0 };
const EVERYWHERE: readonly Where[] = ["before the headers", ...(Object.keys(POSITIONS) as Position[])];

describe.skipIf("missing" in claude)("the real Claude Code", { timeout: 120_000 }, () => {
  describe.each(Object.keys(WIRES))("providers that speak %s, rescues off", (wire) => {
    test.each(EVERYWHERE)("broken %s: the session ends with the right answer", async (where) => {
      const { result, items, asked } = await run(where, wire, "");
      expect(result).toMatchObject(RIGHT);
      expect(asked.length).toBeGreaterThan(0);
      const broken = items.filter(({ attempts }) => attempts.some(({ failure }) => failure !== undefined));
      expect(broken.length).toBeGreaterThan(0);
      const unseen = where === "before the headers" || where === "before content";
      expect(items.some(({ outcome }) => outcome === "cut")).toBe(!unseen);
      expect(items.filter(({ outcome }) => outcome !== "cut" && outcome !== "ok")).toEqual([]);
    });
  });

  test.each([
    ["restart", "in text", 'rescue = "restart"'],
    ["restart", "in a tool call", 'rescue = "restart"'],
    ["restart", "before the end", 'rescue = "restart"'],
    ["continue", "in text", 'rescue = "continue"'],
    ["hold_back_ms", "in text", "hold_back_ms = 1000"],
    ["hold_back_ms", "in thinking", "hold_back_ms = 1000"],
    ["hold_back_ms", "in a tool call", "hold_back_ms = 1000"],
  ] as const)("%s, broken %s: the client notices nothing", async (rescue, where, failover) => {
    const { result, items } = await run(where, "anthropic", failover);
    expect(result).toMatchObject({ isError: false, exitCode: 0 });
    // Behind a seam the client begins a new paragraph, and tells a script only the last.
    if (rescue === "continue") expect(said(result.events)).toMatch(new RegExp(`${scenario?.answer}$`));
    else expect(result.answer).toBe(scenario?.answer);
    expect(items.map(({ outcome }) => outcome)).toEqual(items.map(() => "ok"));
    expect(items).toHaveLength(scenario?.requests.length ?? 0);
    const kinds = items.flatMap(({ rescue: told }) => told?.kind ?? []);
    if (rescue === "hold_back_ms") expect(kinds).toEqual([]);
    else expect(new Set(kinds)).toEqual(new Set([rescue]));
  });

  test("whose own time limit is a fraction of what the answer takes: it gets the answer that is under way", async () => {
    wall = await startRawServer(async (exchange) => {
      const { parts, speech } = partsOf(exchange.request);
      if (await exchange.pause(4_500)) await answers(exchange, speech, parts);
    });
    thinks = false;
    mux = await spawnMux({ config: configOf("anthropic", wall.url, "") });
    const env = { API_TIMEOUT_MS: "1500" };
    const result = await runClaude(binary, {
      baseUrl: mux.url,
      prompt: scenario?.prompt ?? "",
      allowedTools: ["Bash"],
      env,
    });
    expect(result).toMatchObject(RIGHT);
    expect(wall.requests).toHaveLength(2);
    const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: JournalEntry[] };
    expect(items.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    for (const { comebacks } of items) expect(comebacks).toBeGreaterThanOrEqual(2);
  });
});
