/** The ways to choose among the providers of a model, in words. */
export const STRATEGIES = [
  { id: "priority", says: "in this order" },
  { id: "load-balance", says: "shared by weight" },
  { id: "cost", says: "the cheapest first" },
  { id: "latency", says: "the fastest first" },
] as const;

export function strategyWord(id: string): string {
  return STRATEGIES.find((strategy) => strategy.id === id)?.says ?? id;
}
