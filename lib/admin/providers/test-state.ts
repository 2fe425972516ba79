/** Trying out what a provider can do, saved or not. */
import { signal } from "@preact/signals";
import type { ProviderTestView } from "../../server/admin/views.ts";
import { ApiProblem, sendJson } from "../state/api.ts";
import type { Change } from "../state/edit.ts";

/** `refused`: it was not even tried, for what is written about it cannot be. */
export type TestResult =
  | { phase: "testing" }
  | { phase: "done"; view: ProviderTestView }
  | { phase: "refused"; problem: ApiProblem };

/** The last test of each provider, for as long as the page is open. */
export const testResults = signal<Readonly<Record<string, TestResult>>>({});

/**
 * Asks the provider for real, and keeps what came of it.
 * @param changes how the provider would be, where that is not saved yet; nothing of them is kept
 */
export async function testProvider(name: string, changes?: readonly Change[]): Promise<TestResult> {
  tell(name, { phase: "testing" });
  const path = `/api/providers/${encodeURIComponent(name)}/test`;
  const result = await sendJson<ProviderTestView>("POST", path, { ...(changes && { changes }) }).then(
    (view): TestResult => ({ phase: "done", view }),
    (error: unknown): TestResult => {
      if (error instanceof ApiProblem) return { phase: "refused", problem: error };
      throw error;
    },
  );
  tell(name, result);
  return result;
}

/** Why what was tried out had better not be saved; undefined where it works. */
export function refusalOf(result: TestResult): string | undefined {
  if (result.phase === "refused") return result.problem.message;
  return result.phase === "done" && !result.view.ok ? result.view.message : undefined;
}

export function forgetTest(name: string): void {
  const { [name]: _gone, ...rest } = testResults.value;
  testResults.value = rest;
}

function tell(name: string, result: TestResult): void {
  testResults.value = { ...testResults.value, [name]: result };
}
