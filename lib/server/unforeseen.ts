import type { ServerContext } from "./context.ts";

/**
 * Logs an error that nobody foresaw, with its stack. Whatever it is made of, no secret comes along: what takes them out is loaded
 * only for this.
 * @param what happened, in words
 */
export async function logUnforeseen(
  { log, config, stateDir }: Pick<ServerContext, "log" | "config" | "stateDir">,
  what: string,
  error: unknown,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { knownSecrets, redactor } = await import("../config/redact.ts");
  const redact = redactor(knownSecrets(config.settings, process.env, stateDir));
  log.write("error", what, {
    ...facts,
    error: redact(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  });
}
