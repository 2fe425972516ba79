import { CannotCarry } from "../wire.ts";
import type { BesideMessages } from "./body.ts";

/**
 * Refuses what only Anthropic can do and what must not be lost in silence.
 * @throws {CannotCarry}
 */
export function refuseUnportable({ safeguards, thread }: BesideMessages): void {
  // Claude Code reads this name in the message, and repeats the request without the field.
  if (safeguards != null)
    throw new CannotCarry(
      "safeguards: not supported by this provider; Claude Code sends the request again without them",
      "other_form",
    );
  if ((thread as { type?: unknown } | null)?.type === "continue")
    throw new CannotCarry("thread: the earlier messages are kept on Anthropic's servers only");
}
