import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { readRequest } from "../anthropic/request.ts";
import type { Settings } from "../config/settings.ts";
import { budgetViews } from "../journal/budget.ts";
import { FAULTS } from "../simulator/faults.ts";
import { createAdminApp } from "./admin/app.ts";
import type { AdminConfig, AdminDeps } from "./admin/deps.ts";
import { faultViews } from "./admin/present/faults.ts";
import type { ServerContext } from "./context.ts";
import { route } from "./serve.ts";
import { statusView } from "./status.ts";
import { logUnforeseen } from "./unforeseen.ts";

interface AdminOptions {
  env: NodeJS.ProcessEnv;
  assetsDir: string;
  /** Has the watch over the file read it now: two that read would overtake each other. */
  readConfig: () => Promise<void>;
  closing: AbortSignal;
}

/** The Hono app over the running server. This module is loaded when somebody first opens the page or calls its API. */
export function adminListener(context: ServerContext, options: AdminOptions): RequestListener {
  const app = createAdminApp(adminDeps(context, options));
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

function adminDeps(context: ServerContext, options: AdminOptions): AdminDeps {
  const { journal, health, credentials, simulations } = context;
  return {
    version: context.version,
    assetsDir: options.assetsDir,
    env: options.env,
    closing: options.closing,
    status: () => statusView(context),
    config: () => adminConfig(context),
    async reload() {
      await options.readConfig();
      return adminConfig(context);
    },
    onConfigChange: (listener) => context.onConfigChange(listener),
    journal,
    exchanges: context.exchanges,
    usage: {
      rows: async (since) => (await journal.files?.rows(since)) ?? [],
      budgets: () => {
        const { budget } = context.config.settings;
        return budget && journal.files ? budgetViews(budget, journal.files.spending) : [];
      },
    },
    credentials,
    health: {
      reset: (provider) => health.reset(provider),
      subscribe(listener) {
        const ends = [health.subscribe(listener), credentials.onChange(listener)];
        return () => ends.forEach((end) => void end());
      },
    },
    route: (body, headers) => route(readRequest(body, headers), context.config.settings, context),
    async testProvider(provider, model) {
      const { testProvider } = await import("./provider-test/provider-test.ts");
      return testProvider(provider, model, context.config.settings, context.relay);
    },
    async offeredModels(provider) {
      const { offeredModels } = await import("./provider-test/offered-models.ts");
      return offeredModels(provider, context.relay);
    },
    report: (error) => void logUnforeseen(context, "the admin API failed", error),
    simulations: {
      faults: Object.entries(FAULTS).map(([id, { label }]) => ({ id, label })),
      list: () => simulations.list(),
      set: (provider, failure, seconds) => simulations.set(provider, failure, seconds),
      clear: (provider) => simulations.clear(provider),
      subscribe: (listener) => simulations.subscribe(listener),
    },
  };
}

function adminConfig({ config }: ServerContext): AdminConfig {
  const { loaded, settings, tree } = config;
  return {
    path: loaded.path,
    text: loaded.text,
    etag: loaded.etag,
    tree,
    settings: settings satisfies Settings,
    faults: faultViews(loaded.faults),
    notes: faultViews(loaded.notes),
  };
}
