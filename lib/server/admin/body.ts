import type { Context } from "hono";
import * as v from "valibot";
import { ApiFault } from "./errors.ts";

/**
 * Reads a JSON body and checks it.
 * @throws {ApiFault} 400, naming the key that is at fault
 */
export async function readJson<S extends v.GenericSchema>(c: Context, schema: S): Promise<v.InferOutput<S>> {
  const result = v.safeParse(schema, parseJson(await c.req.text()));
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
