import { Hono } from "hono";
import * as v from "valibot";
import { compilePattern, PatternError } from "../../../config/patterns.ts";
import { readJson } from "../body.ts";
import { ApiFault } from "../errors.ts";

const MOST_NAMES = 1_000;

const trialSchema = v.strictObject({
  pattern: v.string("a pattern is needed"),
  names: v.pipe(v.array(v.string()), v.maxLength(MOST_NAMES, `at most ${MOST_NAMES} names are allowed`)),
});

/** `POST /api/patterns {pattern, names}`: which of the names the router's own engine finds the pattern in. */
export function patternRoutes(): Hono {
  return new Hono().post("/", async (c) => {
    const { pattern, names } = await readJson(c, trialSchema);
    const compiled = await compilePattern(pattern).catch((error: unknown) => {
      if (!(error instanceof PatternError)) throw error;
      throw new ApiFault(400, "bad_pattern", `The pattern ${error.message}.`, { path: "pattern" });
    });
    return c.json({ items: names.filter((name) => compiled.test(name)) });
  });
}
