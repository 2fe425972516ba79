import { useEffect, useRef } from "preact/hooks";
import type { Plot, PlotOptions } from "./plot.ts";

/** A chart as a picture: the label says in words what it shows. The drawing code is fetched when it is first needed. */
export function PlotView({ label, ...options }: PlotOptions & { label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    let gone = false;
    void import("./plot.ts").then(({ draw }) => {
      if (!gone && host.current) plot.current = draw(host.current, latest.current);
    });
    return () => {
      gone = true;
      plot.current?.end();
    };
  }, []);
  useEffect(() => plot.current?.update(latest.current), [options.times, options.lines]);
  return <div class="plot" ref={host} role="img" aria-label={label} />;
}
