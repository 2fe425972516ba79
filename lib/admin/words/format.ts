/** Numbers as people read them. Pure; English; no locale of the machine, so that screenshots and tests agree. */

/** `412 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  return span(Math.round(ms / 1_000));
}

/** `0.4 ms`, `3 ms`, `1.2 s`: for what is so short that its tenths count. */
export function fineDuration(ms: number): string {
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : duration(ms);
}

/** `45 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const units = [
    { name: "d", size: 86_400 },
    { name: "h", size: 3_600 },
    { name: "min", size: 60 },
    { name: "s", size: 1 },
  ];
  const first = units.findIndex(({ size }) => whole >= size);
  if (first < 0) return "0 s";
  let rest = whole;
  const parts: string[] = [];
  for (const { name, size } of units.slice(first, first + 2)) {
    const number = Math.floor(rest / size);
    if (number > 0) parts.push(`${number} ${name}`);
    rest -= number * size;
  }
  return parts.join(" ");
}

/** `0:45`, `1:14`, `1:02:03`: what is left of a pause. */
export function countdown(seconds: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function ago(then: number, now: number): string {
  const seconds = Math.floor((now - then) / 1_000);
  if (seconds < 3) return "just now";
  return `${span(seconds).split(" ").slice(0, 2).join(" ")} ago`;
}

/** `14:03:27` in the user's own time. */
export function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/** `2025-11-24 14:03:27` in the user's own time. */
export function dateAndClock(time: number): string {
  const date = new Date(time);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${day.join("-")} ${clock(time)}`;
}

/** `950`, `12.3k`, `200k`, `1.05M`. */
export function compact(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${trim((count / 1_000).toFixed(count < 99_950 ? 1 : 0))}k`;
  return `${trim((count / 1_000_000).toFixed(2))}M`;
}

/** `1 234 567`, with thin spaces. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** `812 B`, `12.3 KB`, `1.4 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${trim((count / 1_000).toFixed(1))} KB`;
  return `${trim((count / 1_000_000).toFixed(1))} MB`;
}

/** Dollars per million tokens: `$3`, `$0.15`, `free`. */
export function price(dollars: number): string {
  return dollars === 0 ? "free" : `$${trim(dollars.toFixed(dollars < 0.1 ? 3 : 2))}`;
}

/** An amount of money: `$12.30`, `$0.042`, `$0`. */
export function dollars(amount: number): string {
  if (amount === 0) return "$0";
  if (amount < 0.0001) return "< $0.0001";
  return `$${amount >= 0.995 ? amount.toFixed(2) : trim(amount.toPrecision(2))}`;
}

/** `83 %`, from a share of 1. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `1 request`, `2 requests`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A clause as a sentence: a capital at its beginning, a full stop at its end. */
export function sentence(clause: string): string {
  const text = clause.charAt(0).toUpperCase() + clause.slice(1);
  return text === "" || /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The value below which that share of all values lies; undefined for none. The median is that of 0.5. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function trim(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}
