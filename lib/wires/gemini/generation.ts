import type { Effort } from "../../catalog/types.ts";

/** What a generation of models takes and does, wherever it is hosted. */
export interface Generation {
  models: RegExp;
  /** How it is told how hard to think: by level, by a budget of tokens, or not at all. Never by two of them. */
  thinking: Levels | Budget | undefined;
  /** Can it search the web, alone or even beside the client's functions? */
  search: "mixed" | "alone" | "none";
  /** May a function's result hold images and files? Otherwise they follow behind all results. */
  resultParts: boolean;
  /** Does it refuse a history whose function calls lack their signature? */
  wantsSignatures: boolean;
  /** May a schema for the answer stand beside functions? */
  schemaWithTools: boolean;
  /** Has it a place for instructions of their own? Otherwise they go before the user's first words. */
  systemInstruction: boolean;
  /** Least output limit: below it thinking eats all of the answer. */
  leastOutput?: number;
  /** Most output of an answer that does not stream. */
  mostWhole?: number;
}

interface Levels {
  levels: readonly Effort[];
}

interface Budget {
  /** Fewest and most tokens of thinking. */
  least: number;
  most: number;
  /** Can thinking be switched off? */
  off: boolean;
}

const LOW_TO_HIGH = ["low", "medium", "high"] as const satisfies readonly Effort[];
const MINIMAL_TO_HIGH = ["minimal", ...LOW_TO_HIGH] as const satisfies readonly Effort[];

/** Gemini 3 and later; names that nobody knows yet are taken for newer ones still. */
function newer(models: RegExp, levels: readonly Effort[], more: Partial<Generation> = {}): Generation {
  return {
    models,
    thinking: { levels },
    search: "mixed",
    resultParts: true,
    wantsSignatures: true,
    schemaWithTools: true,
    systemInstruction: true,
    ...more,
  };
}

function older(models: RegExp, thinking: Budget | undefined, more: Partial<Generation> = {}): Generation {
  return {
    models,
    thinking,
    search: "alone",
    resultParts: false,
    wantsSignatures: false,
    schemaWithTools: false,
    systemInstruction: true,
    ...more,
  };
}

/** One window for prompt, thinking and answer; long answers must stream. */
const GEMINI_4 = { leastOutput: 8192, mostWhole: 32_768 } as const satisfies Partial<Generation>;

/**
 * First match wins.
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
const GENERATIONS: readonly Generation[] = [
  newer(/^gemini-4-hydrogen/, [...LOW_TO_HIGH, "xhigh"], GEMINI_4),
  newer(/^gemini-4/, LOW_TO_HIGH, GEMINI_4),
  newer(/^gemini-3-pro/, ["low", "high"]),
  newer(/^gemini-3[\d.]*-pro/, LOW_TO_HIGH),
  newer(/^gemini-3(?:\.[0-6])?-flash|^gemini-3[\d.]*-flash-lite|^gemini-flash-lite-latest/, MINIMAL_TO_HIGH),
  older(/^gemini-2\.5-pro/, { least: 128, most: 32_768, off: false }),
  older(/^gemini-2\.5-flash-lite/, { least: 512, most: 24_576, off: true }),
  older(/^gemini-2\.5/, { least: 0, most: 24_576, off: true }),
  older(/^gemini-2/, undefined),
  older(/^gemini-1|^gemini-pro(?:-vision)?$/, undefined, { search: "none" }),
  older(/^gemma/, undefined, { search: "none", systemInstruction: false }),
];

const NEWEST = newer(/./, LOW_TO_HIGH);

/** The generation of a model, by its name with or without a path before it. */
export function generationOf(model: string): Generation {
  const name = bareModel(model).toLowerCase();
  return GENERATIONS.find(({ models }) => models.test(name)) ?? NEWEST;
}

/** `gemini-x` out of `models/gemini-x` or `google/gemini-x`. */
export function bareModel(model: string): string {
  return model.slice(model.lastIndexOf("/") + 1);
}
