import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { CCM_VERSION: '"0.0.0-test"' },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/seed.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
  },
});
