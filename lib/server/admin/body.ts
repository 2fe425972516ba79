import type { Context } from "hono";
import * as v from "valibot";
import { ApiFault } from "./errors.ts";

const LARGEST_BODY = 32 * 1024 * 1024;

/**
 * Reads the body, but no more of it than we take. (Hono's `bodyLimit` makes a new Request of the runtime's own kind, which
 * the Node adapter's requests are not.)
 * @throws {ApiFault} 413
 */
export async function readBytes(c: Context): Promise<Buffer> {
  if (Number(c.req.header("content-length") ?? 0) > LARGEST_BODY) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): ApiFault {
  return new ApiFault(413, "too_large", "The body is larger than 32 MiB.");
}

/**
 * Reads a JSON body and checks it.
 * @param absent stands for a body that was not sent; without it there must be one
 * @throws {ApiFault} 400, naming the key that is at fault
 */
export async function readJson<S extends v.GenericSchema>(
  c: Context,
  schema: S,
  absent?: v.InferInput<S>,
): Promise<v.InferOutput<S>> {
  const text = (await readBytes(c)).toString("utf8");
  const result = v.safeParse(schema, text === "" && absent !== undefined ? absent : parseJson(text));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? undefined;
  throw new ApiFault(400, "bad_request", `${path ?? "body"}: ${issue.message}`, path === undefined ? {} : { path });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    throw new ApiFault(400, "bad_json", `The body is not valid JSON: ${why}`);
  }
}
