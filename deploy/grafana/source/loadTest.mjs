import { meaning, palette, quantiles, results } from './colors.mjs';
import { dashboard, variable } from './dashboard.mjs';
import { atLeast, docs, heatmap, dashboard as to, orNone, over, runbook, stat, timeseries } from './panels.mjs';

const run = 'scenario=~"$scenario"';
const quantile = (q, of = 'latency') => `histogram_quantile(${q}, sum by (le) (rate(collab_stress_${of}_seconds_bucket{${run}}[$__rate_interval])))`;

export default dashboard({
  uid: 'collab-load-test',
  title: 'Collab: load test',
  description: 'A run of collab-stress, and what the system did meanwhile. The result is there for --linger seconds after the end; choose the time range of the run to look at it later.',
  variables: [variable.scenario],
  time: 'now-15m',
  rows: [
    {
      title: 'Result',
      panels: [
        stat('Data integrity', 'Acknowledged operations that are in their document at the end, of all acknowledged. 100 %, or something that the server promised is lost; nothing else on this page matters then. It is known when the run has ended.', `min(min_over_time(collab_stress_data_integrity_ratio{${run}}[$__range]))`, { w: 6, h: 6, unit: 'percentunit', decimals: 4, min: 0, max: 1, thresholds: atLeast(1), graph: false, noValue: 'not ended', links: [docs('Durability', 'durability.md')] }),
        timeseries('Success by scenario', '1 while every edit that was answered was acknowledged and nothing was found to be wrong; 0 from the first that was not: then see Errors.', [[`min by (scenario) (collab_stress_success{${run}})`, '{{scenario}}']], { w: 6, h: 6, unit: 'none', max: 1, decimals: 0 }),
        stat('Acknowledged', 'Edits that the server took in the time range.', `sum(increase(collab_stress_operations_total{${run},status="acknowledged"}[$__range]))`, { w: 4, h: 6, unit: 'short', decimals: 0, graph: false }),
        stat('Latency p95', 'In the time range: from when an edit was due until its author had it back, durable. Over 0.25 s others see what is typed that late.', `histogram_quantile(0.95, sum by (le) (increase(collab_stress_latency_seconds_bucket{${run}}[$__range])))`, { w: 4, h: 6, unit: 's', thresholds: over(0.25, 1), graph: false, noValue: 'no run' }),
        stat('Running for', 'How long the clients of the run have been editing.', `max(collab_stress_duration_seconds{${run}})`, { w: 4, h: 6, unit: 's', decimals: 0, graph: false, noValue: 'no run' }),
      ],
    },
    {
      title: 'The run',
      panels: [
        timeseries('Rate', 'Edits acknowledged per second, as the tool counts them. It should lie on clients × rate: under it, the server (or the tool\'s own machine) does not keep up.', [[`sum by (scenario) (collab_stress_rps{${run}})`, '{{scenario}}']], { w: 8, h: 9, unit: 'ops', table: ['mean', 'max', 'lastNotNull'] }),
        timeseries('Latency', 'From when an edit was due until its author had it back, durable. Due, not sent: a server that makes the tool wait does not hide here.', [[quantile(0.5), 'p50'], [quantile(0.95), 'p95'], [quantile(0.99), 'p99']], { w: 8, h: 9, unit: 's', colors: quantiles, table: ['mean', 'max', 'lastNotNull'], connect: 60000 }),
        heatmap('Latency, all of it', 'Every edit by its latency (brighter: more of them). Two bands are two ways through the system: the log\'s flush interval, or one of several documents.', `sum by (le) (increase(collab_stress_latency_seconds_bucket{${run}}[$__rate_interval]))`, { w: 8, h: 9, unit: 's', decimals: 3 }),
        timeseries('Clients', 'Connected at the time. It should lie on what the run was told, once all have come; under it they are turned down or thrown out: see Errors.', [[`sum by (scenario) (collab_stress_clients{${run}})`, '{{scenario}}']], { w: 8, h: 8, unit: 'none', decimals: 0 }),
        timeseries('Until others have it', 'From an author\'s sending until another client has applied it, once for each of them, as the tool measures it. Over half a second people write into each other.', [[quantile(0.5, 'propagation'), 'p50'], [quantile(0.95, 'propagation'), 'p95'], [quantile(0.99, 'propagation'), 'p99']], { w: 8, h: 8, unit: 's', colors: quantiles, table: ['mean', 'max', 'lastNotNull'], connect: 60000, noValue: 'no documents' }),
        timeseries('The tool\'s lateness', 'How long after it was due the tool itself began something. More than a tenth of the latency beside it: the tool measures itself. Give it more processor, or take two.', [[quantile(0.5, 'lateness'), 'p50'], [quantile(0.99, 'lateness'), 'p99']], { w: 8, h: 8, unit: 's', colors: quantiles, connect: 60000, noValue: 'nothing is due' }),
        timeseries('How edits ended', 'Per second. refused are told why under Errors; unanswered had no answer a minute after the last edit.', [[`sum by (status) (rate(collab_stress_operations_total{${run}}[$__rate_interval]))`, '{{status}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', colors: results }),
        timeseries('Errors', 'In the last minute, by error code. "none" is what is wanted, unless limits are what is tried. diverged and integrity are defects.', [[orNone(`sum by (scenario, error_type) (increase(collab_stress_errors_total{${run}}[1m]))`, 'error_type'), '{{scenario}} {{error_type}}']], { w: 8, h: 8, unit: 'none', stack: 'normal', links: [docs('Error codes', 'protocol.md#error-codes')] }),
        timeseries('The tool\'s memory', 'What collab-stress itself has. When it grows without end or its processor is full, it measures itself: use two of them, or a larger machine.', [
          ['max by (instance) (collab_runtime_memory_bytes{service="stress",kind="working_set"})', 'resident {{instance}}'],
          ['max by (instance) (collab_runtime_memory_bytes{service="stress",kind="heap"})', 'heap {{instance}}'],
        ], { w: 8, h: 8, unit: 'bytes' }),
        timeseries('The tool\'s processor', 'Share of its machine\'s processors that collab-stress uses. Over 0.8 its latencies are its own.', [['max by (instance) (collab_runtime_cpu_ratio{service="stress"})', '{{instance}}']], { w: 8, h: 8, unit: 'percentunit', max: 1, thresholds: over(0.8) }),
        timeseries('The tool\'s garbage', 'Collections per second, and the share of the time for which they stopped the tool (right).', [
          ['sum by (generation) (rate(collab_runtime_gc_collections_total{service="stress"}[$__rate_interval]))', 'generation {{generation}}'],
          ['sum(rate(collab_runtime_gc_pause_seconds_total{service="stress"}[$__rate_interval]))', 'paused'],
        ], { w: 8, h: 8, unit: 'cps', colors: { 'generation 0': palette.sky, 'generation 1': palette.blue, 'generation 2': palette.orange, paused: palette.vermilion }, right: ['paused'], rightUnit: 'percentunit' }),
        timeseries('The hosts\' processors', 'Share of their processors that web hosts and silos use. The one that is full first is what this run found.', [['max by (service, instance) (collab_runtime_cpu_ratio{service=~"web|silo"})', '{{service}} {{instance}}']], { w: 8, h: 8, unit: 'percentunit', max: 1, thresholds: over(0.8), links: [to('Infrastructure', 'collab-infrastructure')] }),
      ],
    },
    {
      title: 'What the system did',
      panels: [
        timeseries('Conflict ratio', 'Conflicts for each operation taken, of the whole cluster: conflict-heavy is meant to have many, typing hardly any.', [['cluster:collab_conflicts:ratio_rate5m', 'all']], { w: 6, h: 8, unit: 'percentunit', decimals: 1, colors: { all: palette.vermilion }, noValue: 'nobody edits', links: [to('Collaboration', 'collab-collaboration'), runbook('CollabConflictRatioHigh')] }),
        timeseries('Durable after', 'p99 from the document until it is on disk, of all operations: the server\'s share of the latency above.', [['cluster:collab_operation_duration_seconds:p99_5m', 'p99']], { w: 6, h: 8, unit: 's', colors: quantiles, noValue: 'nobody edits', links: [to('The log', 'collab-infrastructure')] }),
        timeseries('Propagation', 'p95 until other clients have an operation, as clients report it each ten seconds.', [['cluster:collab_client_propagation_seconds:p95_5m', 'p95']], { w: 6, h: 8, unit: 's', colors: quantiles, thresholds: [[null, meaning.good], [0.512, meaning.bad]], noValue: 'no reports' }),
        timeseries('Operations in a commit', 'Mean of operations that share a transaction: how the log carries more than its commits.', [['sum(rate(collab_log_batch_size_sum[$__rate_interval])) / (sum(rate(collab_log_batch_size_count[$__rate_interval])) > 0)', 'mean']], { w: 6, h: 8, unit: 'none', colors: { mean: palette.green } }),
      ],
    },
  ],
});
