/** Environment variables that strings may refer to. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)\}/g;

/**
 * Replaces `$NAME` and `${NAME}` by the variable's value. `$$` stands for one dollar sign; any other dollar sign for itself.
 * @returns `missing`: the first variable that is not set or empty, if any; its place in `value` is empty
 */
export function expandReferences(text: string, env: Environment): { value: string; missing?: string } {
  if (!text.includes("$")) return { value: text };
  let missing: string | undefined;
  const value = text.replace(REFERENCE, (whole, plain: string | undefined, braced: string | undefined) => {
    if (whole === "$$") return "$";
    const name = plain ?? braced ?? "";
    const found = env[name];
    if (found === undefined || found === "") missing ??= name;
    return found ?? "";
  });
  return missing === undefined ? { value } : { value, missing };
}

/** Is the string nothing but one reference? Such a string is no secret itself. */
export function isReference(text: string): boolean {
  return /^\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})$/.test(text);
}

/** Writes a literal so that no part of it is taken for a reference, e.g. a typed key that holds a dollar sign. */
export function escapeReferences(literal: string): string {
  return literal.replace(/\$(?=[$A-Za-z_{])/g, "$$$$");
}

/** Names of the variables that a text, or any text within a tree, refers to. */
export function variablesIn(value: unknown): string[] {
  if (typeof value === "string")
    return [...value.matchAll(REFERENCE)].flatMap(([, plain, braced]) => plain ?? braced ?? []);
  const parts = typeof value === "object" && value !== null ? Object.values(value).flatMap(variablesIn) : [];
  return [...new Set(parts)];
}
