import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { pictureOf, pictureWords } from "../../lib/admin/router/picture.ts";
import {
  ago,
  bytes,
  clock,
  compact,
  countdown,
  dateAndClock,
  dollars,
  duration,
  fineDuration,
  grouped,
  plural,
  price,
  quantile,
  sentence,
  span,
} from "../../lib/admin/words/format.ts";
import { attemptEnd, endedAttempts, failureWord, outcomeSentence } from "../../lib/admin/words/outcome.ts";
import { headerChanges } from "../../lib/admin/words/restructure.ts";
import { ruleWord } from "../../lib/admin/words/rules.ts";
import { SETTING_GROUPS } from "../../lib/admin/words/settings.ts";
import { condition, loginWord, providerNow } from "../../lib/admin/words/states.ts";
import { verdict } from "../../lib/admin/words/verdict.ts";
import { RULES } from "../../lib/catalog/route-names.ts";
import { configSchema } from "../../lib/config/schema.ts";
import { anAttempt, anEntry, aProvider, aStatus } from "./samples.ts";

describe("numbers read like a person would say them", () => {
  test.each([
    [0, "0 ms"],
    [412.4, "412 ms"],
    [999.7, "1.0 s"],
    [1_234, "1.2 s"],
    [9_970, "10 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
  ])("%d ms is %s", (ms, words) => expect(duration(ms)).toBe(words));

  test.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [125, "2 min 5 s"],
    [12_000, "3 h 20 min"],
    [187_200, "2 d 4 h"],
    [86_400 + 59, "1 d"],
  ])("%d seconds are %s", (seconds, words) => expect(span(seconds)).toBe(words));

  test.each([
    [0, "0:00"],
    [74, "1:14"],
    [3_723, "1:02:03"],
  ])("%d seconds are counted down as %s", (seconds, words) => expect(countdown(seconds)).toBe(words));

  test.each([
    [0, "0"],
    [950, "950"],
    [12_345, "12.3k"],
    [200_000, "200k"],
    [999_499, "999k"],
    [999_500, "1M"],
    [1_048_576, "1.05M"],
  ])("%d tokens are %s", (count, words) => expect(compact(count)).toBe(words));

  test.each([
    [0, "free"],
    [3, "$3"],
    [0.15, "$0.15"],
    [0.075, "$0.075"],
    [12.5, "$12.5"],
  ])("%d dollars are %s", (dollars, words) => expect(price(dollars)).toBe(words));

  test("long numbers are grouped", () => expect(grouped(1_234_567)).toBe("1\u2009234\u2009567"));
  test("sizes", () => expect([812, 12_300, 1_400_000].map(bytes)).toEqual(["812 B", "12.3 KB", "1.4 MB"]));
  test("one and many", () => expect([plural(1, "attempt"), plural(2, "attempt")]).toEqual(["1 attempt", "2 attempts"]));
  test("the past", () =>
    expect([0, 12_000, 200_000].map((ms) => ago(0, ms))).toEqual(["just now", "12 s ago", "3 min ago"]));
  test("times of day", () => {
    const time = new Date(2025, 10, 4, 9, 5, 7).getTime();
    expect(clock(time)).toBe("09:05:07");
    expect(dateAndClock(time)).toBe("2025-11-04 09:05:07");
  });
  test("the value in the middle, and that of the slow end", () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(quantile([9, 1, 5], 0.5)).toBe(5);
    expect(quantile([9, 1, 5], 0.95)).toBe(9);
  });
  test("money", () => {
    expect([0, 0.00001, 0.00064, 0.0423, 0.5, 12.3].map(dollars)).toEqual([
      "$0",
      "< $0.0001",
      "$0.00064",
      "$0.042",
      "$0.5",
      "$12.30",
    ]);
  });
});

describe("what became of a request", () => {
  test("the first provider answered", () => {
    expect(outcomeSentence(anEntry())).toBe("primary answered at the first attempt.");
  });

  test("another one took over", () => {
    const entry = anEntry({
      provider: "backup",
      attempts: [anAttempt({ failure: "overloaded" }), anAttempt({ provider: "backup" })],
    });
    expect(outcomeSentence(entry)).toBe(
      "backup answered after primary failed (overloaded). The client noticed nothing.",
    );
  });

  test("two tries at one provider are told once", () => {
    const failed = anAttempt({ failure: "server_error" });
    const entry = anEntry({ provider: "backup", attempts: [failed, failed, anAttempt({ provider: "backup" })] });
    expect(outcomeSentence(entry)).toBe(
      "backup answered after primary failed twice (server error). The client noticed nothing.",
    );
  });

  test("a second try at the same provider served", () => {
    const entry = anEntry({ attempts: [anAttempt({ failure: "reset" }), anAttempt()] });
    expect(outcomeSentence(entry)).toBe(
      "primary answered after an earlier attempt there failed (connection broke). The client noticed nothing.",
    );
  });

  test("all failed", () => {
    const entry = anEntry({
      outcome: "failed",
      status: 529,
      attempts: [anAttempt({ failure: "overloaded" }), anAttempt({ failure: "connect" })],
    });
    expect(outcomeSentence(entry)).toBe("All 2 attempts failed; the client got 529.");
  });

  test("one attempt, and it failed", () => {
    const entry = anEntry({ outcome: "failed", status: 400, attempts: [anAttempt({ failure: "bad_request" })] });
    expect(outcomeSentence(entry)).toBe("primary: request refused; the client got 400.");
  });

  test("nobody was asked", () => {
    expect(outcomeSentence(anEntry({ outcome: "failed", status: 404, attempts: [] }))).toBe(
      "No provider was asked; the client got 404.",
    );
  });

  test("that the client went away is nobody's failure", () => {
    const left = anAttempt({ failure: "client_gone" });
    expect(attemptEnd(left)).toBe("left");
    expect(outcomeSentence(anEntry({ outcome: "cancelled", attempts: [left] }))).toBe(
      "The client went away before the answer was complete.",
    );
  });

  test("while a request runs, only attempts that failed have ended", () => {
    const attempts = [anAttempt({ failure: "overloaded" }), anAttempt({ provider: "backup", ms: 0 })];
    expect(endedAttempts(anEntry({ outcome: "running", attempts }))).toEqual([attempts[0]]);
    expect(endedAttempts(anEntry({ attempts }))).toEqual(attempts);
  });

  test("an attempt that served has no failure", () => expect(failureWord(anAttempt())).toBe(""));
});

describe("is it working?", () => {
  test.each([
    ["everything is well", aStatus({ providers: [aProvider()] }), "ok", "Everything is working"],
    ["nothing is set up", aStatus({ providers: [] }), "quiet", "No provider is set up yet"],
    ["all are off", aStatus({ providers: [aProvider({ state: "disabled" })] }), "quiet", "No provider is set up yet"],
    ["all rest", aStatus({ providers: [aProvider({ state: "cooling" })] }), "bad", "Every provider is resting"],
    ["no keys", aStatus({ providers: [aProvider({ state: "no_key" })] }), "bad", "No provider can answer"],
    [
      "one of two rests",
      aStatus({ providers: [aProvider(), aProvider({ state: "cooling" })] }),
      "warn",
      "Working, with fewer providers",
    ],
    [
      "one is switched off on purpose",
      aStatus({ providers: [aProvider(), aProvider({ state: "disabled" })] }),
      "ok",
      "Everything is working",
    ],
    [
      "the file is broken",
      aStatus({ config: { path: "/c", etag: "1", valid: false, faults: [] } }),
      "warn",
      "Working, but the configuration file has faults",
    ],
    [
      "a failure is simulated",
      aStatus({ simulations: [{ provider: "primary", failure: "529", until: 1 }] }),
      "warn",
      "Working, with a simulated failure",
    ],
  ])("%s", (_, status, tone, title) => expect(verdict(status)).toMatchObject({ tone, title }));
});

test("a clause becomes a sentence, and a sentence stays one", () => {
  expect(["the class is x", "It is.", "", '"m" is a model'].map(sentence)).toEqual([
    "The class is x.",
    "It is.",
    "",
    '"m" is a model.',
  ]);
});

test("a pause that is over is over, without word from the server", () => {
  const resting = aProvider({ state: "cooling", cooling_until: 10_000 });
  expect(providerNow(resting, 9_000).state).toBe("cooling");
  expect(providerNow(resting, 10_000).state).toBe("ok");
});

test("every routing rule has words, and what is no rule is no route", () => {
  for (const rule of RULES) expect(ruleWord(rule)).not.toBe("no route");
  expect(ruleWord("none")).toBe("no route");
});

describe("a provider that is out says why, and what helps", () => {
  const login = (state: "signed_out" | "needs_login" | "blocked" | "off") => ({ login: { state, label: "Plan" } });
  test.each([
    ["cooling", {}, "Resting", "retry"],
    ["ok", {}, "Ready", undefined],
    ["needs_login", {}, "Login refused", "retry"],
    ["needs_login", login("signed_out"), "Not signed in", "sign-in"],
    ["needs_login", login("needs_login"), "Login has ended", "sign-in"],
    ["needs_login", login("blocked"), "Account shut out", undefined],
    ["needs_login", login("off"), "Login is off", undefined],
    ["needs_login", { auth_type: "adc", ...login("needs_login") }, "No credentials", "retry"],
  ] as const)("%s %j is called %s", (state, fields, word, act) => {
    const told = condition({ state, auth_type: "oauth", ...fields });
    expect([told.word, told.act]).toEqual([word, act]);
  });

  test("Google's own credentials are missing, not ended", () => {
    expect(loginWord("needs_login", "adc").word).toBe("No credentials");
    expect(loginWord("needs_login", "oauth").word).toBe("Login has ended");
  });
});

test("what is short keeps its tenths", () =>
  expect([0.04, 0.42, 9.94, 9.96, 1_234].map(fineDuration)).toEqual(["0.0 ms", "0.4 ms", "9.9 ms", "10 ms", "1.2 s"]));

describe("headers, a line each", () => {
  const path = ["providers", "p", "headers"];
  test("what is shown masked and stays as it is is not saved over the secret", () =>
    expect(headerChanges(path, { "x-key": "…cdef", "x-team": "a" }, ["x-key: …cdef", "x-team: b"])).toEqual([
      { path: [...path, "x-team"], value: "b" },
    ]));
  test("lines come and go, and values may hold colons", () =>
    expect(headerChanges(path, { old: "1" }, ["new: http://a:1"])).toEqual([
      { path: [...path, "old"], delete: true },
      { path: [...path, "new"], value: "http://a:1" },
    ]));
});

test("every setting of the file has its place on the page", () => {
  const elsewhere = { budget: ["providers", "routes"] } as Record<string, string[]>;
  const { providers: _providers, models: _models, router: _router, ...sections } = configSchema.entries;
  const missing = Object.entries(sections).flatMap(([section, schema]) => {
    const shown = SETTING_GROUPS.find((group) => group.section === section)?.settings.map(({ key }) => key) ?? [];
    const known = [...shown, ...(elsewhere[section] ?? [])];
    return Object.keys(schema.wrapped.entries).flatMap((key) => (known.includes(key) ? [] : [`${section}.${key}`]));
  });
  expect(missing).toEqual([]);
});

test("the router as a picture: steps that can fire, each model once, and the same in words", () => {
  const { router } = v.parse(configSchema, {
    router: { default: { model: "m" }, background: { model: "s" }, websearch: { model: "m", enabled: false } },
  });
  const mapping = (provider: string) => ({ provider, model: "x", stand_in: false, priority: 1, weight: 1, lacks: [] });
  const picture = pictureOf(router, [
    { name: "m", strategy: "priority", affinity: "session", mappings: [mapping("a"), mapping("b")] },
  ]);
  expect(picture.steps.map(({ rule, leadsTo }) => [rule, leadsTo])).toEqual([
    ["explicit", undefined],
    ["subagent-tag", undefined],
    ["background", 0],
    ["model", undefined],
    ["auto_map", 1],
    ["default", 1],
  ]);
  expect(picture.models).toEqual([
    { name: "s", providers: [] },
    { name: "m", providers: ["a", "b"] },
  ]);
  expect(pictureWords(picture)).toContain("3. Background: s, served by nobody. 4. Defined model: the model that");
  expect(pictureWords(picture)).toContain("6. Default: m, served by a, then b.");
});
