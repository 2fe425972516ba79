import { expect, it } from "vitest";
import { suggest } from "../../lib/cli/suggest.ts";

const VERBS = ["start", "stop", "status", "restart", "logs", "config"];

it.each([
  ["strat", "start"],
  ["stauts", "status"],
  ["log", "logs"],
  ["Stop", "stop"],
  ["conf", "config"],
  ["restrt", "restart"],
])("takes %s for %s", (word, meant) => {
  expect(suggest(word, VERBS)).toBe(meant);
});

it.each(["xyz", "s", "", "st"])("does not guess what %j meant", (word) => {
  expect(suggest(word, VERBS)).toBeUndefined();
});
