import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { recordingsRoot } from "./test/support/recordings.ts";

export default defineConfig({
  define: { CCM_VERSION: '"0.0.0-test"' },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/seed.ts"],
    // Suites that only play recordings are empty where there are none; anywhere else an empty suite is a mistake.
    passWithNoTests: !existsSync(recordingsRoot()),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
  },
});
