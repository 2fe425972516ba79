import type { MappingView, ModelView } from "../../server/admin/views.ts";
import { Pill } from "../parts/pill.tsx";
import { ProviderStateView } from "../parts/provider-state.tsx";
import { providerByName } from "../state/store.ts";
import { compact, price } from "../words/format.ts";

const STRATEGY_WORDS: Record<string, string> = {
  priority: "in this order",
  "load-balance": "shared by weight",
  cost: "the cheapest first",
  latency: "the fastest first",
};

export function ModelCard({ model }: { model: ModelView }) {
  return (
    <li class="card">
      <div class="card-head">
        <h2 class="mono">{model.name}</h2>
        <span class="pills">
          <Pill tone="info" title={`strategy = "${model.strategy}"`}>
            {STRATEGY_WORDS[model.strategy] ?? model.strategy}
          </Pill>
          {model.affinity === "session" && <Pill title='affinity = "session"'>a conversation stays with one</Pill>}
        </span>
      </div>
      {model.mappings.length === 0 ? (
        <p class="small bad-text">No provider serves this model.</p>
      ) : (
        <ol class="chain">
          {model.mappings.map((mapping) => (
            <Link
              key={`${mapping.provider} ${mapping.model}`}
              mapping={mapping}
              byWeight={model.strategy === "load-balance"}
            />
          ))}
        </ol>
      )}
    </li>
  );
}

/** One link of the chain. */
function Link({ mapping, byWeight }: { mapping: MappingView; byWeight: boolean }) {
  const provider = providerByName.value.get(mapping.provider);
  return (
    <li class="link">
      <span class="link-rank" title={byWeight ? "weight" : "priority"}>
        {byWeight ? `×${mapping.weight}` : mapping.priority}
        <span class="sr-only"> {byWeight ? "is its weight" : "is its priority"}</span>
      </span>
      <div class="link-who">
        <strong>{mapping.provider}</strong>
        <span class="mono muted">{mapping.model}</span>
        {mapping.stand_in && (
          <Pill tone="warn" title="The provider does not serve the named model; the catalogue chose this one instead">
            stand-in
          </Pill>
        )}
      </div>
      <span class="link-can">
        {mapping.context_window !== undefined && <span>{compact(mapping.context_window)} context</span>}
        <span>{priceWords(mapping)}</span>
        {mapping.lacks.length > 0 && <span>no {mapping.lacks.join(", no ")}</span>}
      </span>
      {provider && <ProviderStateView provider={provider} />}
    </li>
  );
}

function priceWords({ price: known }: MappingView): string {
  if (!known) return "price unknown";
  if (known.input === 0 && known.output === 0) return "free";
  return `${price(known.input)} in, ${price(known.output)} out / M`;
}
