// Panels, by what they show. Each takes a title, its description (what it shows, what is bad, what to do), its queries as [expression, legend] and what is particular about it.
import { meaning, none, palette } from './colors.mjs';

const dataSource = { type: 'prometheus', uid: '${datasource}' };

/** A page of the repository's docs; `docs` is a variable of every dashboard. */
export const docs = (title, page) => ({ title, url: `\${docs}/${page}`, targetBlank: true });

/** The section of an alert in the runbook. */
export const runbook = (alert) => docs(`Runbook: ${alert}`, `runbook.md#${alert.toLowerCase()}`);

/** Another dashboard, with this one's time range and variables. */
export const dashboard = (title, uid) => ({ title, url: `/d/${uid}?\${__url_time_range}&\${__all_variables}`, targetBlank: false });

/**
 * Lines over time.
 * @param {object} more unit, min, max, w, h, colors (by legend), stack ('normal' | 'percent'), thresholds, right (legends on an axis of their own, with rightUnit), table (calculations in the legend), links, noValue, bars, connect
 */
export function timeseries(title, description, queries, more) {
  const { unit, min = 0, max, colors = {}, stack, thresholds, right = [], rightUnit = 'short', rightMax, table = [], bars, connect, logarithmic, decimals } = more;
  return panel('timeseries', title, description, queries, more, {
    fieldConfig: {
      defaults: {
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: bars ? 'bars' : 'line',
          lineInterpolation: 'linear',
          lineWidth: stack ? 1 : 2,
          fillOpacity: stack || bars ? 60 : 8,
          gradientMode: 'none',
          showPoints: 'never',
          pointSize: 4,
          // A gap is a host that was not scraped. Only what is rare, and known now and then, is joined.
          spanNulls: connect ?? false,
          axisPlacement: 'auto',
          axisSoftMin: 0,
          scaleDistribution: logarithmic ? { type: 'log', log: 2 } : { type: 'linear' },
          stacking: { mode: stack ?? 'none', group: 'A' },
          thresholdsStyle: { mode: thresholds ? 'dashed' : 'off' },
        },
        unit,
        min: logarithmic ? undefined : min ?? undefined,
        max,
        decimals,
        thresholds: steps(thresholds),
        noValue: more.noValue,
      },
      overrides: [
        ...fixed({ ...colors, ...none }),
        ...right.map((name) => override(name, [
          { id: 'custom.axisPlacement', value: 'right' },
          { id: 'unit', value: rightUnit },
          ...(rightMax === undefined ? [] : [{ id: 'max', value: rightMax }]),
          { id: 'custom.fillOpacity', value: 0 },
          { id: 'custom.stacking', value: { mode: 'none', group: 'B' } },
        ])),
        ...(more.overrides ?? []),
      ],
    },
    options: {
      legend: { showLegend: true, displayMode: table.length ? 'table' : 'list', placement: more.legend ?? 'bottom', calcs: table, ...(table.length ? { sortBy: names[table.at(-1)], sortDesc: true } : {}) },
      tooltip: { mode: 'multi', sort: 'desc', hideZeros: false },
    },
  });
}

/** A line that stands out from a stack: the sum of it, what is normal, what was. */
export const line = (name, color, properties = []) => override(name, [
  { id: 'custom.stacking', value: { mode: 'none', group: 'B' } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.lineWidth', value: 2 },
  { id: 'color', value: { mode: 'fixed', fixedColor: color } },
  ...properties,
]);

export const dashed = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } };

/** One number, coloured by what it means, with its course behind it. */
export function stat(title, description, query, more) {
  return panel('stat', title, description, [[query, more.legend ?? title]], { w: 4, h: 4, ...more }, {
    fieldConfig: {
      defaults: {
        color: { mode: more.thresholds ? 'thresholds' : 'fixed', ...(more.thresholds ? {} : { fixedColor: meaning.plain }) },
        unit: more.unit,
        decimals: more.decimals,
        min: more.min,
        max: more.max,
        mappings: more.mappings ?? [],
        thresholds: steps(more.thresholds),
        noValue: more.noValue,
      },
      overrides: [],
    },
    options: {
      colorMode: more.thresholds ? 'background_solid' : 'value',
      graphMode: more.graph === false ? 'none' : 'area',
      justifyMode: 'center',
      orientation: 'auto',
      percentChangeColorMode: 'inverted',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      showPercentChange: false,
      textMode: 'value',
      wideLayout: true,
    },
  });
}

/** A Prometheus histogram over time: the query sums its buckets by le. */
export function heatmap(title, description, query, more) {
  return panel('heatmap', title, description, [[query, '{{le}}']], more, {
    fieldConfig: { defaults: { custom: { scaleDistribution: { type: 'linear' } } }, overrides: [] },
    options: {
      calculate: false,
      cellGap: 1,
      // One that is read by everybody, and without red for good or bad: many is only bright.
      color: { mode: 'scheme', scheme: 'Cividis', fill: palette.orange, scale: 'exponential', exponent: 0.5, steps: 64, reverse: false },
      exemplars: { color: palette.purple },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: 'auto' },
      showValue: 'never',
      tooltip: { mode: 'single', yHistogram: true, showColorScale: true },
      yAxis: { axisPlacement: 'left', unit: more.unit, decimals: more.decimals ?? 0 },
    },
  }, 'heatmap');
}

/** States one above the other: who was up, which breaker was open. */
export function states(title, description, queries, more) {
  return panel('state-timeline', title, description, queries, more, {
    fieldConfig: {
      defaults: { color: { mode: 'thresholds' }, custom: { fillOpacity: 80, lineWidth: 0 }, mappings: more.mappings, thresholds: steps(more.thresholds), noValue: more.noValue },
      overrides: [],
    },
    options: { alignValue: 'left', mergeValues: true, rowHeight: 0.8, showValue: 'auto', legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] }, tooltip: { mode: 'single', sort: 'none' } },
  });
}

/** Bars of what there is now, or was in the whole time range, longest first. */
export function bars(title, description, query, legend, more) {
  return panel('bargauge', title, description, [[query, legend]], more, {
    fieldConfig: {
      defaults: { color: { mode: 'fixed', fixedColor: meaning.plain }, unit: more.unit, min: 0, decimals: more.decimals, thresholds: steps(), noValue: more.noValue },
      overrides: fixed({ ...(more.colors ?? {}), ...none }),
    },
    options: {
      displayMode: 'basic',
      orientation: 'horizontal',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      showUnfilled: true,
      valueMode: 'color',
      namePlacement: 'auto',
      sizing: 'auto',
      minVizHeight: 16,
      minVizWidth: 8,
      maxVizHeight: 300,
      legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    },
  }, 'instant');
}

/** Labels of series, in rows: versions, targets. @param columns label → heading, in their order */
export function table(title, description, query, columns, more) {
  return panel('table', title, description, [[query, '']], more, {
    fieldConfig: { defaults: { custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false }, noValue: more.noValue, unit: more.unit, decimals: more.decimals }, overrides: more.overrides ?? [] },
    options: { frameIndex: 0, showHeader: true, cellHeight: 'sm', ...(more.sortBy ? { sortBy: [{ displayName: more.sortBy, desc: true }] } : {}) },
    transformations: [
      {
        id: 'organize',
        options: {
          excludeByName: Object.fromEntries(['Time', ...(more.hidden ?? [])].map((name) => [name, true])),
          indexByName: Object.fromEntries(Object.keys(columns).map((label, index) => [label, index])),
          renameByName: columns,
        },
      },
    ],
  }, 'table');
}

export function text(title, description, markdown, more) {
  return { type: 'text', title, description, w: more.w, h: more.h, options: { mode: 'markdown', content: markdown.trim() } };
}

/** A value that is there when the metric has no series yet, because nothing of the kind has happened: a line "none" at 0. */
export const orNone = (expression, label) => `${expression} or on () label_replace(vector(0), "${label}", "none", "", "")`;

/** The same without labels. */
export const orZero = (expression) => `${expression} or vector(0)`;

// Grafana names the columns of a legend's table after its calculations.
const names = { lastNotNull: 'Last *', max: 'Max', mean: 'Mean', sum: 'Total', min: 'Min' };

function panel(type, title, description, queries, { w, h, links = [] }, rest, format = 'series') {
  return {
    type,
    title,
    description,
    w,
    h,
    datasource: dataSource,
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: dataSource,
      expr: expr.replace(/\s*\n\s*/g, ' ').trim(),
      legendFormat,
      editorMode: 'code',
      format: format === 'heatmap' ? 'heatmap' : format === 'table' ? 'table' : 'time_series',
      range: format === 'series' || format === 'heatmap',
      instant: format === 'instant' || format === 'table',
    })),
    ...rest,
    ...(links.length ? { links } : {}),
  };
}

// Without meaning where there are none.
const steps = (thresholds = [[null, meaning.plain]]) => ({ mode: 'absolute', steps: thresholds.map(([value, color]) => ({ value, color })) });

const override = (name, properties) => ({ matcher: { id: 'byName', options: name }, properties });

const fixed = (colors) => Object.entries(colors).map(([name, fixedColor]) => override(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]));

/** From the first on notable, from the second on bad. */
export const over = (notable, bad) => [[null, meaning.good], [notable, meaning.notable], ...(bad === undefined ? [] : [[bad, meaning.bad]])];

/** Anything over 0 is bad. */
export const any = [[null, meaning.good], [1e-9, meaning.bad]];

/** Good from this on. */
export const atLeast = (good) => [[null, meaning.bad], [good, meaning.good]];
