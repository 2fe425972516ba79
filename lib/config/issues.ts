import type { BaseIssue } from "valibot";
import { didYouMean, type Finding, type Path } from "./faults.ts";

/** A complaint of the schema in words for people. */
export function readIssue(issue: BaseIssue<unknown>): Finding {
  const at: Path = (issue.path ?? []).map((item) => item.key as string | number);
  const key = at.at(-1);
  const secret = at.some((segment) => /key|token|secret/.test(String(segment)));
  const given = secret ? "" : `, not ${describe(issue.input)}`;
  switch (issue.type) {
    case "strict_object":
      // A missing key is told at the key itself: its place is that of the table.
      return issue.input === undefined && issue.expected !== "Object"
        ? { at, message: "is missing." }
        : { at, message: `must be a table${given}.` };
    case "record":
      return { at, message: `must be a table${given}.` };
    case "string":
      return { at, message: `must be text in quotes${given}.` };
    case "boolean":
      return { at, message: `must be true or false${given}.` };
    case "array":
      return { at, message: `must be a list in brackets${given}.` };
    case "number":
    case "finite":
      return { at, message: `must be a number${given}.` };
    case "integer":
      return { at, message: `must be a whole number${given}.` };
    case "min_value":
      return { at, message: `must be at least ${issue.expected?.replace(/^>=/, "")}${given}.` };
    case "gt_value":
      return { at, message: `must be more than ${issue.expected?.replace(/^>/, "")}${given}.` };
    case "max_value":
      return { at, message: `must be at most ${issue.expected?.replace(/^<=/, "")}${given}.` };
    case "min_length":
      return { at, message: "must not be empty." };
    case "picklist":
    case "union": {
      const choices = (issue.expected ?? "").match(/"[^"]*"/g) ?? [];
      const words = choices.map((choice) => choice.slice(1, -1)).filter((word) => word !== "");
      const hint = typeof issue.input === "string" ? didYouMean(issue.input, words) : "";
      return { at, message: `must be one of ${words.join(", ")}${given}.${hint}` };
    }
    default:
      return { at, message: `${issue.message} (${String(key)}).` };
  }
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  return typeof value === "object" && value !== null ? "a table" : String(value);
}
