import { createHash } from "node:crypto";
import type { Mapping } from "../config/settings.ts";
import type { Circumstances, Strategy } from "./strategy.ts";

/**
 * Shares conversations out by weight and keeps each with one provider: weighted rendezvous hashing. Every provider draws
 * a number from the conversation's name; the best draw wins. When a provider is out, only its conversations move, each
 * to the next best draw, and they return when it is back; no table is kept. With `affinity = "none"` every request is
 * drawn anew.
 */
export const byShare: Strategy = (mappings, at) => {
  const total = mappings.reduce((sum, { weight }) => sum + weight, 0);
  return mappings
    .map((mapping) => ({ mapping, score: score(mapping.weight, draw(mapping, at)) }))
    .sort((a, b) => b.score - a.score)
    .map(({ mapping }) => ({ mapping, why: shareOf(mapping, total, at) }));
};

function draw({ provider, model }: Mapping, { session, model: served, random }: Circumstances): number {
  if (served.affinity === "none") return random();
  const digest = createHash("sha256").update(`${session}\n${served.name}\n${provider.name}\n${model}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** Of two providers with weights v and w the first wins with probability v / (v + w). */
function score(weight: number, uniform: number): number {
  return weight === 0 ? 0 : -weight / Math.log(Math.max(uniform, Number.MIN_VALUE));
}

function shareOf({ weight }: Mapping, total: number, { model }: Circumstances): string {
  const share = total === 0 ? "no weight" : `${Math.round((weight / total) * 100)} % by weight`;
  return model.affinity === "none" ? share : `${share}, one conversation stays`;
}
