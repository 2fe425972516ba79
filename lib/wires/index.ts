import type { WireId } from "../catalog/wire-ids.ts";
import { anthropic } from "./anthropic/index.ts";
import type { Wire } from "./wire.ts";

/** The wires that are loaded on first use: an idle proxy holds no translator that it does not need. */
const LAZY: Readonly<Partial<Record<WireId, () => Promise<Wire>>>> = {
  "openai-chat": async () => (await import("./openai-chat/index.ts")).openaiChat,
  "openai-responses": async () => (await import("./openai-responses/index.ts")).openaiResponses,
  gemini: async () => (await import("./gemini/index.ts")).gemini,
  vertex: async () => (await import("./vertex/index.ts")).vertex,
};

const loaded = new Map<WireId, Wire>([["anthropic", anthropic]]);

/** @throws when the protocol is not implemented, which the configuration check forbids */
export async function loadWire(id: WireId): Promise<Wire> {
  const ready = loaded.get(id);
  if (ready) return ready;
  const load = LAZY[id];
  if (!load) throw new Error(`the wire ${id} does not exist`);
  const wire = await load();
  loaded.set(id, wire);
  return wire;
}
