import { demoActs } from "../demo/acts.ts";
import { DEMO_PROVIDERS } from "../demo/demo-config.ts";
import { perform } from "../demo/perform.ts";
import { buildStage, type Stage } from "../demo/stage.ts";
import { EXIT, type Terminal, table } from "../terminal.ts";
import { numberValue, type VerbContext } from "../verb.ts";
import { ownerWords } from "../words.ts";

const PREFERRED_PORT = 13_456;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ended.abort());
  const end = new Promise<"ended">((resolve) => ended.signal.addEventListener("abort", () => resolve("ended")));

  const wantedPort = numberValue(context, "port") ?? PREFERRED_PORT;
  const stage = await buildStage(env, wantedPort);
  try {
    introduce(terminal, stage, wantedPort);
    const done = await Promise.race([show(terminal, stage), end]);
    if (done === "ended") return EXIT.ok;
    sayWhatNow(terminal, stage, values.once === true);
    if (values.once !== true) await end;
    return done ? EXIT.ok : EXIT.failed;
  } finally {
    await stage.close();
    if (values.once !== true) terminal.out("\nThe demo's server and files are gone again.");
  }
}

function introduce(terminal: Terminal, stage: Stage, wantedPort: number): void {
  const { paint } = terminal;
  terminal.out(paint.bold("An outage that nobody notices"));
  terminal.out("A real server and three simulated providers, all on this machine. No key, no network, no cost.");
  terminal.out();
  if (stage.turnedAwayBy) {
    const owner = stage.turnedAwayBy === "someone" ? undefined : stage.turnedAwayBy;
    terminal.out(`  (${ownerWords(wantedPort, owner)}; the demo uses ${stage.port})`);
  }
  terminal.out(`  server    ${paint.bold(stage.url)}  ${paint.dim(`ready in ${stage.startedInMs} ms`)}`);
  const rows = DEMO_PROVIDERS.map(({ name, protocol }) => [
    name,
    protocol,
    paint.dim(`${stage.simulator.url}/${name}`),
  ]);
  for (const line of table(rows, 2, 3)) terminal.out(line);
}

/** @returns whether every act went as it should */
async function show(terminal: Terminal, stage: Stage): Promise<boolean> {
  let failures = 0;
  let good = 0;
  const acts = demoActs();
  for (const [at, act] of acts.entries()) {
    const result = await perform(act, at + 1, stage, terminal);
    failures += result.failedAttempts;
    if (result.asExpected) good++;
  }
  stage.say(undefined);
  for (const { name } of DEMO_PROVIDERS) stage.simulator.setFault(name, undefined);
  const { paint } = terminal;
  const all = good === acts.length;
  terminal.out();
  const sum = `${acts.length} requests, ${failures} failures at providers, ${good} clean answers.`;
  terminal.out(all ? paint.green(`✔ ${sum} Claude Code would have noticed nothing.`) : paint.red(`✖ ${sum}`));
  return all;
}

function sayWhatNow(terminal: Terminal, stage: Stage, once: boolean): void {
  const { paint } = terminal;
  terminal.out();
  if (!once) {
    terminal.out(`  Look at the page      ${paint.cyan(stage.url)}`);
    terminal.out(
      `  Try it with Claude    ${paint.cyan(`ANTHROPIC_BASE_URL=${stage.url} ANTHROPIC_API_KEY=ccm-proxy claude`)}`,
    );
  }
  terminal.out(`  Set up your own       ${paint.cyan("ccm-quickstart")}`);
  if (!once) terminal.out(`\nIt stays up until Ctrl-C.`);
}
