import type { Fault } from "../config/faults.ts";
import type { Crashes } from "../daemon/crashes.ts";
import type { Health } from "../daemon/health.ts";
import type { PortOwner } from "../daemon/port-owner.ts";
import { loginTrouble, usageWords } from "./login-words.ts";
import { duration, type Painter, tildePath } from "./terminal.ts";

/** One fault of a configuration as people read it: `FILE:LINE: key: what is wrong and how to mend it`. */
export function faultLine(fault: Fault, env: NodeJS.ProcessEnv, paint: Painter): string {
  const file = tildePath(fault.path, env);
  const place = fault.line === undefined ? file : `${file}:${fault.line}`;
  return `${paint.bold(place)}: ${fault.key ? `${paint.cyan(fault.key)}: ` : ""}${fault.message}`;
}

/** Who has the port, as far as one can see. */
export function ownerWords(port: number, owner: PortOwner | undefined): string {
  if (!owner) return `port ${port} is taken by a process of another user`;
  const { pid, command } = owner;
  if (/\bserver\.js .*--config\b/.test(command))
    return `port ${port} is taken by another claude-code-mux server (pid ${pid})`;
  const short = command.length > 100 ? `${command.slice(0, 97)}…` : command;
  return `port ${port} is taken by pid ${pid}: ${short}`;
}

/** How often a server crashed, and what is done about it; nothing when it did not. */
export function crashWords(crashes: Crashes | undefined, now: number): string[] {
  if (!crashes) return [];
  const { count, last } = crashes;
  const times = count === 1 ? "once" : `${count} times in a row`;
  const ago = `${duration(Math.max(0, (now - last.time) / 1000))} ago`;
  const left = Math.ceil((last.time + last.pauseMs - now) / 1000);
  const next = left > 0 ? ` It starts again in ${duration(left)}.` : "";
  return [`It crashed ${times}, last ${ago}: ${last.reason}.${next}`];
}

type ProviderHealth = NonNullable<Health["providers"]>[number];

const STATE_WORDS: Readonly<Record<string, string>> = {
  ok: "ok",
  cooling: "cooling down",
  needs_login: "key or login refused",
  no_key: "has no key",
  disabled: "switched off",
};

/** How a provider is, in a few words, and since when it may be used again. */
export function providerWords(provider: ProviderHealth, now: number, paint: Painter): string {
  const words = STATE_WORDS[provider.state] ?? provider.state;
  const { login } = provider;
  const plan = login?.usage ? paint.dim(` (${usageWords(login.usage, now)})`) : "";
  if (provider.state === "ok") return paint.green(words) + plan;
  const trouble = provider.state === "needs_login" ? loginTrouble(provider) : undefined;
  if (trouble) return `${paint.yellow(trouble.what)}; ${trouble.mend}`;
  if (provider.state === "disabled") return paint.dim(words);
  const until = epochMs(provider.cooling_until);
  const left = until !== undefined && until > now ? ` for ${duration(Math.ceil((until - now) / 1000))} more` : "";
  const why = failureWords(provider.last_failure);
  return paint.yellow(words) + left + (why ? paint.dim(` (${why})`) : "") + plan;
}

/** `last_failure` and `last_error` are text or an object that has some. */
export function failureWords(failure: unknown): string | undefined {
  if (typeof failure === "string") return failure;
  if (typeof failure !== "object" || failure === null) return undefined;
  const { label, message, reason } = failure as { label?: unknown; message?: unknown; reason?: unknown };
  const parts = [label ?? reason, message].filter((part): part is string => typeof part === "string" && part !== "");
  return parts.length > 0 ? parts.join(": ") : undefined;
}

export function epochMs(time: string | number | undefined): number | undefined {
  if (typeof time === "number") return time;
  const parsed = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(parsed) ? undefined : parsed;
}
