import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCsv } from "../support/csv.ts";
import { buildHouse, type House } from "./house.ts";

const BYTE_ORDER_MARK = "\ufeff";
/** More than are read at once, so that the file is put together from several readings. */
const MANY = 520;

let house: House;
beforeAll(async () => {
  house = await buildHouse();
});
afterAll(() => house?.close());

async function download(path: string) {
  const answer = await fetch(`${house.mux.url}/api/downloads/${path}`);
  const bytes = Buffer.from(await answer.arrayBuffer()).toString("utf8");
  const [header = [], ...rows] = parseCsv(bytes.slice(BYTE_ORDER_MARK.length).trimEnd());
  const records = rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
  return { answer, bytes, records };
}

test("every request that fits the filter, the newest first, as a file that spreadsheets read", async () => {
  const wanted = Array.from({ length: MANY }, (_, at) => `wanted-${at}`);
  for (const session of wanted) await house.ask({}, { "x-claude-code-session-id": session });
  await house.ask();
  const { answer, bytes, records } = await download("requests.csv?text=WANTED-");
  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toMatch(
    /^attachment; filename="ccm-requests-\d{4}-\d\d-\d\d\.csv"$/,
  );
  expect(bytes.startsWith(BYTE_ORDER_MARK)).toBe(true);
  expect(records.map(({ session }) => session)).toEqual(wanted.toReversed());
  expect((await download("requests.csv?session=wanted-7")).records).toHaveLength(1);
});

test("what a client calls its model neither becomes a formula nor loses its letters", async () => {
  await house.ask({ model: '=HYPERLINK(1),"ü"' });
  const { records } = await download("requests.csv?text=HYPERLINK");
  expect(records.map(({ requested }) => requested)).toEqual(['\'=HYPERLINK(1),"ü"']);
});

test("the sums, by what is asked for", async () => {
  const { answer, records } = await download("usage.csv?since=today&by=model");
  expect(answer.headers.get("content-disposition")).toContain('filename="ccm-usage-by-model-');
  expect(records).toContainEqual(
    expect.objectContaining({ model: "model-of-a", requests: String(MANY + 1), cache_hit_rate: "0.25" }),
  );
});

test("a question that makes no sense is refused, as where it is asked for JSON", async () => {
  for (const path of ["requests.csv?outcome=good", "usage.csv?by=colour"])
    expect((await fetch(`${house.mux.url}/api/downloads/${path}`)).status).toBe(400);
});
