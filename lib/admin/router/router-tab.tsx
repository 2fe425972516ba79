import "./router.css";
import { NotesAbout } from "../parts/fault-list.tsx";
import { SelectField, SwitchField } from "../parts/fields.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Note } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { config, models } from "../state/store.ts";
import { routeSteps } from "../words/rules.ts";
import { STRATEGIES } from "../words/strategies.ts";
import { answer } from "./question.ts";
import { RouteStepView } from "./route-step.tsx";
import { RouterPicture } from "./router-picture.tsx";
import { TryRoute } from "./try-route.tsx";

/** How a request finds its model. */
export function RouterTab() {
  return (
    <div class="stack">
      <PageHead title="Router">
        A request goes down this list; the first step that fires decides. A step without a model is passed over. Every
        change is saved at once, and can be undone.
      </PageHead>
      <NotesAbout section="router" />
      <Loaded from={config} what="the routes">
        {({ config: { router } }) => (
          <div class="router">
            <section aria-labelledby="steps-title">
              <div class="section-head">
                <h2 id="steps-title">The steps, in order</h2>
                <SwitchField label="Router is on" path={["router", "enabled"]} value={router.enabled} />
              </div>
              <RouterPicture router={router} models={models.data.value ?? []} answer={answer.value} />
              {!router.enabled && <Note>The router is switched off: the requested name is used as it is.</Note>}
              <ol class="route-steps">
                {routeSteps(router).map((step) => (
                  <RouteStepView key={step.rule} step={step} router={router} />
                ))}
              </ol>
              <div class="fields">
                <SelectField
                  label="Among the providers of a model that says nothing else"
                  path={["router", "strategy"]}
                  value={router.strategy}
                  choices={STRATEGIES.map(({ id, says }) => ({ value: id, label: says }))}
                />
              </div>
            </section>
            <TryRoute />
          </div>
        )}
      </Loaded>
    </div>
  );
}
