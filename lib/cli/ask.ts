import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** A yes-or-no question. Without a terminal, or at the end of input, the answer is no. */
export async function confirm(terminal: Terminal, question: string, preset: "yes" | "no"): Promise<boolean> {
  if (!terminal.interactive) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise<string>((resolve) => prompt.once("close", () => resolve("n")));
  try {
    const answer = await Promise.race([prompt.question(`${question} ${preset === "yes" ? "[Y/n]" : "[y/N]"} `), ended]);
    return answer.trim() === "" ? preset === "yes" : /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
