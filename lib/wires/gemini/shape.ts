import type { Target } from "../wire.ts";
import type { SignatureMemory } from "./signatures.ts";

/** What shapes the contents of a request besides the conversation itself. */
export interface Shape {
  /** A name for the conversation, where the client names one. */
  session: string | undefined;
  target: Target;
  memory: SignatureMemory;
  /** Are function calls given their ids back? */
  callIds: boolean;
}
