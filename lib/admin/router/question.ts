/** What "where would this go?" asks: a request made up from signs, one that was sent before, or one that was pasted. */
import { signal } from "@preact/signals";
import type { JournalEntry } from "../../journal/entry.ts";
import type { RouteView } from "../../server/admin/views.ts";
import { getRoute } from "../state/api.ts";
import { findExchange } from "../state/exchange.ts";
import { askRoute, SIGNS, type Sign } from "./ask-route.ts";

export interface Question {
  model: string;
  signs: readonly Sign[];
  /** A whole request as JSON; it counts alone where it is not empty. */
  pasted: string;
  /** A request that was sent before, with the headers that count. It counts alone where it is there. */
  kept: { words: string; body: string; headers: Record<string, string> } | undefined;
}

export const question = signal<Question>({ model: "claude-sonnet-5-5", signs: [], pasted: "", kept: undefined });
export const answer = signal<RouteView | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);
/** How much of an earlier request is known. */
export const remark = signal("");

/** Changes the question; what was sent before is let go. */
export function ask(fields: Partial<Question>): void {
  question.value = { ...question.value, kept: undefined, ...fields };
  if (!fields.kept) remark.value = "";
}

const COUNTING = ["x-claude-code-request-class", "x-ccm-provider", "x-provider"];

/** Asks for the way of an earlier request: word for word where its body was kept, else as far as the journal tells. */
export async function explainAgain({ id, requested, class: requestClass }: JournalEntry): Promise<void> {
  const request = (await findExchange(id).catch(() => undefined))?.request;
  const body = request?.body;
  const sign = SIGNS.find((known) => known.sign === requestClass)?.sign;
  const fields = { model: requested, signs: sign ? [sign] : [], pasted: "" };
  if (request && body !== undefined && request.whole) {
    const headers = Object.fromEntries(
      COUNTING.flatMap((name) => {
        const value = request.headers[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    ask({ ...fields, kept: { words: `${requested}, as it was sent`, body, headers } });
    remark.value = "Its body was kept: it is asked for word for word.";
  } else {
    ask(fields);
    remark.value = "Its body was not kept: only its name and its class count here.";
  }
  await explain();
}

export async function explain(): Promise<void> {
  const { model, signs, pasted, kept } = question.value;
  try {
    answer.value = kept
      ? await getRoute(JSON.parse(kept.body), kept.headers)
      : pasted.trim() === ""
        ? await askRoute(model, signs)
        : await getRoute(JSON.parse(pasted), {});
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
