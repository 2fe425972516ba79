import type { Extras } from "../../anthropic/request.ts";
import { BadOpenAiRequest, isLoose, type Loose, loose } from "./parts.ts";

interface Refusal {
  field: string;
  /** Does the request really ask for it? Many clients spell out defaults. */
  asks: (value: unknown) => boolean;
  why: string;
}

const isSet = (value: unknown): boolean => value != null;
const isOn = (value: unknown): boolean => value === true || (typeof value === "number" && value > 0);
const holds = (item: string) => (value: unknown) => Array.isArray(value) && value.includes(item);

const ONE_PROVIDER_ONLY = "not every provider has them, and the answer may come from any; ask without";
const NOT_STORED = "unsupported, nothing is stored here; send the whole conversation as";

/** What no answer of ours could hold, so that its absence would be a lie. */
const REFUSALS: readonly Refusal[] = [
  { field: "n", asks: (n) => typeof n === "number" && n > 1, why: "only one choice can be given" },
  { field: "logprobs", asks: isOn, why: `unsupported, ${ONE_PROVIDER_ONLY}` },
  { field: "top_logprobs", asks: isOn, why: `unsupported, ${ONE_PROVIDER_ONLY}` },
  { field: "include", asks: holds("message.output_text.logprobs"), why: `no logprobs: ${ONE_PROVIDER_ONLY}` },
  { field: "modalities", asks: holds("audio"), why: "answers are text only" },
  { field: "audio", asks: isSet, why: "answers are text only" },
  { field: "background", asks: isOn, why: "unsupported, nothing is stored here; wait for the answer, or stream it" },
  { field: "previous_response_id", asks: isSet, why: `${NOT_STORED} input` },
  { field: "conversation", asks: isSet, why: `${NOT_STORED} input` },
  { field: "prompt", asks: isSet, why: "unsupported, nothing is stored here; send the instructions themselves" },
];

/** @throws {BadOpenAiRequest} for what cannot be given, whoever answers */
export function refuseImpossible(body: Loose): void {
  const refusal = REFUSALS.find(({ field, asks }) => asks(body[field]));
  if (refusal) throw new BadOpenAiRequest(`${refusal.field}: ${refusal.why}`, refusal.field);
}

/** What the request asks for beyond a Messages body, in the words of Chat Completions. */
export function extrasOf(body: Loose): Extras {
  const { seed, logit_bias: bias, temperature, top_p: topP, prompt_cache_key: cacheKey, service_tier: tier } = body;
  const verbosity = body.verbosity ?? loose(body.text).verbosity;
  const format = loose(body.response_format ?? loose(body.text).format);
  const demands = {
    ...(typeof seed === "number" && { seed }),
    ...penalty(body, "frequency_penalty"),
    ...penalty(body, "presence_penalty"),
    ...(isLoose(bias) && Object.keys(bias).length > 0 && { logit_bias: bias }),
  };
  const wishes = {
    // Anthropic's scale ends at 1, and takes one of the two only.
    ...(typeof temperature === "number" && temperature > 1 && { temperature }),
    ...(typeof temperature === "number" && typeof topP === "number" && { top_p: topP }),
    ...(format.type === "json_object" && { response_format: { type: "json_object" } }),
    ...(typeof verbosity === "string" && { verbosity }),
    ...(typeof tier === "string" && tier !== "auto" && tier !== "default" && { service_tier: tier }),
    ...(typeof cacheKey === "string" && cacheKey !== "" && { prompt_cache_key: cacheKey }),
    ...(isLoose(body.prediction) && { prediction: body.prediction }),
  };
  return { demands, wishes };
}

function penalty(body: Loose, name: string): Loose {
  const value = body[name];
  return typeof value === "number" && value !== 0 ? { [name]: value } : {};
}
