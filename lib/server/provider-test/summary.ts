import type { Provider } from "../../config/settings.ts";
import type { ProviderCheck, ProviderTestView } from "../admin/views.ts";
import type { ModelList } from "./model-list.ts";
import type { Verdict } from "./verdict.ts";

const LABELS: Readonly<Record<ProviderCheck["id"], string>> = {
  key: "key or login",
  models: "model list",
  answer: "an answer",
  stream: "streaming",
  tools: "tools",
  vision: "images",
};

/** What a model does whose check went well. */
const CAN: Readonly<Partial<Record<ProviderCheck["id"], string>>> = {
  answer: "answers",
  stream: "streams",
  tools: "calls tools",
  vision: "sees images",
};

/** Without these, Claude Code gets no answer. */
const NEEDED: readonly ProviderCheck["id"][] = ["key", "answer", "stream"];

export function named(id: ProviderCheck["id"], found: Verdict): ProviderCheck {
  return { id, label: LABELS[id], ...found };
}

/** Some vendors show their list to everybody, so an answer says more of the key than the list. */
export function keyCheck(
  { authType }: Pick<Provider, "authType">,
  list: ModelList,
  answer: ProviderCheck | undefined,
): ProviderCheck {
  if (authType === "none") return named("key", { outcome: "skipped", detail: "it needs none" });
  if (answer?.outcome === "ok" || answer?.outcome === "unclear") {
    return named("key", { outcome: "ok", detail: "accepted" });
  }
  if (answer?.refused === true) return named("key", { outcome: "failed", detail: answer.detail });
  if (list.accepted === false) return named("key", { outcome: "failed", detail: list.verdict.detail });
  if (list.accepted === true) return named("key", { outcome: "ok", detail: "accepted for the model list" });
  return named("key", { outcome: "unclear", detail: "it could not be tried" });
}

export function listCheck({ ids, verdict }: ModelList, ms: number, model: string | undefined): ProviderCheck {
  const check = named("models", { ...verdict, ms });
  if (!ids || model === undefined) return check;
  return { ...check, detail: `${check.detail}; ${model} is ${ids.includes(model) ? "" : "not "}among them` };
}

/** One sentence over all of it. */
export function summary(
  { name, wire }: Pick<Provider, "name" | "wire">,
  model: string | undefined,
  checks: ProviderCheck[],
  ms: number,
): ProviderTestView {
  const good = checks.filter(({ outcome }) => outcome === "ok").flatMap(({ id }) => CAN[id] ?? []);
  const bad = checks.filter(({ outcome }) => outcome === "failed");
  const skipped = checks.filter(({ outcome }) => outcome === "skipped");
  const hasKey = checks.some(({ id, outcome }) => id === "key" && outcome !== "failed");
  const broken = bad.find(({ id }) => NEEDED.includes(id) && !(id === "key" && hasKey));
  const answered = checks.some(({ id, outcome }) => id === "answer" && (outcome === "ok" || outcome === "unclear"));
  const ok = !broken && answered;
  const parts = ok
    ? [`${model} ${good.join(", ") || "answers"}`, ...bad.map(sentence)]
    : [sentence(broken ?? bad[0] ?? skipped.at(-1) ?? named("answer", { outcome: "unclear", detail: "none" }))];
  return { provider: name, wire, ...(model !== undefined && { model }), ok, message: parts.join("; "), ms, checks };
}

function sentence({ label, detail }: ProviderCheck): string {
  return `${label}: ${detail}`;
}
