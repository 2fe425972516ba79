/** The image, played step by step without an engine, and the container's command run from what comes out. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../lib/daemon/port-owner.ts";
import { cloneInto, lendPackages, REPOSITORY } from "./clone.ts";
import { type Image, playDockerfile, readDockerfile } from "./container/dockerfile.ts";

const KEY = "a-client-key-that-is-long";
const TOKEN = "an-admin-token-that-is-long";
/** Nobody, in place of the image's `node`. */
const UNPRIVILEGED = 65_534;

const dockerfile = await readFile(join(REPOSITORY, "Dockerfile"), "utf8");
const compose = parse(await readFile(join(REPOSITORY, "compose.yaml"), "utf8"));
const service = compose.services["claude-code-mux"];

let folder: string;
let image: Image;
let chowns: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccm-image-"));
  await chmod(folder, 0o755);
  const context = join(folder, "context");
  await mkdir(context);
  const ignored = await ignoredNames();
  await cloneInto(context, (path) => !ignored.test(path));
  await lendPackages(context);
  ({ image, chowns } = await playDockerfile(dockerfile, context, folder));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `.dockerignore` as a pattern; ours names only what lies at the top. */
async function ignoredNames(): Promise<RegExp> {
  const lines = (await readFile(join(REPOSITORY, ".dockerignore"), "utf8")).split("\n");
  const names = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const patterns = names.map((name) => name.replaceAll(".", "[.]").replaceAll("*", "[^/]*"));
  return new RegExp(`^(${patterns.join("|")})(/|$)`);
}

test("the program's image holds the packed program and nothing that it was built with", async () => {
  const program = join(image.root, "opt/claude-code-mux");
  for (const path of ["bin/ccmctl", "dist/server.js", "dist/admin/page.js", "templates/ccm-config.toml", "LICENSE"])
    expect((await stat(join(program, path))).isFile()).toBe(true);
  for (const path of ["node_modules", "lib", "test"]) await expect(stat(join(program, path))).rejects.toThrow("ENOENT");
});

test("it runs as an ordinary user, to whom alone the data belong", async () => {
  expect(image.user).toBe("node");
  expect(image.volumes).toEqual([join(image.root, "data")]);
  expect(chowns).toEqual([`node:node ${join(image.root, "data")}`]);
  expect((await stat(join(image.root, "data"))).mode & 0o777).toBe(0o700);
});

test("every image that it is made from is named with its version, and commands need no shell", () => {
  const instructions = readDockerfile(dockerfile);
  for (const { text } of instructions.filter(({ name }) => name === "FROM")) expect(text).toMatch(/^node:\d+-slim\b/);
  for (const { text } of instructions.filter(({ name }) => name === "CMD")) expect(text).toMatch(/^\["/);
});

test("compose publishes the port on this machine only, asks for both secrets, and takes rights away", () => {
  expect(service.ports).toEqual([`127.0.0.1:${image.ports[0]}:${image.ports[0]}`]);
  for (const name of ["CCM_CLIENT_KEY", "CCM_ADMIN_TOKEN"])
    expect(service.environment[name]).toMatch(new RegExp(`^\\$\\{${name}:\\?`));
  expect(service.volumes.map((volume: string) => join(image.root, volume.split(":")[1] ?? ""))).toEqual(image.volumes);
  expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] });
  expect(Object.keys(compose.volumes)).toEqual(["data"]);
});

describe("its command, from the image's files with nothing but Node", () => {
  let port: number;
  let env: Record<string, string>;
  let container: ChildProcess | undefined;
  const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};

  beforeAll(async () => {
    port = await freePort(0);
    if ("uid" in identity) await chown(join(image.root, "data"), UNPRIVILEGED, UNPRIVILEGED);
    const system = `${dirname(process.execPath)}:/usr/bin:/bin`;
    env = { ...image.env, PATH: (image.env.PATH ?? "").replace("$PATH", system), HOME: "/nonexistent" };
  });
  afterAll(() => void container?.kill("SIGKILL"));

  const run = (command: readonly string[], extra: Record<string, string> = {}) =>
    execa(command[0] ?? "", command.slice(1), {
      cwd: image.root,
      env: { ...env, ...extra },
      extendEnv: false,
      reject: false,
      ...identity,
    });

  test("without the secrets it does not start, and says which are missing", async () => {
    const { exitCode, stderr } = await run([...image.command, "--port", String(port)]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/server\.api_keys.* is empty/);
    expect(stderr).toMatch(/server\.admin_token.* is empty/);
  });

  test("with them it serves on every address, to those who have them; and its health check tells", async () => {
    const secrets = { CCM_CLIENT_KEY: KEY, CCM_ADMIN_TOKEN: TOKEN, ANTHROPIC_UPSTREAM_KEY: "sk-ant-x" };
    const [program = "", ...args] = [...image.command, "--port", String(port)];
    container = spawn(program, args, {
      cwd: image.root,
      env: { ...env, ...secrets },
      stdio: ["ignore", "pipe", "pipe"],
      ...identity,
    });
    const ended = once(container, "exit");
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === "IPv4")?.address;
    const url = `http://${outside ?? "127.0.0.1"}:${port}`;
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(url + path, { headers }).catch(() => undefined))?.status;
    await expect.poll(() => status("/health"), { timeout: 20_000 }).toBe(200);

    expect(await status("/v1/models")).toBe(401);
    expect(await status("/v1/models", { "x-api-key": KEY })).toBe(200);
    expect(await status("/api/status")).toBe(401);
    expect(await status("/api/status", { authorization: `Bearer ${TOKEN}` })).toBe(200);
    const healthy = await run(image.healthcheck, secrets);
    expect(healthy.exitCode, healthy.stdout + healthy.stderr).toBe(0);

    container.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect((await run(image.healthcheck, secrets)).exitCode).toBe(3);
  });
});
