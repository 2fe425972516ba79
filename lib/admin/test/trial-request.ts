/** `data` is base64. */
export interface TrialImage {
  name: string;
  mediaType: string;
  data: string;
}

/** What the form asks for. Empty strings mean: as the router decides, or no failure. */
export interface TrialForm {
  model: string;
  provider: string;
  message: string;
  thinking: boolean;
  tool: boolean;
  stream: boolean;
  image: TrialImage | undefined;
  /** Further models that are asked the same at the same time. */
  compare: readonly string[];
  failProvider: string;
  fault: string;
  /** One of the server's own keys, where it asks for one. Kept in memory only. */
  key: string;
}

const MAX_TOKENS = 4_096;
const THINKING_BUDGET = 2_048;

/** A tool that models like to call, so that tool calls can be seen. Nothing runs it. */
const SAMPLE_TOOL = {
  name: "get_weather",
  description: "Tells the current weather of a city.",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** The body of `POST /v1/messages`. */
export function trialBody(form: TrialForm, model: string) {
  return {
    model,
    max_tokens: MAX_TOKENS,
    stream: form.stream,
    messages: [{ role: "user", content: content(form) }],
    ...(form.thinking && { thinking: { type: "enabled", budget_tokens: THINKING_BUDGET } }),
    ...(form.tool && { tools: [SAMPLE_TOOL] }),
  };
}

function content({ message, image }: TrialForm) {
  if (!image) return message;
  const source = { type: "base64", media_type: image.mediaType, data: image.data };
  return [
    { type: "image", source },
    { type: "text", text: message },
  ];
}

/** A named provider, and the failure that is simulated for this request alone. */
export function trialHeaders(form: TrialForm): Record<string, string> {
  return {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    // So that both sides can be shown raw. It stays in the server's memory.
    "x-ccm-keep": "1",
    ...(form.key !== "" && { "x-api-key": form.key }),
    ...(form.provider !== "" && { "x-ccm-provider": form.provider }),
    ...(form.failProvider !== "" && form.fault !== "" && { "x-ccm-simulate": `${form.failProvider}=${form.fault}` }),
  };
}
