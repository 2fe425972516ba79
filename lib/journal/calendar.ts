/** The periods over which money is counted, in the machine's own time zone. Weeks begin on Monday. */
export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** Epoch ms, from (inclusive) to (exclusive). */
export interface Span {
  from: number;
  to: number;
}

/** The day, week or month that a moment lies in. @param time epoch ms */
export function periodAt(period: Period, time: number): Span {
  const date = new Date(time);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  if (period === "month") return { from: startOf(year, month, 1), to: startOf(year, month + 1, 1) };
  if (period === "day") return { from: startOf(year, month, day), to: startOf(year, month, day + 1) };
  const monday = day - ((date.getDay() + 6) % 7);
  return { from: startOf(year, month, monday), to: startOf(year, month, monday + 7) };
}

/** `2026-11-24`: the day on the user's calendar. @param time epoch ms */
export function dayOf(time: number): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `2026-11` of `2026-11-24`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The beginning of a day, in epoch ms; NaN for what is no day. @param day `2026-11-24` */
export function startOfDay(day: string): number {
  const [year, month, date] = day.split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return Number.NaN;
  const start = startOf(year, month - 1, date);
  return dayOf(start) === day ? start : Number.NaN;
}

function startOf(year: number, month: number, day: number): number {
  return new Date(year, month, day).getTime();
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** `dayOf` for moments that come in order: most lie in the same day as the one before. */
export function dayNamer(): (time: number) => string {
  let span: Span = { from: 0, to: 0 };
  let name = "";
  return (time) => {
    if (time < span.from || time >= span.to) {
      span = periodAt("day", time);
      name = dayOf(time);
    }
    return name;
  };
}
