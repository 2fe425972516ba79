import type { InboundRequest } from "../anthropic/request.ts";
import type { Model, Settings } from "../config/settings.ts";
import { type Needs, whyUnusable } from "./capabilities.ts";
import { resolveName } from "./choose.ts";
import type { Verdict } from "./classify.ts";
import { quoted } from "./words.ts";

/**
 * Judges the `image` route, once a model is chosen: it fires when the request shows an image and no provider of that
 * model can see.
 * @returns undefined when there is no image to speak of
 */
export function judgeImage(
  { facts }: InboundRequest,
  chosen: Model,
  settings: Settings,
  needs: Needs,
): Verdict | undefined {
  if (!facts.hasImage || !settings.router.enabled) return undefined;
  const usable = chosen.mappings.filter((mapping) => whyUnusable(mapping, needs) === undefined);
  if (usable.some(({ capabilities }) => capabilities.vision !== false))
    return { fired: false, why: `${quoted(chosen.name)} can see the image` };
  const why = `the request shows an image, which ${quoted(chosen.name)} cannot see`;
  const { enabled, model } = settings.router.image;
  const target = enabled && model !== "" ? resolveName(model, settings) : undefined;
  return target ? { fired: true, why, model: target } : { fired: false, why: `${why}, and there is no image route` };
}
