import type { ToolNames } from "../shared/tool-names.ts";

/**
 * Some models wrap several calls in one of a function that nobody has declared.
 * @param names the client's tools, one of which may have this very name
 */
export function isWrapper(name: string, names: ToolNames): boolean {
  return /^(?:multi_tool_use\.)?parallel$/.test(name) && !names.has(name);
}

/** The calls inside `{"tool_uses": [{"recipient_name": "functions.X", "parameters": {…}}]}`; undefined where there are none. */
export function unwrap(args: string): { name: string; arguments: string }[] | undefined {
  const uses = usesIn(args);
  const calls = uses.flatMap((use) => {
    const { recipient_name: recipient, parameters } = (use ?? {}) as { recipient_name?: unknown; parameters?: unknown };
    if (typeof recipient !== "string") return [];
    return [{ name: recipient.replace(/^functions\./, ""), arguments: JSON.stringify(parameters ?? {}) }];
  });
  return calls.length > 0 ? calls : undefined;
}

function usesIn(args: string): unknown[] {
  try {
    const { tool_uses: uses } = JSON.parse(args) as { tool_uses?: unknown };
    return Array.isArray(uses) ? uses : [];
  } catch {
    return []; // broken arguments: the client gets the call as it is, and reports the fault to the model
  }
}
