import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { BadBody, type InboundRequest, readRequest } from "../../anthropic/request.ts";
import { decide } from "../../routing/decide.ts";
import { explain, explanationText } from "../../routing/explain.ts";
import { ALL_WELL } from "../all-well.ts";
import { usableConfig } from "../configuration.ts";
import { EXIT } from "../terminal.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, values, operands } = context;
  const request = readInbound(await readOperand(operands[0] ?? "-"), stringValue(context, "class"));
  const { settings } = await usableConfig(context);
  const outcome = decide(request, settings, ALL_WELL, Math.random, Date.now());
  const explanation = explain(outcome);
  if (values.json === true) terminal.out(JSON.stringify(explanation, null, 2));
  else terminal.write(explanationText(explanation));
  return explanation.outcome === "routed" ? EXIT.ok : EXIT.failed;
}

async function readOperand(source: string): Promise<string> {
  if (source === "-") return readAll(process.stdin);
  return readFile(source, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`${source} cannot be read: ${error.code ?? error.message}.`);
  });
}

/** A bare body, or a recording of the form `{headers, body}`. */
function readInbound(text: string, requestClass: string | undefined): InboundRequest {
  const parsed = parseObject(text);
  const recorded = typeof parsed.body === "object" && parsed.body !== null && parsed.messages === undefined;
  const headers: Record<string, string> = recorded ? lowerCase(parsed.headers) : {};
  if (requestClass !== undefined) headers["x-claude-code-request-class"] = requestClass;
  try {
    return readRequest(Buffer.from(recorded ? JSON.stringify(parsed.body) : text), headers);
  } catch (error) {
    if (error instanceof BadBody) throw new CommandFailed(`This is no request: ${error.message}.`);
    throw error;
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new CommandFailed(`This is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  throw new CommandFailed("This is no request: it must be a JSON object with `model` and `messages`.");
}

function lowerCase(headers: unknown): Record<string, string> {
  const entries = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
