import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNamer, dayOf, periodAt, startOfDay } from "../../lib/journal/calendar.ts";

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const at = (text: string) => Date.parse(text);
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });

describe("periods on the user's calendar", () => {
  it("begin at midnight, on Monday, on the first", () => {
    const noon = at("2026-11-25T12:00:00+01:00"); // a Wednesday
    expect(periodAt("day", noon)).toEqual(span("2026-11-25T00:00:00+01:00", "2026-11-26T00:00:00+01:00"));
    expect(periodAt("week", noon)).toEqual(span("2026-11-23T00:00:00+01:00", "2026-11-30T00:00:00+01:00"));
    expect(periodAt("month", noon)).toEqual(span("2026-11-01T00:00:00+01:00", "2026-12-01T00:00:00+01:00"));
  });

  it("count Sunday to the week before it, and cross months and years", () => {
    expect(periodAt("week", at("2026-11-29T23:59:59+01:00"))).toEqual(
      span("2026-11-23T00:00:00+01:00", "2026-11-30T00:00:00+01:00"),
    );
    expect(periodAt("week", at("2027-01-01T08:00:00+01:00"))).toEqual(
      span("2026-12-28T00:00:00+01:00", "2027-01-04T00:00:00+01:00"),
    );
  });

  it("are as long as the clock makes them", () => {
    const { from, to } = periodAt("day", at("2026-10-25T12:00:00+01:00")); // clocks go back
    expect((to - from) / 3_600_000).toBe(25);
  });
});

describe("days", () => {
  it("are named by the calendar and found again", () => {
    expect(dayOf(at("2026-11-24T23:30:00Z"))).toBe("2026-11-25");
    expect(startOfDay("2026-11-25")).toBe(at("2026-11-24T23:00:00Z"));
    for (const nonsense of ["", "2026-13-01", "2026-02-30", "today"]) expect(startOfDay(nonsense)).toBeNaN();
  });

  it("are named alike one by one and in a row", () => {
    const name = dayNamer();
    for (let hour = 0; hour < 24 * 40; hour += 5) {
      const time = at("2026-10-20T00:00:00Z") + hour * 3_600_000;
      expect(name(time)).toBe(dayOf(time));
    }
    expect(name(at("2026-10-20T00:00:00Z"))).toBe("2026-10-20");
  });
});
