import { readRequest } from "../../anthropic/request.ts";
import type { Settings } from "../../config/settings.ts";
import { decide } from "../../routing/decide.ts";
import { ALL_WELL } from "../all-well.ts";
import { type Finding, ok, wrong } from "./finding.ts";

/** Variables in which users name a model for Claude Code. */
const MODEL_VARIABLES = [
  "ANTHROPIC_MODEL",
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
];
/** What Claude Code asks for by itself. */
const USUAL = "claude-sonnet-5-5";

/** Would the models that Claude Code asks for find a provider? */
export function checkModels(settings: Settings, env: Readonly<Record<string, string | undefined>>): Finding[] {
  const chosen = MODEL_VARIABLES.flatMap((name) =>
    env[name] ? [{ name: `${name}=${env[name]}`, model: env[name] }] : [],
  );
  return [...chosen, { name: USUAL, model: USUAL }].map(({ name, model }) => {
    const outcome = decide(requestFor(model), settings, ALL_WELL, () => 0, 0);
    if ("kind" in outcome) return wrong(`${name}: ${outcome.message}`, "ccmctl models, then ccmctl config edit");
    const [first] = outcome.candidates;
    return ok(`${name} goes to ${outcome.model}, first at ${first?.mapping.provider.name ?? "nobody"}`);
  });
}

function requestFor(model: string) {
  return readRequest(
    Buffer.from(JSON.stringify({ model, max_tokens: 1, messages: [{ role: "user", content: "Hi" }] })),
    {},
  );
}
