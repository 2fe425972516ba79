/** Trying out whether a provider answers. */
import { signal } from "@preact/signals";
import { ApiProblem, sendJson } from "../state/api.ts";

/** The provider that was just added: its card tests it as soon as it shows. */
export const testAfterSave = signal<string | undefined>(undefined);

/** What `POST /api/providers/NAME/test` tells; anything may be missing. */
interface TestAnswer {
  ok?: boolean;
  message?: string;
  ms?: number;
}

export type TestResult =
  | { phase: "testing" }
  | { phase: "done"; ok: boolean; message: string; ms?: number }
  | { phase: "unavailable" };

export async function testProvider(name: string): Promise<TestResult> {
  try {
    const answer = await sendJson<TestAnswer>("POST", `/api/providers/${encodeURIComponent(name)}/test`);
    const ok = answer.ok === true;
    const message = answer.message ?? (ok ? "It answers." : "It did not answer as it should.");
    return { phase: "done", ok, message, ...(answer.ms !== undefined && { ms: answer.ms }) };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === "not_found") return { phase: "unavailable" };
    return { phase: "done", ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
