// Grafana's dashboards, by the types that Grafana itself is generated from (@grafana/schema): of the dashboard, and of each panel's own options and fields.
import { createRequire } from 'node:module';
import { problemsOfTypes } from './types.mjs';

// The types say `any` of these: what is sent to Prometheus is its data source's own.
const head = `
import type * as schema from '@grafana/schema';
type Json<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type DataSource = { type: 'prometheus' | 'grafana'; uid: string };
type Target = { refId: string; datasource: DataSource; expr: string; legendFormat: string; editorMode: 'code'; format: 'time_series' | 'table' | 'heatmap'; range: boolean; instant: boolean };
type Link = { title: string; url: string; targetBlank: boolean };
type Panel<Options, Custom> = Omit<Json<schema.Panel>, 'id' | 'type' | 'title' | 'description' | 'gridPos' | 'datasource' | 'targets' | 'links' | 'options' | 'fieldConfig'> & {
  id: number; type: string; title: string; description: string; gridPos: Json<schema.GridPos>; datasource?: DataSource; targets?: Target[]; links?: Link[]; options: Json<Options>;
  fieldConfig?: { defaults: Omit<Json<schema.FieldConfig>, 'custom'> & { custom?: Json<Custom> }; overrides: Json<schema.FieldConfigSource['overrides']> };
};
type Row = Json<schema.RowPanel>;
type Annotation = Omit<Json<schema.AnnotationQuery>, 'datasource'> & { datasource: DataSource; expr?: string; step?: string; titleFormat?: string; textFormat?: string; tagKeys?: string };
type Dashboard = Omit<Json<schema.Dashboard>, 'panels' | 'annotations'> & { panels: []; annotations: { list: Annotation[] } };
`.trim();

const packageOf = { timeseries: 'timeseries', stat: 'stat', heatmap: 'heatmap', bargauge: 'bargauge', table: 'table', text: 'text', 'state-timeline': 'statetimeline' };

/** @param {{ file: string, dashboard: any }[]} dashboards */
export function problemsOfDashboards(dashboards) {
  createRequire(import.meta.url).resolve('@grafana/schema');
  return problemsOfTypes('grafana', head, dashboards.flatMap(({ file, dashboard }) => [
    { place: file, type: 'Dashboard', value: { ...dashboard, panels: [] } },
    ...dashboard.panels.map((panel) => ({ place: `${file} (${panel.type} ${panel.title})`, type: typeOf(panel.type), value: panel })),
  ]));
}

function typeOf(type) {
  if (type === 'row') return 'Row';
  const module = `import('@grafana/schema/dist/types/raw/composable/${packageOf[type] ?? type}/panelcfg/x/types.gen')`;
  // A text has no fields.
  return `Panel<${module}.Options, ${['timeseries', 'heatmap', 'table', 'state-timeline'].includes(type) ? `${module}.FieldConfig` : '{}'}>`;
}
