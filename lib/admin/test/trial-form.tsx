import { Icon } from "../parts/icons.tsx";
import { Note } from "../parts/messages.tsx";
import { addressOf } from "../state/place.ts";
import { models, needsKey, status } from "../state/store.ts";
import { CompareChoice } from "./compare-choice.tsx";
import { FailureChoice } from "./failure-choice.tsx";
import { ImageChoice } from "./image-choice.tsx";
import { askedModel, canSend, change, form, isRunning, sendTrial, stopTrial } from "./trial.ts";

export function TrialFormView() {
  const names = models.data.value?.map(({ name }) => name) ?? [];
  const current = form.value;
  const submit = (event: Event) => {
    event.preventDefault();
    if (canSend()) void sendTrial();
  };
  const sendByKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  return (
    <form class="card trial-form" onSubmit={submit} onKeyDown={sendByKey} aria-label="Test request">
      {models.data.value && names.length === 0 && <NoModel />}
      <label for="trial-model">Model</label>
      <select
        id="trial-model"
        value={askedModel.value}
        onChange={(event) => change({ model: event.currentTarget.value })}
      >
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label for="trial-provider">Provider</label>
      <select
        id="trial-provider"
        value={current.provider}
        onChange={(event) => change({ provider: event.currentTarget.value })}
      >
        <option value="">As the router decides</option>
        {status.value?.providers.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label for="trial-message">Message</label>
      <textarea
        id="trial-message"
        rows={5}
        required
        value={current.message}
        onInput={(event) => change({ message: event.currentTarget.value })}
      />
      <div class="checks">
        <label class="check">
          <input type="checkbox" checked={current.thinking} onChange={() => change({ thinking: !current.thinking })} />
          Ask for thinking
        </label>
        <label class="check">
          <input type="checkbox" checked={current.tool} onChange={() => change({ tool: !current.tool })} />
          Offer a tool (get_weather)
        </label>
        <label class="check">
          <input type="checkbox" checked={current.stream} onChange={() => change({ stream: !current.stream })} />
          Stream the answer
        </label>
      </div>
      <ImageChoice />
      <CompareChoice />
      <FailureChoice />
      {needsKey.value && <ServerKey />}
      <Buttons />
    </form>
  );
}

function NoModel() {
  return (
    <Note>
      No model is defined yet. <a href={addressOf("providers", "+")}>Add a provider</a>, and it gets one.
    </Note>
  );
}

/** The server asks every client for one of its keys, this page too. */
function ServerKey() {
  return (
    <>
      <label for="trial-key">One of the server's api_keys</label>
      <input
        id="trial-key"
        type="password"
        autocomplete="off"
        required
        value={form.value.key}
        onInput={(event) => change({ key: event.currentTarget.value })}
      />
    </>
  );
}

function Buttons() {
  const running = isRunning();
  return (
    <div class="trial-buttons">
      <button type="submit" class="button primary" disabled={!canSend()}>
        Send
      </button>
      <button type="button" class="button" disabled={!running} onClick={stopTrial}>
        <Icon name="stop" /> Stop
      </button>
      <span class="muted small">
        <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends
      </span>
    </div>
  );
}
