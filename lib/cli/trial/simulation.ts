import { FAULTS, type FaultName, faultNamed } from "../../simulator/faults.ts";
import { duration, EXIT } from "../terminal.ts";
import { CommandFailed } from "../verb.ts";

/** What `--simulate` says: who is to fail and how; `off`: no longer. */
export interface Wish {
  /** Undefined: all of them. */
  provider: string | undefined;
  failure: FaultName | "off";
}

/**
 * Reads `PROVIDER=FAILURE[,PROVIDER=FAILURE …]`, `PROVIDER=off`, or `off` for all providers.
 * @param providers names that are configured
 * @throws {CommandFailed} that lists what there is
 */
export function readWishes(words: string, providers: readonly string[]): Wish[] {
  if (words.trim() === "off") return [{ provider: undefined, failure: "off" }];
  return words.split(",").map((part) => {
    const at = part.lastIndexOf("=");
    const [provider, failure] = at < 0 ? [part.trim(), ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (!providers.includes(provider)) {
      const known = providers.join(", ") || "none yet; run ccm-quickstart";
      throw new CommandFailed(`No provider is called "${provider}".`, [`Configured: ${known}`], EXIT.usage);
    }
    const named = failure === "off" ? failure : faultNamed(failure);
    if (named === undefined) {
      const title = failure === "" ? `How shall ${provider} fail?` : `There is no failure "${failure}".`;
      throw new CommandFailed(`${title} --simulate ${provider}=FAILURE`, failureLines(), EXIT.usage);
    }
    return { provider, failure: named };
  });
}

/** Every failure with what it does, a line each. */
export function failureLines(): string[] {
  const width = Math.max(...Object.keys(FAULTS).map((name) => name.length));
  return Object.entries(FAULTS).map(([name, { label }]) => `${name.padEnd(width)}   ${label}`);
}

/** What a wish means for one request. */
export function onceWords({ provider, failure }: Wish): string {
  return `For this request alone: ${provider} ${failure === "off" ? "does not fail" : FAULTS[failure].label}.`;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, min: 60, h: 3_600 };
const LONGEST_SECONDS = 3_600;

/**
 * Reads `90`, `90s`, `5m`, `1h`.
 * @returns seconds
 * @throws {CommandFailed}
 */
export function readSeconds(words: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(words.trim()) ?? [];
  const seconds = Math.round(Number(number) * (UNITS[unit] ?? Number.NaN));
  if (number !== "" && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new CommandFailed(`--for is a time from 1 s to 1 h, such as 90 or 5m, not "${words}".`, [], EXIT.usage);
}

/** A provider that is made to fail for all traffic, as people are reminded of it. `until` in epoch ms. */
export function simulationWords(
  { provider, failure, until }: { provider: string; failure: string; until: number },
  now: number,
): string {
  const how = faultNamed(failure);
  const label = how === undefined ? failure : FAULTS[how].label;
  const left = duration(Math.max(0, Math.ceil((until - now) / 1000)));
  return `${provider} is made to fail on purpose, for ${left} more: it ${label}. End it: ccmctl test --simulate off`;
}
