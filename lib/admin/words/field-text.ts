/** Values of the configuration as text in a field, and back. Pure. */

export type TextKind = "text" | "number" | "lines";

export function toText(kind: TextKind, value: unknown): string {
  if (value === undefined || value === null) return "";
  return kind === "lines" && Array.isArray(value) ? value.join("\n") : String(value);
}

/** @returns the value, undefined for an empty field; or why the text is none */
export function fromText(kind: TextKind, text: string): { value?: unknown; problem?: string } {
  const trimmed = text.trim();
  if (kind === "lines") {
    const lines = trimmed.split("\n").map((line) => line.trim());
    return { value: lines.filter((line) => line !== "") };
  }
  if (trimmed === "") return {};
  if (kind === "text") return { value: trimmed };
  const number = Number(trimmed.replace(/[_ \u2009]/g, ""));
  return Number.isFinite(number) ? { value: number } : { problem: "a number is needed" };
}
