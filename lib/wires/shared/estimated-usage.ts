import type { InboundRequest } from "../../anthropic/request.ts";
import type { Usage } from "../../anthropic/types.ts";

/** Characters of a token, where nothing better is known. */
const CHARACTERS_PER_TOKEN = 4;

/** The tokens of an exchange whose upstream told none; never zero, which would look like nothing. */
export function estimatedUsage({ facts }: InboundRequest, characters: number): Usage {
  const output_tokens = Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN));
  return { input_tokens: facts.estimatedTokens, output_tokens };
}
