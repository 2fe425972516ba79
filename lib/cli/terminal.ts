import { styleText } from "node:util";

/** Exit codes that are the same for every verb. */
export const EXIT = { ok: 0, failed: 1, stopped: 3, unhealthy: 4, usage: 64 } as const;

/** Where a command writes, and how. Everything a verb says goes through here. */
export interface Terminal {
  out(line?: string): void;
  err(line?: string): void;
  /** Writes without a line break. */
  write(text: string): void;
  paint: Painter;
  /** A person is watching: animations and prompts make sense. */
  interactive: boolean;
  columns: number;
}

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta";
export type Painter = Readonly<Record<Style, (text: string) => string>>;

/** The process's own terminal. Honours NO_COLOR and FORCE_COLOR, and writes plain text into pipes and files. */
export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(process.exitCode ?? 0); // `| head` has seen enough
    });
  }
  return {
    out: (line = "") => stdout.write(`${line}\n`),
    err: (line = "") => stderr.write(`${line}\n`),
    write: (text) => stdout.write(text),
    paint: painter(wantsColour(env, stdout.isTTY === true)),
    interactive: stdin.isTTY === true && stdout.isTTY === true && env.TERM !== "dumb",
    columns: Math.min(stdout.columns ?? 100, 120),
  };
}

/** https://no-color.org, and FORCE_COLOR for recordings. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return isTerminal && env.TERM !== "dumb";
}

export function painter(coloured: boolean): Painter {
  const style = (name: Style) => (text: string) => (coloured ? styleText(name, text, { validateStream: false }) : text);
  return {
    bold: style("bold"),
    dim: style("dim"),
    red: style("red"),
    green: style("green"),
    yellow: style("yellow"),
    cyan: style("cyan"),
    magenta: style("magenta"),
  };
}

/** How wide a text appears: colour codes and marks over letters take no room, signs of East Asian scripts and emoji two columns. */
export function widthOf(text: string): number {
  const plain = text.replace(COLOUR_CODE, "");
  return ASCII.test(plain) ? plain.length : [...plain].reduce((sum, sign) => sum + widthOfSign(sign), 0);
}

function widthOfSign(sign: string): number {
  return NO_WIDTH.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
}

const ASCII = /^[ -~]*$/;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

const COLOUR_CODE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Rows with their columns aligned; the last column runs free. */
export function table(rows: readonly (readonly string[])[], indent = 2, gap = 3): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const room = column === row.length - 1 ? 0 : (widths[column] ?? 0) + gap - widthOf(cell);
      return cell + " ".repeat(room);
    });
    return `${" ".repeat(indent)}${cells.join("")}`.trimEnd();
  });
}

/**
 * Names, each with what it means beside it, broken where it would not fit. What stands beside a name that is much longer
 * than the others comes below it.
 * @param columns how wide it may become
 */
export function glossary(rows: readonly (readonly [name: string, means: string])[], columns: number): string[] {
  const [indent, gap] = [2, 3];
  const longest = columns / 2;
  const width = Math.max(0, ...rows.map(([name]) => widthOf(name)).filter((one) => one <= longest));
  const margin = " ".repeat(indent + width + gap);
  return rows.flatMap(([name, means]) => {
    if (means === "") return [" ".repeat(indent) + name];
    const lines = wrap(means, columns - margin.length).map((line) => margin + line);
    if (widthOf(name) > width) return [" ".repeat(indent) + name, ...lines];
    const [first = "", ...more] = lines;
    return [`${" ".repeat(indent)}${name}${first.slice(indent + widthOf(name))}`, ...more];
  });
}

/** Breaks a text between words into lines that fit. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `~` for the home directory, as people know their paths. */
export function tildePath(path: string, env: NodeJS.ProcessEnv): string {
  const home = env.HOME;
  return home && home !== "/" && (path === home || path.startsWith(`${home}/`)) ? `~${path.slice(home.length)}` : path;
}

/** 47 → `47 s`, 3725 → `1 h 2 min`. */
export function duration(seconds: number): string {
  const s = Math.floor(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** `1 provider`, `2 providers`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
