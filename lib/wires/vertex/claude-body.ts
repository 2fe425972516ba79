import { scanTopLevel } from "../../anthropic/scan.ts";
import type { Block, MessagesBody } from "../../anthropic/types.ts";
import { dropFields } from "../shared/fields.ts";

/** Stands in the body for the header `anthropic-version`. */
const VERSION = "vertex-2023-10-16";

/** Tells Anthropic how Claude Code was paid for: nobody else's business, and different in every request. */
const BILLING = "x-anthropic-billing-header:";

/** What Vertex AI wants changed in a Messages body. */
export interface BodyChanges {
  /** Fields that go, as dotted paths. */
  without: readonly string[];
  /** What a field that goes cannot say any more, for the model. */
  instruction: string | undefined;
}

/** A Messages body as Vertex AI takes it. Values in which nothing changes keep their bytes. */
export function claudeBody(bytes: Buffer, { without, instruction }: BodyChanges): Buffer {
  const top = scanTopLevel(bytes);
  if (!top) throw new Error("a body that was scanned before cannot be scanned now");
  const fields = new Map<string, Buffer | string>();
  for (const [key, { start, end }] of top) {
    const value = bytes.subarray(start, end);
    const kept = without.includes(key) ? undefined : withoutInner(key, value, without);
    if (kept !== undefined) fields.set(key, kept);
  }
  const system = systemFor(fields.get("system"), instruction);
  if (system === undefined) fields.delete("system");
  else fields.set("system", system);
  const parts = [...fields].flatMap(([key, value]) => [
    Buffer.from(`,${JSON.stringify(key)}:`),
    typeof value === "string" ? Buffer.from(value) : value,
  ]);
  return Buffer.concat([Buffer.from(`{"anthropic_version":"${VERSION}"`), ...parts, Buffer.from("}")]);
}

/** @returns undefined when nothing is left of the value */
function withoutInner(key: string, value: Buffer, without: readonly string[]): Buffer | string | undefined {
  const inner = without.filter((path) => {
    const [first, ...others] = path.split(".");
    return first === key && value.includes(`"${others.at(-1)}"`);
  });
  if (inner.length === 0) return value;
  const kept = dropFields({ [key]: JSON.parse(value.toString("utf8")) }, inner)[key];
  return Object.keys(kept ?? {}).length > 0 ? JSON.stringify(kept) : undefined;
}

function systemFor(value: Buffer | string | undefined, instruction: string | undefined): Buffer | string | undefined {
  if (value === undefined && instruction === undefined) return undefined;
  if (instruction === undefined && !value?.includes(BILLING)) return value;
  const system = (value === undefined ? [] : JSON.parse(String(value))) as NonNullable<MessagesBody["system"]>;
  const blocks: Block[] = typeof system === "string" ? [{ type: "text", text: system }] : system;
  const kept = blocks.filter(({ text }) => typeof text !== "string" || !text.startsWith(BILLING));
  if (instruction !== undefined) kept.push({ type: "text", text: instruction });
  return kept.length > 0 ? JSON.stringify(kept) : undefined;
}
