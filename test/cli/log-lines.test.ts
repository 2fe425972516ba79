import { describe, expect, it } from "vitest";
import { jsonLine, logFilter, paintLine } from "../../lib/cli/log-lines.ts";
import { painter } from "../../lib/cli/terminal.ts";
import { createLogger } from "../../lib/server/log.ts";
import { logRequest } from "../../lib/server/request-log.ts";
import { answered } from "../journal/entries.ts";

const LINES = [
  "2026-11-24T12:00:00.000Z info  claude-sonnet-5-5 → a  id=req_ccm_1 status=200",
  "2026-11-24T12:00:01.000Z warn  claude-sonnet-5-5 → nobody  id=req_ccm_2 status=529",
  "2026-11-24T12:00:02.000Z error a request failed inside the server  id=req_ccm_3",
  "    at somewhere (file.js:1:1)",
  '{"time":"2026-11-24T12:00:03.000Z","level":"warn","message":"as JSON","id":"req_ccm_4"}',
  '{"time":"2026-11-24T12:00:04.000Z","level":"info","message":"as JSON"}',
];

const kept = (filter: Parameters<typeof logFilter>[0]) => {
  const wanted = logFilter(filter);
  return LINES.flatMap((line, at) => (wanted(line) ? [at] : []));
};

describe("the log's lines", () => {
  it("are kept by level, in both formats, with what belongs to them", () => {
    expect(kept({})).toEqual([0, 1, 2, 3, 4, 5]);
    expect(kept({ level: "info" })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(kept({ level: "warn" })).toEqual([1, 2, 3, 4]);
    expect(kept({ level: "error" })).toEqual([2, 3]);
  });

  it("are found by a text in any letter case", () => {
    expect(kept({ text: "REQ_CCM_2" })).toEqual([1]);
    expect(kept({ level: "error", text: "req_ccm" })).toEqual([2]);
  });

  it("are JSON for programs, whichever format the server writes", () => {
    const parsed = LINES.map((line) => JSON.parse(jsonLine(line)) as unknown);
    expect(parsed[0]).toEqual({
      ...{ time: "2026-11-24T12:00:00.000Z", level: "info", message: "claude-sonnet-5-5 → a" },
      ...{ id: "req_ccm_1", status: 200 },
    });
    expect(parsed[3]).toEqual({ message: "    at somewhere (file.js:1:1)" });
    expect(jsonLine(LINES[4] ?? "")).toBe(LINES[4]);
    const odd = '2026-11-24T12:00:00.000Z info  odd  a="\\x" b=007 c="torn';
    expect(JSON.parse(jsonLine(odd))).toMatchObject({ a: '"\\x"', b: "007", c: '"torn' });
  });

  it("tell programs what the server's own JSON would", () => {
    const entry = answered({
      id: "req_ccm_1",
      requested: 'a "b" = c',
      session: "00123-456",
      cost: 0.0000012,
      error: 'x="y" \\ z',
    });
    const told = (["text", "json"] as const).map((format) => {
      const lines: string[] = [];
      const log = createLogger(
        (line) => void lines.push(line),
        () => new Date(0),
      );
      log.configure({ level: "info", format });
      logRequest(log, entry);
      return JSON.parse(jsonLine(lines[0] ?? "")) as object;
    });
    expect(told[0]).toEqual(told[1]);
  });

  it("are the same words with colours and without", () => {
    const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
    for (const line of LINES) {
      expect(paintLine(line, painter(false))).toBe(line);
      expect(paintLine(line, painter(true)).replace(colour, "")).toBe(line);
    }
    expect(paintLine(LINES[1] ?? "", painter(true))).not.toBe(LINES[1]);
  });
});
