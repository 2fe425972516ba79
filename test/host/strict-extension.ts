/**
 * @module What an extension.yaml may say, for both generations of the host, with every other key refused: the host's own
 * schemas let a misspelt key pass, and the host then ignores it.
 */

type Schema = Record<string, unknown>;

/** An object with these members and no others; those named in `required` must be there. */
const object = (properties: Schema, ...required: string[]): Schema => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});
const list = (items: Schema): Schema => ({ type: "array", items });
const oneOf = (...values: string[]): Schema => ({ enum: values });

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const count: Schema = { type: "integer", minimum: 0 };
const uri: Schema = { type: "string", format: "uri" };

const requirements = object({
  diskSpace: count,
  memory: count,
  installTime: count,
  installTimeout: count,
  validationTimeout: count,
});
const environment = list(object({ key: text, value: text, scope: oneOf("bashrc") }, "key", "value", "scope"));
const validate = object(
  { commands: list(object({ name: text, versionFlag: text, expectedPattern: text }, "name", "expectedPattern")) },
  "commands",
);
const remove = object({ confirmation: flag, script: script(), paths: list(text) }, "confirmation", "script", "paths");
const upgrade = object({ strategy: oneOf("manual", "in-place"), script: script() }, "strategy");
const bom = object(
  {
    tools: list(
      object(
        {
          name: text,
          version: text,
          source: oneOf("script"),
          type: oneOf("server"),
          license: text,
          homepage: uri,
          purl: text,
        },
        "name",
        "source",
      ),
    ),
    files: list(object({ path: text, type: oneOf("config", "script", "library") }, "path", "type")),
  },
  "tools",
  "files",
);

function script(more: Schema = {}): Schema {
  return object({ path: text, timeout: count, ...more }, "path", "timeout");
}

function metadata(category: string, more: Schema = {}): Schema {
  const members = {
    name: { const: "claude-code-mux" },
    version: { type: "string", pattern: "^[0-9]+[.][0-9]+[.][0-9]+$" },
    description: { type: "string", minLength: 10, maxLength: 200 },
    category: { const: category },
    author: text,
    homepage: uri,
    dependencies: list(text),
    ...more,
  };
  return object(members, ...Object.keys(members));
}

const install = (more: Schema = {}) =>
  object({ method: { const: "script" }, script: script(more) }, "method", "script");

const configure = object({ environment }, "environment");
const common = { requirements, configure, validate, remove, upgrade, bom };

const service = object(
  {
    enabled: flag,
    start: object({ command: text, args: list(text), pidfile: text, logfile: text }, "command"),
    stop: object({ command: text, timeout: count }, "command"),
    readiness: object({ check: text, timeout: count }, "check"),
    ports: list(
      object(
        { containerPort: count, protocol: oneOf("http"), name: text, ui: flag, healthPath: text },
        "containerPort",
        "protocol",
        "name",
      ),
    ),
  },
  "start",
);
const docs = object({
  overview: text,
  features: list(text),
  usage: list(object({ section: text, examples: list(object({ description: text, code: text }, "code")) }, "section")),
});

const needed = ["metadata", "install", "configure", "validate", "remove", "upgrade", "bom"];

export const STRICT_EXTENSION = {
  v2: object({ metadata: metadata("ai"), install: install(), ...common }, ...needed),
  v3: object(
    {
      metadata: metadata("claude", { distros: list(oneOf("ubuntu", "fedora", "opensuse")) }),
      install: install({ args: list(text) }),
      ...common,
      service,
      docs,
    },
    ...needed,
    "service",
  ),
};
