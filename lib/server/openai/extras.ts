import type { Extras } from "../../anthropic/request.ts";
import { offersOf } from "./offers.ts";
import { BadOpenAiRequest, isLoose, type Loose, listOf, loose, numberIn } from "./parts.ts";

/** A field that a Messages body has no place for, and what becomes of it. */
interface Setting {
  /** How it is called on its way, and in a refusal. */
  name: string;
  /** What is asked for; undefined where nothing is, or what goes without saying: many clients spell out defaults. */
  asked(body: Loose): unknown;
  fate: keyof Extras | { refused: string };
}

const NOT_STORED = "nothing is stored here";
const ANY_MAY_ANSWER =
  "not every provider has them, and the answer may come from any, or from two in turn; ask without";
const FORMATS = "the type must be text, json_object, or json_schema with its schema";

/** A field that is not set, or set to this, asks for nothing. */
const unless =
  (name: string, usual: unknown = undefined) =>
  (body: Loose) => {
    const value = body[name];
    return value == null || value === usual ? undefined : value;
  };
const text = (name: string) => (body: Loose) => {
  const value = body[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const filled = (name: string) => (body: Loose) => {
  const value = body[name];
  return isLoose(value) && Object.keys(value).length > 0 ? value : undefined;
};
/** Nought is what these are without being asked for. */
const numeral = (name: string) => (body: Loose) => numberIn(body, name) || undefined;
const holding = (name: string, item: string) => (body: Loose) => {
  const value = body[name];
  return Array.isArray(value) && value.includes(item) ? item : undefined;
};
const when = (isWished: unknown, value: unknown): unknown => (isWished ? value : undefined);

const SETTINGS: readonly Setting[] = [
  { name: "seed", asked: (body) => numberIn(body, "seed"), fate: "demands" },
  { name: "frequency_penalty", asked: numeral("frequency_penalty"), fate: "demands" },
  { name: "presence_penalty", asked: numeral("presence_penalty"), fate: "demands" },
  { name: "logit_bias", asked: filled("logit_bias"), fate: "demands" },

  // Anthropic's scale ends at 1, and takes one of the two only.
  { name: "temperature", asked: (body) => when(Number(body.temperature) > 1, body.temperature), fate: "wishes" },
  { name: "top_p", asked: (body) => when(body.temperature != null, numberIn(body, "top_p")), fate: "wishes" },
  {
    name: "response_format",
    asked: (body) => when(formatOf(body).type === "json_object", { type: "json_object" }),
    fate: "wishes",
  },
  { name: "verbosity", asked: (body) => text("verbosity")({ ...loose(body.text), ...body }), fate: "wishes" },
  { name: "service_tier", asked: (body) => when(body.service_tier !== "default", tierOf(body)), fate: "wishes" },
  { name: "prompt_cache_key", asked: text("prompt_cache_key"), fate: "wishes" },
  { name: "prompt_cache_retention", asked: text("prompt_cache_retention"), fate: "wishes" },
  { name: "prediction", asked: filled("prediction"), fate: "wishes" },
  { name: "store", asked: (body) => when(body.store === true, true), fate: "wishes" },
  // They belong to what is stored: OpenAI refuses them without.
  { name: "metadata", asked: (body) => when(body.store === true, filled("metadata")(body)), fate: "wishes" },
  { name: "image_detail", asked: finestDetail, fate: "wishes" },
  { name: "strict_tools", asked: strictTools, fate: "wishes" },

  {
    name: "n",
    asked: (body) => when(Number(body.n) > 1, body.n),
    fate: { refused: "a request gets one answer, for each may come from another provider; send the request n times" },
  },
  { name: "logprobs", asked: unless("logprobs", false), fate: { refused: ANY_MAY_ANSWER } },
  { name: "top_logprobs", asked: unless("top_logprobs", 0), fate: { refused: ANY_MAY_ANSWER } },
  {
    name: "include",
    asked: holding("include", "message.output_text.logprobs"),
    fate: { refused: `no logprobs: ${ANY_MAY_ANSWER}` },
  },
  {
    name: "modalities",
    asked: holding("modalities", "audio"),
    fate: { refused: "answers are text; ask for text only" },
  },
  { name: "audio", asked: unless("audio"), fate: { refused: "answers are text; ask for text only" } },
  {
    name: "background",
    asked: unless("background", false),
    fate: { refused: `${NOT_STORED}; wait for the answer, or stream it` },
  },
  {
    name: "previous_response_id",
    asked: unless("previous_response_id"),
    fate: { refused: `${NOT_STORED}; send the whole conversation as input` },
  },
  {
    name: "conversation",
    asked: unless("conversation"),
    fate: { refused: `${NOT_STORED}; send the whole conversation as input` },
  },
  { name: "prompt", asked: unless("prompt"), fate: { refused: `${NOT_STORED}; send the instructions themselves` } },
  { name: "response_format", asked: (body) => strangeFormat(body.response_format), fate: { refused: FORMATS } },
  { name: "text", asked: (body) => strangeFormat(loose(body.text).format), fate: { refused: `format: ${FORMATS}` } },
];

/** @throws {BadOpenAiRequest} for what cannot be given, whoever answers */
export function refuseImpossible(body: Loose): void {
  for (const { name, asked, fate } of SETTINGS)
    if (typeof fate === "object" && asked(body) !== undefined)
      throw new BadOpenAiRequest(`${name}: ${fate.refused}`, name);
}

/**
 * What the request asks for beyond a Messages body, in the words of Chat Completions; `image_detail` and `strict_tools` stand in
 * both protocols' requests at many places, and here for all of them.
 * @throws {BadOpenAiRequest} for a number that is none
 */
export function extrasOf(body: Loose): Extras {
  const extras = { demands: {} as Loose, wishes: {} as Loose };
  for (const { name, asked, fate } of SETTINGS) {
    const value = typeof fate === "string" ? asked(body) : undefined;
    if (typeof fate === "string" && value !== undefined) extras[fate][name] = value;
  }
  return extras;
}

function formatOf(body: Loose): Loose {
  return loose(body.response_format ?? loose(body.text).format);
}

function strangeFormat(format: unknown): unknown {
  const { type, schema, json_schema: named } = loose(format);
  const isKnown =
    type === "text" || type === "json_object" || (type === "json_schema" && isLoose(schema ?? loose(named).schema));
  return format == null || isKnown ? undefined : format;
}

function tierOf(body: Loose): unknown {
  return when(body.service_tier !== "auto", text("service_tier")(body));
}

/** From coarse to fine. */
const DETAILS = ["low", "auto", "high", "original"];

/** How finely the images are to be looked at: all of them as the finest, which is what clients do that say it at all. */
function finestDetail(body: Loose): string | undefined {
  const parts = [...listOf(body.messages), ...listOf(body.input)].flatMap(({ content, output }) => [
    ...listOf(content),
    ...listOf(output),
  ]);
  const ranks = parts.map((part) => DETAILS.indexOf(String(part.detail ?? loose(part.image_url).detail)));
  return DETAILS[Math.max(-1, ...ranks)];
}

/** The names of the tools whose arguments must follow their schema to the letter. */
function strictTools(body: Loose): string[] | undefined {
  const names = offersOf(body).flatMap(({ about, key }) => (about.strict === true ? [key] : []));
  return names.length > 0 ? names : undefined;
}
