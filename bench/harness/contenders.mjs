// Who stands between the load generator and the stub. Every contender speaks Anthropic Messages at its `path`.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownConfig, WIRES } from "./own-config.mjs";
import { freePort, listening, pidListeningOn, start } from "./processes.mjs";

const HERE = import.meta.dirname;
const PATH = "/v1/messages?beta=true";
const MODEL = "claude-sonnet-4-20250514";

/** No proxy at all: what everything else is compared with. */
export function direct(stub) {
  return { name: "direct", label: "direct", port: stub.port, path: PATH, model: MODEL };
}

/** @returns undefined where nginx is not installed */
export async function nginx(dir, stub) {
  if (spawnSync("nginx", ["-v"]).error) return undefined;
  const port = await freePort();
  const home = join(dir, `nginx-${port}`);
  mkdirSync(home);
  writeFileSync(join(home, "nginx.conf"), nginxConfig(home, port, stub.port));
  const args = ["-p", home, "-c", join(home, "nginx.conf")];
  const program = start({ command: "nginx", args, log: join(home, "log") });
  await listening(program, port);
  return { name: "nginx", label: "nginx", port, path: PATH, model: MODEL, pid: program.pid, program };
}

/** One process, nothing written to disk, nothing held back: how one would put nginx before an AI provider. */
function nginxConfig(home, port, upstream) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${home}/${kind};`)
    .join(" ");
  return `daemon off; master_process off; worker_processes 1;
pid ${home}/pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; ${temporary}
  client_max_body_size 64m; client_body_buffer_size 64k;
  keepalive_requests 10000000; keepalive_timeout 600s;
  upstream stub { server 127.0.0.1:${upstream}; keepalive 512; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off; proxy_buffering off; proxy_read_timeout 600s;
    }
  }
}
`;
}

/** What any proxy in Node costs at least: the share of ours that is not ours. */
export async function pipe(dir, stub) {
  const port = await freePort();
  const { pid, program } = launch(dir, "pipe", [join(HERE, "pipe.mjs"), String(port), String(stub.port)]);
  await listening(program, port);
  return { name: "pipe", label: "node:http piped", port, path: PATH, model: MODEL, pid, program };
}

/** A \`node:http\` server that answers by itself: what Node alone weighs, and how fast it starts. */
export async function hello(dir) {
  const port = await freePort();
  const args = [join(HERE, "hello.mjs"), String(port)];
  return { name: "hello", label: "node:http hello", port, path: PATH, model: MODEL, ...launch(dir, "hello", args) };
}

/** Node that does nothing. */
export function bareNode(dir) {
  return { name: "bare", label: "bare Node", ...launch(dir, "bare", ["-e", "setInterval(() => {}, 1e9)"]) };
}

/**
 * Our server on a wire, started but perhaps not yet listening.
 * @param {{server: string, nodeArgs: string[]}} own
 * @param {string} more TOML behind the rest of its configuration
 */
export async function own(dir, stub, own, wire, more = "") {
  const port = await freePort();
  const home = join(dir, `own-${wire}-${port}`);
  const state = join(home, "state");
  mkdirSync(state, { recursive: true });
  const config = join(home, "ccm-config.toml");
  writeFileSync(config, ownConfig(stub.port) + more, { mode: 0o600 });
  const args = [...own.nodeArgs, own.server, "--config", config, "--port", String(port)];
  const program = launch(home, "server", args, { CCM_HOME: state, CCM_LOG_FILE: join(state, "ccm.log") });
  return { name: wire, label: `ccm ${wire}`, port, path: PATH, model: WIRES[wire].name, wire, state, ...program };
}

function launch(dir, name, args, env = {}) {
  const program = start({ command: process.execPath, args, env, log: join(dir, `${name}.log`) });
  return { pid: program.pid, program };
}

/** Another proxy that the user started, with the stub as its upstream. */
export function against({ name, url, model, headers }) {
  const { hostname, port, pathname } = new URL(url);
  const host = hostname === "localhost" ? "127.0.0.1" : hostname;
  const base = pathname.replace(/\/$/, "");
  const path = base.endsWith("/messages") ? base : `${base}${PATH}`;
  const pid = pidListeningOn(Number(port));
  return { name, label: name, host, port: Number(port), path, model: model ?? MODEL, headers, pid };
}
