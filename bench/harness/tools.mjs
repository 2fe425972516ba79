// The two C programs: building them, running the load generator, telling the stub how to answer.
import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { CLIENT_HEADERS, messagesBody } from "./bodies.mjs";
import { freePort, listening, start } from "./processes.mjs";

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, "..");

/** Compiles what is missing or out of date. Throws, with what to install, where that cannot be done. */
export function buildTools() {
  for (const tool of ["make", process.env.CC ?? "cc"]) {
    if (spawnSync(tool, ["--version"]).error) {
      throw new Error(
        `the bench's load generator and stub upstream are C programs, and \`${tool}\` is not installed: ` +
          "install a C compiler and make (Debian: apt-get install gcc make) and run it again",
      );
    }
  }
  const made = spawnSync("make", ["-s", "-C", BENCH], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`make -C bench failed:\n${made.stderr}`);
}

/** Starts the stub upstream. */
export async function startStub(dir, wantedPort) {
  const port = wantedPort ?? (await freePort());
  const program = start({ command: join(BENCH, "build/stub"), args: [String(port)], log: join(dir, "stub.log") });
  await listening(program, port);
  return {
    port,
    program,
    /** @param {string} how see bench/src/stub.c, e.g. `json` or `paced/20/100000` */
    answers: (how) => get(port, `/bench/${how}`),
    stats: async () => JSON.parse(await get(port, "/bench/stats")),
  };
}

function get(port, path) {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}

/** Body files, written when first asked for. */
export function bodyFiles(dir) {
  const written = new Map();
  return ({ bytes, model, stream }) => {
    const file = join(dir, `body-${model}-${bytes}-${stream ? "stream" : "json"}.json`);
    if (!written.has(file)) {
      writeFileSync(file, messagesBody({ bytes, model, stream }));
      written.set(file, true);
    }
    return file;
  };
}

/**
 * Runs the load generator against a contender.
 * @param {{host?: string, port: number, path: string, headers?: string[], label: string}} target
 * @param {string} bodyFile
 * @param {Record<string, number>} options the generator's own, without the dashes, e.g. `{requests: 100}`
 * @returns what it printed; throws when a request failed, because a number from a failing run means nothing
 */
export async function load(target, bodyFile, options) {
  const args = ["--host", target.host ?? "127.0.0.1", "--port", String(target.port), "--path", target.path];
  args.push("--body", bodyFile);
  for (const header of [...CLIENT_HEADERS, ...(target.headers ?? [])]) args.push("--header", header);
  for (const [name, value] of Object.entries(options)) args.push(`--${name}`, String(value));
  const { stdout } = await run(join(BENCH, "build/load"), args).catch((error) => {
    throw new Error(`load against ${target.label}: ${error.stderr?.trim() || error.message}`);
  });
  const result = JSON.parse(stdout);
  if (result.failed > 0) {
    throw new Error(`${target.label}: ${result.failed} of ${result.answers} requests failed: ${result.failure}`);
  }
  return result;
}
