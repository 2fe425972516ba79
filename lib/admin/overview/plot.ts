/** The drawing of charts, loaded when one is first shown. Knows nothing of requests. */
import uPlot from "uplot";

export interface Line {
  /** A custom property of the style sheet. */
  color: string;
  values: readonly (number | null)[];
  /** Columns instead of a line. */
  columns?: boolean;
}

export interface PlotOptions {
  /** Epoch ms, ascending. */
  times: readonly number[];
  /** Drawn in this order, later ones over earlier ones. */
  lines: readonly Line[];
  format: (value: number) => string;
  /** The place under the pointer; undefined when it has left. */
  onPoint: (at: number | undefined) => void;
}

export interface Plot {
  update(options: Pick<PlotOptions, "times" | "lines">): void;
  end(): void;
}

const HEIGHT = 150;

/** Draws into an element and follows its width and the system's colours. */
export function draw(host: HTMLElement, options: PlotOptions): Plot {
  let current: Pick<PlotOptions, "times" | "lines"> = options;
  let plot = create();

  function create(): uPlot {
    const ink = style("--muted");
    const axis = {
      stroke: ink,
      grid: { stroke: style("--line"), width: 1 },
      ticks: { show: false },
      font: `11px ${style("--sans")}`,
    };
    return new uPlot(
      {
        width: Math.max(host.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        padding: [8, 18, 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 1) * 1.1)] } },
        axes: [
          { ...axis, space: 60, size: 28, values: (_plot, splits) => splits.map(clock) },
          { ...axis, size: 54, space: 36, values: (_plot, splits) => splits.map((value) => options.format(value)) },
        ],
        series: [
          {},
          ...(current.lines.map(({ color, columns }) => ({
            stroke: style(color),
            width: columns ? 0 : 2,
            points: { show: !columns, size: 4 },
            spanGaps: false,
            ...(columns && { fill: style(color), paths: uPlot.paths.bars?.({ size: [0.7, 40] }) }),
          })) as uPlot.Series[]),
        ],
        hooks: { setCursor: [({ cursor }) => options.onPoint(cursor.idx ?? undefined)] },
      },
      data(),
      host,
    );
  }

  function data(): uPlot.AlignedData {
    return [current.times.map((time) => time / 1_000), ...current.lines.map(({ values }) => [...values])];
  }

  function redraw(): void {
    plot.destroy();
    plot = create();
  }

  const resized = new ResizeObserver(() => {
    if (host.clientWidth > 0) plot.setSize({ width: host.clientWidth, height: HEIGHT });
  });
  resized.observe(host);
  const colours = matchMedia("(prefers-color-scheme: dark)");
  colours.addEventListener("change", redraw);
  return {
    update(next) {
      current = next;
      plot.setData(data());
    },
    end() {
      resized.disconnect();
      colours.removeEventListener("change", redraw);
      plot.destroy();
    },
  };
}

function style(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

function clock(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return midnight ? `${date.getMonth() + 1}-${date.getDate()}` : date.toTimeString().slice(0, 5);
}
