import { randomUUID } from "node:crypto";
import type { FaultName } from "../../simulator/faults.ts";
import { type DemoProvider, MAIN_MODEL, SMALL_MODEL } from "./demo-config.ts";
import type { Question } from "./request.ts";

/** One scene of the demo: who is broken, what is asked, and who is expected to answer. */
export interface Act {
  title: string;
  faults: Partial<Record<DemoProvider, FaultName>>;
  question: Question;
  /** What the simulated provider says; it adds that it is one. */
  answer: string;
  answeredBy: DemoProvider;
  /** What to notice, shown when it went as expected. */
  moral: string;
}

/** The scenes in order. The first conversation goes on through the outage; the last is a new one. */
export function demoActs(): Act[] {
  const conversation = randomUUID();
  const main = (prompt: string, session = conversation): Question => ({
    model: MAIN_MODEL,
    prompt,
    session,
    class: "main",
  });
  return [
    {
      title: "All is well",
      faults: {},
      question: main("Why would I put a proxy in front of my AI providers?"),
      answer:
        "One address for all of them: each request goes where it fits best, and when one provider fails, the next one answers.",
      answeredBy: "primary",
      moral: "The request went out as it came in, and the answer streamed back as it came.",
    },
    {
      title: "A small task in the background",
      faults: {},
      question: {
        model: SMALL_MODEL,
        prompt: "Write a title of three to six words for this session.",
        session: conversation,
        class: "auxiliary",
      },
      answer: "Proxies, outages and calm.",
      answeredBy: "third",
      moral: "Claude Code marks what nobody watches; that goes to a small model here.",
    },
    {
      title: "The primary is overloaded: it answers 529",
      faults: { primary: "529" },
      question: main("Do I notice when a provider is overloaded?"),
      answer: "No. The refusal stayed inside the proxy, and I took over before you had seen a single word.",
      answeredBy: "second",
      moral: "Another vendor with another protocol, translated event by event.",
    },
    {
      title: "Worse: the primary hangs up, the second answers with a web page",
      faults: { primary: "cut-before-content", second: "garbage" },
      question: main("And when two of them fail at once?"),
      answer: "Then the third one answers. Each of the others got one more try first, on a fresh connection.",
      answeredBy: "third",
      moral: "Nothing had reached Claude Code yet, so the third could still take over unseen.",
    },
    {
      title: "All are well again",
      faults: {},
      question: main("Does a new conversation find its way back?", randomUUID()),
      answer: "Yes: once its cooldown is over, the primary is asked first again.",
      answeredBy: "primary",
      moral: "Nobody had to do anything.",
    },
  ];
}
