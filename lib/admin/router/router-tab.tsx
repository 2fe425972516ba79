import "./router.css";
import { NotesAbout } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Note } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { config } from "../state/store.ts";
import { routeSteps } from "../words/rules.ts";
import { RouteStepView } from "./route-step.tsx";
import { TryRoute } from "./try-route.tsx";

/** How a request finds its model. */
export function RouterTab() {
  return (
    <div class="stack">
      <PageHead title="Router">
        A request goes down this list; the first step that fires decides. A step without a model is passed over. To
        change them: <code>ccmctl config edit</code>
      </PageHead>
      <NotesAbout section="router" />
      <Loaded from={config} what="the routes">
        {({ config: { router } }) => (
          <div class="router">
            <section aria-labelledby="steps-title">
              <h2 id="steps-title">The steps, in order</h2>
              {!router.enabled && (
                <Note>The router is switched off (router.enabled = false): the requested name is used as it is.</Note>
              )}
              <ol class="route-steps">
                {routeSteps(router).map((step) => (
                  <RouteStepView key={step.rule} step={step} router={router} />
                ))}
              </ol>
            </section>
            <TryRoute />
          </div>
        )}
      </Loaded>
    </div>
  );
}
