/**
 * Each vendor's own recordings through the whole program and the vendor's own catalogue entry, read by the official SDK. What
 * they say was checked against a plain reading where the wires are tested; here it must arrive, however it was cut.
 */
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { providerType } from "../../lib/catalog/index.ts";
import type { WireId } from "../../lib/catalog/wire-ids.ts";
import { loadWire } from "../../lib/wires/index.ts";
import type { Target, Wire } from "../../lib/wires/wire.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Recording, recordings } from "../support/recordings.ts";
import { sseBytes, startUpstream, type Upstream } from "../support/upstream.ts";
import { eventsOf, inbound, messageOf } from "../wires/openai-chat/support.ts";
import { type Reading, readMessage } from "./reading.ts";

/** Bytes a write: within lines, within events, several events at once. */
const SLICES = [1, 7, 4096] as const;

/** Longer ones go in single bytes where the wires are tested alone: a hundred thousand writes to a socket take their time. */
const LONGEST_IN_BYTES = 64 * 1024;

/** Whose recordings lie in which folder, and over which wire they came. */
const VENDORS: readonly { folder: string; type: string; wire: WireId }[] = [
  ...["deepseek", "groq", "mistral", "moonshotai", "openai", "xai"].map(
    (vendor) => ({ folder: `openai-chat/${vendor}`, type: vendor, wire: "openai-chat" }) as const,
  ),
  ...["alibaba", "perplexity"].map(
    (vendor) => ({ folder: `openai-chat/${vendor}`, type: "openai-compatible", wire: "openai-chat" }) as const,
  ),
  { folder: "openai-responses", type: "openai", wire: "openai-responses" },
  { folder: "openai-responses-azure", type: "openai", wire: "openai-responses" },
  { folder: "openai-responses-xai", type: "xai", wire: "openai-responses" },
  { folder: "openai-responses-open", type: "lmstudio", wire: "openai-responses" },
  { folder: "gemini", type: "gemini", wire: "gemini" },
  { folder: "anthropic", type: "anthropic", wire: "anthropic" },
];

const MODEL = "recorded-model";

let upstream: Upstream;
let mux: Mux;
let client: Anthropic;
beforeAll(async () => {
  upstream = await startUpstream((_request, reply) => reply.destroy());
  mux = await startMux({ config: VENDORS.map(configOf).join("") });
  client = new Anthropic({ baseURL: mux.url, apiKey: "any", maxRetries: 0 });
});
afterAll(async () => {
  await mux?.close();
  await upstream?.close();
});

function configOf({ folder, type, wire }: (typeof VENDORS)[number]): string {
  return `[[providers]]
name = "${folder}"
type = "${type}"
wire = "${wire}"
base_url = "${upstream.url}"
api_key = "sk-0123456789abcdef"
[[models]]
name = "${folder}"
providers = [{ name = "${folder}", model = "${MODEL}" }]
`;
}

const ASK = {
  max_tokens: 4096,
  messages: [{ role: "user" as const, content: "Say it again." }],
  tools: [{ name: "Edit", input_schema: { type: "object" as const, properties: {} } }],
};

/** What the wire makes of the bytes when it is given them at once; undefined where that is a failure. */
async function translated(vendor: (typeof VENDORS)[number], bytes: Buffer): Promise<Reading | undefined> {
  const type = providerType(vendor.type);
  if (!type) throw new Error(`the catalogue has no ${vendor.type}`);
  const wire: Wire = await loadWire(vendor.wire);
  const target: Target = {
    provider: vendor.folder,
    type,
    baseUrl: "http://vendor.test",
    model: MODEL,
    capabilities: {},
  };
  const translator = wire.stream({ inbound: inbound({ ...ASK, stream: true }), target, messageId: "msg_test1" });
  const output = `${translator.push(bytes)}${translator.end()}`;
  return translator.phase === "complete" ? readMessage(messageOf({ events: eventsOf(output) })) : undefined;
}

/** A file may hold several answers one after the other; one recording has lost the last bracket of some lines. */
function answersIn({ events = [] }: Recording): string[][] {
  const answers: string[][] = [];
  for (const line of events) {
    const event = isJson(line) ? line : `${line}}`;
    const { type } = JSON.parse(event) as { type?: string };
    if (answers.length === 0 || type === "response.created" || type === "message_start") answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function streamed(model: string): Promise<Reading> {
  return readMessage(await client.beta.messages.stream({ model, ...ASK }).finalMessage());
}

describe.each(VENDORS)("$folder", (vendor) => {
  const { folder, wire } = vendor;
  const format = { named: wire === "anthropic" || wire === "openai-responses", done: wire === "openai-chat" };
  const found = recordings(folder).filter(({ wire: own }) => own === folder.split("/")[0]);

  test.each(found.filter(({ events }) => events))("stream $name", { timeout: 60_000 }, async (recording) => {
    for (const answer of answersIn(recording)) {
      const bytes = sseBytes(answer, format);
      const expected = await translated(vendor, bytes);
      for (const slice of SLICES.filter((size) => size > 1 || bytes.length <= LONGEST_IN_BYTES)) {
        upstream.handle((_request, reply) => reply.sse(answer, { ...format, slice }));
        if (expected) expect(await streamed(folder)).toEqual(expected);
        else await expect(streamed(folder)).rejects.toThrow();
      }
    }
  });

  test.each(found.filter(({ answer }) => answer))("whole $name", async ({ answer }) => {
    const recorded = JSON.parse(String(answer)) as Record<string, unknown>;
    const isRefusal = "error" in recorded && recorded.error !== null;
    upstream.handle((_request, reply) => reply.json(recorded, isRefusal ? { status: 400 } : {}));
    const whole = client.beta.messages.create({ model: folder, ...ASK }).then(readMessage);
    if (isRefusal) return void (await expect(whole).rejects.toThrow());
    const expected = await translated(vendor, Buffer.from(JSON.stringify(recorded)));
    if (expected && wire !== "anthropic") expect(await whole).toEqual(expected);
    else if (wire === "anthropic") expect(await whole).toEqual(readMessage(recorded as { content: unknown }));
    else await expect(whole).rejects.toThrow();
  });
});
