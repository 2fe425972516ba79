import { FAILURE_REASONS } from "../../catalog/failure-reasons.ts";
import type { AttemptRecord, JournalEntry } from "../../journal/entry.ts";
import { counted, type Terminal, widthOf, wrap } from "../terminal.ts";
import type { Seen } from "./ask.ts";

const LABEL = 14;
/** Longer lines are hard to read. */
const WIDEST = 90;
/** Longer words of a vendor are cut: the journal has them all. */
const LONGEST_MESSAGE = 200;

/** Writes one request as a few labelled lines while it happens. */
export class Timeline {
  readonly #terminal: Terminal;
  readonly #explains: boolean;
  #column = 0;
  #streaming = false;
  /** A blank that waits for its word: at the end of a line it is left out. */
  #space = false;
  #routeTold = false;
  #attemptsTold = 0;

  /** @param explains failures are told in the provider's own words, too */
  constructor(terminal: Terminal, { explains = false } = {}) {
    this.#terminal = terminal;
    this.#explains = explains;
  }

  title(text: string): void {
    const terminal = this.#terminal;
    const { paint } = terminal;
    const rest = Math.max(3, this.#width - widthOf(text) - 1);
    terminal.out();
    terminal.out(`${paint.bold(text)} ${paint.dim("─".repeat(rest))}`);
  }

  row(label: string, text: string): void {
    const [first = "", ...more] = wrap(text, this.#width - LABEL);
    this.#terminal.out(`  ${this.#terminal.paint.dim(label.padEnd(LABEL - 2))}${first}`);
    for (const line of more) this.#terminal.out(" ".repeat(LABEL) + line);
  }

  /**
   * Where it goes and what has been tried, as far as it has not been told yet.
   * @param answering the last attempt is the one that answers
   */
  progress(entry: JournalEntry, answering: boolean): void {
    if (!this.#routeTold) this.row("route", `${entry.rule}: ${entry.reason}`);
    this.#routeTold = true;
    const over = entry.attempts.filter((attempt) => attempt.failure !== undefined || answering);
    for (const attempt of over.slice(this.#attemptsTold)) {
      this.row(this.#attemptsTold === 0 ? "tried" : "", this.#attempt(attempt));
      this.#attemptsTold++;
    }
  }

  /** Words as they come, broken at the right margin. */
  words(text: string): void {
    if (!this.#streaming) {
      this.#streaming = true;
      this.#column = LABEL;
      this.#terminal.write(`  ${this.#terminal.paint.dim("answer".padEnd(LABEL - 2))}`);
    }
    for (const piece of text.split(/(\s+)/)) {
      if (piece.trim() === "") {
        this.#space ||= piece !== "";
        continue;
      }
      const width = widthOf(piece);
      if (this.#space && this.#column + 1 + width > this.#width) this.#breakLine();
      else if (this.#space) this.#put(" ");
      this.#space = false;
      this.#put(piece);
    }
  }

  endOfWords(): void {
    if (this.#streaming) this.#terminal.write("\n");
    this.#streaming = false;
    this.#space = false;
  }

  /** What the client got, in the client's own measure. */
  outcome(seen: Seen): void {
    const { paint } = this.#terminal;
    for (const { name, input } of seen.calls) this.row("calls", `${name} ${paint.dim(input)}`);
    const clean = isComplete(seen);
    const first = seen.firstWordMs === undefined ? "" : `, first word after ${ms(seen.firstWordMs)}`;
    const verdict = clean
      ? paint.green("one clean answer")
      : paint.red(`an error: ${seen.error ?? "the stream ended early"}`);
    this.row("client saw", `${verdict}, HTTP ${seen.status}${first}, complete after ${ms(seen.totalMs)}`);
  }

  /** Who served it in the end, and what it took. */
  served(entry: JournalEntry): void {
    const { paint } = this.#terminal;
    const served = entry.attempts.at(-1);
    const failed = entry.attempts.filter((attempt) => attempt.failure !== undefined).length;
    const after = failed === 0 ? "" : `, after ${counted(failed, "failure")}`;
    const tokens = entry.usage ? `; ${inputTokens(entry.usage)} tokens in, ${entry.usage.output_tokens} out` : "";
    const cost = entry.cost === undefined || entry.cost === 0 ? "" : `, $${priceWords(entry.cost)}`;
    const who = `${paint.bold(entry.provider ?? "nobody")} (${entry.upstreamModel ?? "?"})`;
    this.row("served by", `${who}: ${served?.status ?? "?"} in ${ms(served?.ms ?? 0)}${after}${tokens}${cost}`);
  }

  get #width(): number {
    return Math.min(this.#terminal.columns, WIDEST);
  }

  #attempt(attempt: AttemptRecord): string {
    const { paint } = this.#terminal;
    const name = `${attempt.provider.padEnd(9)} `;
    const simulated = attempt.simulated ? paint.yellow(" (simulated)") : "";
    if (attempt.lost) return `${paint.dim("-")} ${name}${paint.dim("not needed: another was faster")}`;
    if (attempt.failure === undefined)
      return `${paint.green("→")} ${name}${paint.green(`${attempt.status ?? ""} answers`.trimStart())}${simulated}`;
    const { label } = FAILURE_REASONS[attempt.failure];
    const what = paint.red(failureWords(attempt.status, label));
    const why = this.#explains && attempt.message ? paint.dim(`  ${shortened(attempt.message)}`) : "";
    return `${paint.red("✖")} ${name}${what}${simulated}  ${paint.dim(ms(attempt.ms))}${why}`;
  }

  #put(text: string): void {
    this.#terminal.write(text);
    this.#column += widthOf(text);
  }

  #breakLine(): void {
    this.#terminal.write(`\n${" ".repeat(LABEL)}`);
    this.#column = LABEL;
  }
}

/** An answer may begin well and go wrong afterwards. */
function failureWords(status: number | undefined, label: string): string {
  if (status === undefined) return label;
  return status < 400 ? `${label}, after a ${status}` : `${status} ${label}`;
}

function shortened(message: string): string {
  const line = message.replace(/\s+/g, " ");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE - 1)}…` : line;
}

/** One answer from its beginning to its end, and no error in it. */
export function isComplete({ status, error, stopReason }: Seen): boolean {
  return status === 200 && error === undefined && stopReason !== undefined;
}

/** One request costs fractions of a cent. */
function priceWords(dollars: number): string {
  return dollars >= 0.01 ? dollars.toFixed(2) : dollars.toFixed(6).replace(/0+$/, "");
}

function inputTokens(usage: NonNullable<JournalEntry["usage"]>): number {
  return usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
}

/** 3.2 → `3 ms`, 1234 → `1.23 s`. */
export function ms(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(2)} s`;
}
