import type { Rule } from "../../catalog/route-names.ts";
import type { ConfigTree } from "../../config/schema.ts";
import { TextField } from "../parts/fields.tsx";
import { PatternTrial } from "./pattern-trial.tsx";

type Router = ConfigTree["router"];

const WITH_TRIGGERS = ["long_context", "reasoning", "background", "subagent", "compaction", "auto_map"] as const;

export function hasTriggers(rule: Rule): boolean {
  return WITH_TRIGGERS.some((known) => known === rule);
}

/** What fires a route, where that can be chosen. */
export function Triggers({ rule, router }: { rule: Rule; router: Router }) {
  const lines = (route: string, key: string, label: string, value: readonly string[], hint: string) => (
    <TextField label={label} kind="lines" path={["router", route, key]} value={value} hint={hint} />
  );
  switch (rule) {
    case "long_context":
      return (
        <TextField
          label="Prompt tokens beyond which it fires"
          kind="number"
          path={["router", "long_context", "threshold_tokens"]}
          value={router.long_context.threshold_tokens}
        />
      );
    case "reasoning":
      return (
        <>
          {lines(rule, "thinking", "Thinking", router.reasoning.thinking, "enabled, adaptive")}
          {lines(rule, "efforts", "Efforts", router.reasoning.efforts, "low, medium, high, xhigh, max")}
          <Patterns route={rule} value={router.reasoning.patterns} />
        </>
      );
    case "background":
      return (
        <>
          <Patterns route={rule} value={router.background.patterns} />
          {lines(rule, "classes", "Request classes", router.background.classes, "One a line.")}
        </>
      );
    case "subagent":
      return lines(rule, "classes", "Request classes", router.subagent.classes, "One a line.");
    case "compaction":
      return lines(rule, "classes", "Request classes", router.compaction.classes, "One a line.");
    case "auto_map":
      return <AutoMap value={router.auto_map} />;
    default:
      return null;
  }
}

function Patterns({ route, value }: { route: string; value: readonly string[] }) {
  return (
    <TextField
      label="Patterns on the name"
      kind="lines"
      path={["router", route, "patterns"]}
      value={value}
      hint="One a line; (?i) ignores case."
      below={(text) => <PatternTrial patterns={text.split("\n").map((line) => line.trim())} />}
    />
  );
}

/** Emptied it is switched off, which the file has to say: without the key it has its default. */
function AutoMap({ value }: { value: string }) {
  const path = ["router", "auto_map"];
  return (
    <TextField
      label="Pattern on the name"
      path={path}
      value={value}
      hint="Empty switches it off."
      changes={(text) => [{ path, value: text ?? "" }]}
      below={(text) => <PatternTrial patterns={[text.trim()]} />}
    />
  );
}
