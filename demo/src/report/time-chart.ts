import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colorOf } from '../color';
import { h } from '../dom';
import { card, type Place } from './card';
import { since } from './numbers';

export type Column = readonly (number | null)[];

export interface Line {
  readonly name: string;
  readonly label: string;
  /** The custom property with its colour. */
  readonly color: string;
  /** Beside the colour, what tells it from the others on paper without colours. */
  readonly dash?: readonly number[];
  readonly values: Column;
}

export interface ChartOptions {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly format: (value: number | null | undefined) => string;
  /** The least height of the scale. */
  readonly least: number;
  /** What the legend says of a line while nobody points: its mean, or the most of it. */
  readonly sum: 'mean' | 'most';
  /** Things that there are no halves of. */
  readonly isWhole?: boolean;
}

const charts: TimeChart[] = [];

const WHOLE = [0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

/** A chart over the time of the run, from 0 to its end. What it draws is said in its legend, and in the table of the run. */
export class TimeChart {
  readonly element: HTMLElement;
  readonly #canvas = h('div', { class: 'plot', 'aria-hidden': 'true' });
  readonly #moment = h('span', { class: 'moment' });
  readonly #values: HTMLElement[];
  readonly #pointer: string;
  #plot: uPlot | null = null;

  /** @param pointer The charts that show the same moment. */
  constructor(place: Place, private readonly options: ChartOptions, private readonly times: readonly number[], private readonly lines: readonly Line[], pointer: string) {
    this.#pointer = uPlot.sync(pointer).key;
    this.#values = lines.map(() => h('b'));
    this.element = card(place, options.id, options.title, options.hint, h('div', { class: 'plot-frame' }, this.#canvas),
      h('ul', { class: 'legend' }, ...lines.map((line, i) => h('li', { 'data-series': line.name },
        h('i', { class: `swatch${line.dash ? ' dashed' : ''}`, style: `--swatch: var(${line.color})`, 'aria-hidden': 'true' }),
        h('span', null, line.label),
        this.#values[i]!))));
    this.element.querySelector('header')!.append(this.#moment);
    this.#say();
    charts.push(this);
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#canvas);
  }

  /** Again, in the colours and the width that hold now. */
  draw(): void {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#settings(), [this.times, ...this.lines.map((line) => line.values)] as uPlot.AlignedData, this.#canvas);
  }

  #size = () => ({ width: Math.max(160, this.#canvas.clientWidth), height: 180 });

  #settings(): uPlot.Options {
    const color = (property: string) => colorOf(this.#canvas, property);
    const axis = { stroke: color('--ink-faint'), font: `11px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } } as const;
    const { format, least, isWhole } = this.options;
    const end = this.times.at(-1) ?? 1;
    // A run of one moment has no line to draw.
    const points = this.times.length === 1;
    return {
      ...this.#size(),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: this.#pointer }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
      hooks: { setCursor: [() => this.#say()] },
      scales: {
        x: { time: false, range: () => [0, end] },
        y: { range: (_plot, _min, max) => [0, Math.max(least, (max ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, size: 24, gap: 6, space: 56, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400], grid: { show: false }, values: (_plot, splits) => splits.map(since) },
        { ...axis, size: 58, gap: 6, space: 34, ...(isWhole ? { incrs: WHOLE } : {}), grid: { stroke: color('--line'), width: 1 }, values: (_plot, splits) => splits.map((split) => format(split)) },
      ],
      series: [
        {},
        ...this.lines.map((line) => ({ label: line.label, stroke: color(line.color), width: 2, ...(line.dash ? { dash: [...line.dash] } : {}), points: { show: points }, spanGaps: true })),
      ],
    };
  }

  #say(): void {
    const at = this.#plot?.cursor.idx ?? null;
    const { format, sum } = this.options;
    this.#moment.textContent = at === null ? '' : `at ${since(this.times[at]!)}`;
    this.lines.forEach(({ values }, i) => {
      const known = values.filter((value) => value !== null);
      const told = known.length === 0 ? null : sum === 'most' ? Math.max(...known) : known.reduce((all, value) => all + value, 0) / known.length;
      this.#values[i]!.replaceChildren(at === null ? format(told) : format(values[at]), ...(at === null ? [h('small', null, sum === 'most' ? 'most' : 'mean')] : []));
    });
  }
}

const drawAll = () => charts.forEach((chart) => chart.draw());

/** Draws all charts, once they are in the page; and again when the theme is another. Paper is white: printed, they are drawn in the light one. */
export function drawCharts(): void {
  drawAll();
  document.body.dataset.drawn = '';
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  addEventListener('beforeprint', () => {
    document.documentElement.dataset.theme = 'light';
    drawAll();
  });
  addEventListener('afterprint', () => {
    delete document.documentElement.dataset.theme;
    drawAll();
  });
}
