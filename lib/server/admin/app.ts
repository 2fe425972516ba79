/**
 * @module
 * The admin page and its API. The listener has already turned away strangers (`guard.ts`); here every answer gets the
 * headers that keep the page to itself.
 */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { oauthCallback, oauthRoutes } from "../oauth/routes.ts";
import { baseUrlHint } from "../openai/dialect.ts";
import { ASSET_PATHS, type Asset, type AssetPath, readAsset } from "./assets.ts";
import type { AdminDeps } from "./deps.ts";
import { ApiFault, apiError, errorHandler } from "./errors.ts";
import { catalogView } from "./present/catalog.ts";
import { modelViews } from "./present/models.ts";
import { chartRoutes } from "./routes/chart.ts";
import { configRoutes } from "./routes/config.ts";
import { downloadRoutes } from "./routes/downloads.ts";
import { eventRoutes } from "./routes/events.ts";
import { exchangeRoutes } from "./routes/exchanges.ts";
import { journalRoutes } from "./routes/journal.ts";
import { patternRoutes } from "./routes/patterns.ts";
import { providerRoutes } from "./routes/providers.ts";
import { routeRoutes } from "./routes/route.ts";
import { sessionRoutes } from "./routes/session.ts";
import { simulateRoutes } from "./routes/simulate.ts";
import { usageRoutes } from "./routes/usage.ts";

/** All of `/api`, and the page. */
export function createAdminApp(deps: AdminDeps): Hono {
  const app = new Hono();
  app.onError(errorHandler(deps.report));
  app.notFound((c) =>
    c.json(apiError("not_found", `Nothing answers ${c.req.method} ${c.req.path}${baseUrlHint(c.req.path)}.`), 404),
  );
  app.get("/api/oauth/callback", (c) => oauthCallback(c, deps));
  app.use(headers());
  app.use("/api/*", async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });

  app.get("/api/status", (c) => c.json(deps.status()));
  app.get("/api/catalog", (c) => c.json(catalogView()));
  app.get("/api/models", (c) => c.json({ items: modelViews(deps.config().settings) }));
  app.route("/api/config", configRoutes(deps));
  app.route("/api/providers", providerRoutes(deps));
  app.route("/api/route", routeRoutes(deps));
  app.route("/api/patterns", patternRoutes());
  app.route("/api/session", sessionRoutes(deps));
  app.route("/api/simulate", simulateRoutes(deps));
  app.route("/api/journal", journalRoutes(deps));
  app.route("/api/exchanges", exchangeRoutes(deps));
  app.route("/api/usage", usageRoutes(deps));
  app.route("/api/chart", chartRoutes(deps));
  app.route("/api/downloads", downloadRoutes(deps));
  app.route("/api/events", eventRoutes(deps));
  app.route("/api/oauth", oauthRoutes(deps));

  addAssets(app, deps);
  return app;
}

/**
 * Each file is read once and kept in memory. The browser keeps it too but asks each time, so that a new version shows at
 * the next reload.
 */
function addAssets(app: Hono, { assetsDir, report }: AdminDeps): void {
  const kept = new Map<string, Asset>();
  const read = (path: AssetPath): Asset => {
    try {
      return readAsset(assetsDir, path);
    } catch (error) {
      report(error);
      throw new ApiFault(503, "no_page", "The page was not built with this server. Build it: npm run build");
    }
  };
  for (const path of ASSET_PATHS) {
    app.get(path, etag(), (c) => {
      const asset = kept.get(path) ?? read(path);
      kept.set(path, asset);
      return c.body(asset.body, 200, {
        "content-type": asset.contentType,
        etag: asset.etag,
        "cache-control": "no-cache",
      });
    });
  }
}

/** Nothing from elsewhere, nothing inline, in no frame. The icon in `index.html` is a data URL. */
function headers() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    // We speak http on loopback; a promise of https would lock the user out of other things on that host.
    strictTransportSecurity: false,
  });
}
