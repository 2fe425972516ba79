/** What "where would this go?" asks: a request made up from signs, one like an earlier one, or one that was pasted. */
import { signal } from "@preact/signals";
import type { JournalEntry } from "../../journal/entry.ts";
import type { RouteView } from "../../server/admin/views.ts";
import { getRoute } from "../state/api.ts";
import { askRoute, SIGNS, type Sign } from "./ask-route.ts";

export interface Question {
  model: string;
  signs: readonly Sign[];
  /** A whole request as JSON; it counts alone where it is not empty. */
  pasted: string;
}

export const question = signal<Question>({ model: "claude-sonnet-5-5", signs: [], pasted: "" });
export const answer = signal<RouteView | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

export function ask(fields: Partial<Question>): void {
  question.value = { ...question.value, ...fields };
}

/** As far as the journal tells: its name and its class. Bodies are not kept. */
export function askLike({ requested, class: requestClass }: JournalEntry): void {
  const sign = SIGNS.find((known) => known.sign === requestClass)?.sign;
  ask({ model: requested, signs: sign ? [sign] : [], pasted: "" });
}

export async function explain(): Promise<void> {
  const { model, signs, pasted } = question.value;
  try {
    answer.value = pasted.trim() === "" ? await askRoute(model, signs) : await getRoute(JSON.parse(pasted), {});
    problem.value = undefined;
  } catch (error) {
    answer.value = undefined;
    problem.value =
      error instanceof SyntaxError
        ? `What was pasted is no JSON: ${error.message}`
        : error instanceof Error
          ? error.message
          : String(error);
  }
}
