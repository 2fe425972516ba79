import type { Usage } from "../../anthropic/types.ts";

/**
 * A `usageMetadata` in Anthropic's arithmetic: Google counts cached tokens inside the prompt and thinking outside of the
 * candidates.
 * @param earlier the metadata of the chunks before: counts are cumulative, and some chunks repeat only a few of them
 */
export class GeminiUsage {
  readonly #counts = new Map<string, number>();

  /** Takes over what a chunk tells; anything else is ignored. */
  add(metadata: unknown): void {
    if (typeof metadata !== "object" || metadata === null) return;
    for (const [name, value] of Object.entries(metadata))
      if (typeof value === "number" && value >= 0) this.#counts.set(camelCase(name), Math.floor(value));
  }

  /** Undefined while nothing was told of tokens. */
  get total(): Usage | undefined {
    if (!this.#counts.has("promptTokenCount") && !this.#counts.has("candidatesTokenCount")) return undefined;
    const cached = this.#of("cachedContentTokenCount");
    const thoughts = this.#of("thoughtsTokenCount");
    return {
      input_tokens: Math.max(0, this.#of("promptTokenCount") + this.#of("toolUsePromptTokenCount") - cached),
      output_tokens: this.#of("candidatesTokenCount") + thoughts,
      ...(cached > 0 && { cache_read_input_tokens: cached }),
      ...(thoughts > 0 && { output_tokens_details: { thinking_tokens: thoughts } }),
    };
  }

  #of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }
}

/** Some gateways spell the fields in snake_case. */
function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
