import type { Extras, InboundRequest } from "../../anthropic/request.ts";
import type { Quirks } from "../../catalog/types.ts";
import { CannotCarry, type Target } from "../wire.ts";

/**
 * The settings that a client of OpenAI's protocols asks for beyond a Messages body, as far as the upstream has a place for them.
 * @param places the settings that it has, by OpenAI's names, with its own names for them
 * @throws {CannotCarry} when a setting that the client relies on has no place
 */
export function extraFields(
  extras: Extras | undefined,
  { provider, model }: Target,
  places: Readonly<Record<string, string>>,
): Record<string, unknown> {
  if (!extras) return {};
  const lost = Object.keys(extras.demands).find((name) => places[name] === undefined);
  if (lost !== undefined)
    throw new CannotCarry(`${lost}: ${provider} has no such setting for ${model}; leave it out, or use another model`);
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries({ ...extras.wishes, ...extras.demands })) {
    const place = places[name];
    if (place !== undefined) fields[place] = value;
  }
  return fields;
}

/** The names, with commas between, of the tools whose arguments the client wants to follow their schema to the letter. */
export function strictTools({ extras }: InboundRequest, quirks: Quirks): string {
  const names = extras?.wishes.strict_tools;
  return quirks.strictTools && Array.isArray(names) ? names.join() : "";
}

/** How finely the client wants its images to be looked at. */
export function imageDetail({ extras }: InboundRequest, quirks: Quirks): string | undefined {
  const detail = extras?.wishes.image_detail;
  return quirks.imageDetail && typeof detail === "string" ? detail : undefined;
}
