// What the five have in common: variables, links, annotations, and panels set side by side in the order in which they are named.
import { palette } from './colors.mjs';

const columns = 24;
const dataSource = { type: 'prometheus', uid: '${datasource}' };

/**
 * @param {object} what uid, title, description, variables (of those below, in this order), rows: [{ title, panels, collapsed? }]
 * @returns The dashboard as Grafana's JSON, for version 11 and later.
 */
export function dashboard({ uid, title, description, variables, links = [], rows, time = 'now-1h' }) {
  const panels = [];
  let y = 0;
  let id = 0;
  for (const row of rows) {
    panels.push({ id: ++id, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y, w: columns, h: 1 }, panels: [] });
    y = place(row.panels, y + 1, (panel, gridPos) => panels.push({ id: ++id, ...panel, gridPos }));
  }

  return {
    uid,
    title,
    description,
    tags: ['collab'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '10s',
    timezone: 'browser',
    time: { from: time, to: 'now' },
    timepicker: { refresh_intervals: ['5s', '10s', '30s', '1m', '5m'] },
    annotations: { list: annotations },
    links: [
      { type: 'dashboards', title: 'Collab', tags: ['collab'], asDropdown: false, icon: 'external link', includeVars: true, keepTime: true, targetBlank: false, tooltip: '', url: '' },
      ...links.map((link) => ({ type: 'link', tags: [], asDropdown: false, icon: 'doc', includeVars: false, keepTime: false, targetBlank: true, tooltip: '', ...link })),
    ],
    templating: { list: [variable.datasource, ...variables, variable.docs, variable.ops] },
    panels,
  };
}

// Side by side while there is room; the next line begins below the highest of the one before.
function place(panels, top, put) {
  let [x, y, bottom] = [0, top, top];
  for (const { w, h, ...panel } of panels) {
    if (x + w > columns) [x, y] = [0, bottom];
    put(panel, { x, y, w, h });
    x += w;
    bottom = Math.max(bottom, y + h);
  }

  return bottom;
}

const queried = (name, label, description, metric, label_, multi = true) => ({
  type: 'query',
  name,
  label,
  description,
  datasource: dataSource,
  query: { query: `label_values(${metric}, ${label_})`, refId: `variable-${name}`, qryType: 1 },
  refresh: 2,
  sort: 1,
  multi,
  includeAll: true,
  // "All" is everything that there is, also what comes while the dashboard is open.
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
  hide: 0,
});

const address = (name, label, description, value) => ({
  type: 'textbox', name, label, description, query: value, current: { text: value, value }, hide: 2, skipUrlSync: false,
});

export const variable = {
  datasource: { type: 'datasource', name: 'datasource', label: 'Prometheus', description: 'Which Prometheus is asked.', query: 'prometheus', refresh: 1, regex: '', current: { text: 'Prometheus', value: 'prometheus' }, hide: 0, multi: false, includeAll: false },
  service: queried('service', 'Service', 'web hosts, silos. A process that is both is a web host.', 'collab_build_info', 'service'),
  instance: queried('instance', 'Instance', 'Processes of these services.', 'collab_build_info{service=~"$service"}', 'instance'),
  kind: queried('kind', 'Document kind', 'Of the documents that operations, sizes and loads are of. Conflicts have kinds of their own.', 'collab_operations_total', 'kind'),
  scenario: queried('scenario', 'Scenario', 'What collab-stress plays.', 'collab_stress_operations_total', 'scenario'),
  postgres: queried('postgres', 'PostgreSQL', 'postgres_exporters.', 'pg_up', 'instance'),
  docs: address('docs', 'Docs', 'Where the docs of this repository are; the links to the runbook begin with it.', 'https://collab.example/docs'),
  ops: address('ops', 'Live page', 'Where the live page of a web host is.', 'http://localhost:5080/ops'),
};

// A version or process that was not there five minutes ago; at the beginning of all data that is everything.
const rollOuts = 'count by (service, version) (collab_build_info unless on (instance, version) collab_build_info offset 5m)';

const annotations = [
  { builtIn: 1, name: 'Annotations & Alerts', type: 'dashboard', datasource: { type: 'grafana', uid: '-- Grafana --' }, enable: true, hide: true, iconColor: palette.sky },
  { name: 'Roll-outs', datasource: dataSource, enable: true, iconColor: palette.purple, expr: rollOuts, step: '60s', titleFormat: 'New {{service}}', textFormat: '{{version}}', tagKeys: 'service,version' },
  { name: 'Alerts', datasource: dataSource, enable: true, iconColor: palette.vermilion, expr: 'ALERTS{alertname=~"Collab.*", alertstate="firing"}', step: '60s', titleFormat: '{{alertname}}', textFormat: '{{severity}} {{instance}}', tagKeys: 'alertname,severity' },
];
