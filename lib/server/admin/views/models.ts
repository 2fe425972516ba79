/** @module Models: which are configured, which are offered, and what is known of them. */

export interface PriceView {
  /** US dollars per million tokens. */
  input: number;
  output: number;
  cache_read?: number;
  cache_write?: number;
}

/** What is known of a model at a provider. */
export interface CapabilityViews {
  price?: PriceView;
  context_window?: number;
  max_output?: number;
  /** What it is known not to do. */
  lacks: string[];
}

export interface MappingView extends CapabilityViews {
  provider: string;
  /** The upstream's own model id. */
  model: string;
  /** The catalogue chose the id because the provider does not serve the named model. */
  stand_in: boolean;
  priority: number;
  weight: number;
}

export interface ModelView {
  name: string;
  strategy: string;
  affinity: string;
  mappings: MappingView[];
}

/** A model that a provider can be asked for. */
export interface OfferedModel extends CapabilityViews {
  id: string;
}

/** Answer of `GET` and `POST /api/providers/NAME/models`. */
export interface OfferedModelsView {
  /** Who says so: the provider itself, now, or our catalogue. */
  from: "vendor" | "catalogue";
  /** Why it is not the provider's own list. */
  why?: string;
  items: OfferedModel[];
}
