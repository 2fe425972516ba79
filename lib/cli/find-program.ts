import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of a program on PATH, as a shell would find it. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const places = (env.PATH ?? "").split(delimiter).map((dir) => join(dir || ".", name));
  return places.find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // not here
  }
}
