/** @module Plays a Dockerfile without an engine: each stage is a folder, `COPY` copies, `RUN` runs, paths are moved into the folder. */
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { execa } from "execa";

export interface Instruction {
  name: string;
  /** All that follows the name, continuation lines joined. */
  text: string;
}

export interface Image {
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string | undefined;
  volumes: string[];
  ports: string[];
  command: string[];
  healthcheck: string[];
}

/** The instructions in their order, without comments. */
export function readDockerfile(text: string): Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      if (name === undefined || rest === undefined) throw new Error(`no instruction: ${line}`);
      return { name, text: rest.trim() };
    });
}

/** The absolute paths that the image's own instructions make; all others (`/bin` …) are those of this machine. */
function ownPaths(instructions: readonly Instruction[]): string[] {
  const words = instructions.flatMap(({ name, text }) => {
    if (name === "WORKDIR" || name === "VOLUME") return [text];
    if (name === "COPY") return text.split(/\s+/).slice(-1);
    return name === "RUN" ? [...text.matchAll(/mkdir (?:-m \d+ )?(\/\S+)/g)].map(([, path]) => path ?? "") : [];
  });
  return [...new Set(words.filter(isAbsolute))];
}

/**
 * @param context the folder that is sent to the engine, `.dockerignore` already applied
 * @param folder where stages and stand-ins are put
 * @returns the last stage, and what `chown` was told
 */
export async function playDockerfile(
  text: string,
  context: string,
  folder: string,
): Promise<{ image: Image; chowns: string[] }> {
  const instructions = readDockerfile(text);
  const own = ownPaths(instructions);
  const stages = new Map<string, Image>();
  const { path, notes } = await withStandIns(folder);
  let image: Image | undefined;
  for (const { name, text: rest } of instructions) {
    if (name === "FROM") {
      const alias = / AS (\S+)$/.exec(rest)?.[1] ?? "final";
      image = emptyImage(join(folder, alias));
      stages.set(alias, image);
      await mkdir(image.root, { recursive: true });
      continue;
    }
    if (!image) throw new Error(`${name} before FROM`);
    const stage = image;
    const moved = (words: string) =>
      own.reduce((all, at) => all.replaceAll(new RegExp(`(?<![\\w/.])${at}(?![\\w-])`, "g"), stage.root + at), words);
    switch (name) {
      case "WORKDIR":
        stage.workdir = stage.root + rest;
        await mkdir(stage.workdir, { recursive: true });
        break;
      case "COPY": {
        const from = /^--from=(\S+) /.exec(rest)?.[1];
        const [source = "", target = ""] = rest.replace(/^--\S+ /, "").split(/\s+/);
        const base = from === undefined ? context : (stages.get(from)?.root ?? "no such stage");
        const to = isAbsolute(target) ? stage.root + target : join(stage.workdir, target);
        await cp(join(base, source), to, { recursive: true, verbatimSymlinks: true });
        break;
      }
      case "RUN":
        await execa("/bin/sh", ["-e", "-c", moved(rest)], { cwd: stage.workdir, env: { PATH: path } });
        break;
      case "ENV":
        for (const [, key = "", value = ""] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = moved(value);
        break;
      case "USER":
        stage.user = rest;
        break;
      case "VOLUME":
        stage.volumes.push(stage.root + rest);
        break;
      case "EXPOSE":
        stage.ports.push(rest);
        break;
      case "HEALTHCHECK":
        stage.healthcheck = JSON.parse(rest.slice(rest.indexOf("["))) as string[];
        break;
      case "CMD":
        stage.command = JSON.parse(rest) as string[];
        break;
      default:
        throw new Error(`this player does not know ${name}`);
    }
  }
  if (!image) throw new Error("no FROM");
  const told = await readFile(notes, "utf8").catch(() => "");
  return { image, chowns: told.split("\n").filter(Boolean) };
}

function emptyImage(root: string): Image {
  return { root, workdir: root, env: {}, user: undefined, volumes: [], ports: [], command: [], healthcheck: [] };
}

/** `chown` only notes what it is told: the image's user does not exist here. */
async function withStandIns(folder: string): Promise<{ path: string; notes: string }> {
  const bin = join(folder, "stand-ins");
  const notes = join(folder, "chowns");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "chown"), `#!/bin/sh\necho "$*" >>'${notes}'\n`);
  await chmod(join(bin, "chown"), 0o755);
  return { path: `${bin}:${process.env.PATH}`, notes };
}
