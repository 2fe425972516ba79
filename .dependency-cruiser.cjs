// Data flows one way (docs/development.md): each room may import only what stands behind it in this table.
const MAY_IMPORT = {
  catalog: [],
  anthropic: [],
  network: [],
  config: ["catalog", "anthropic"],
  journal: ["catalog", "anthropic", "config"],
  credentials: ["catalog", "anthropic", "network", "config"],
  wires: ["catalog", "anthropic", "config", "credentials"],
  routing: ["catalog", "anthropic", "config", "credentials"],
  relay: ["catalog", "anthropic", "network", "config", "journal", "credentials", "wires", "routing"],
  simulator: ["catalog", "anthropic"],
  handover: [],
  server: [
    "catalog",
    "anthropic",
    "network",
    "config",
    "journal",
    "credentials",
    "wires",
    "routing",
    "relay",
    "simulator",
    "handover",
  ],
  daemon: ["catalog", "anthropic", "config", "journal", "handover"],
  cli: ["catalog", "anthropic", "network", "config", "journal", "credentials", "routing", "simulator", "daemon"],
  // Beside the catalogue's words, the page shares only types with the API that feeds it.
  admin: ["catalog"],
};

const direction = Object.entries(MAY_IMPORT).map(([room, others]) => ({
  name: `${room}-looks-only-downwards`,
  severity: "error",
  from: { path: `^lib/${room}/` },
  to: {
    path: "^lib/",
    pathNot: [`^lib/${room}/`, ...others.map((other) => `^lib/${other}/`)],
    ...(room === "admin" && { dependencyTypesNot: ["type-only"] }),
  },
}));

module.exports = {
  forbidden: [
    ...direction,
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "default", "types"],
    },
  },
};
