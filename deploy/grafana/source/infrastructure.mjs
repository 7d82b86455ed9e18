import { meaning, palette, quantiles, results } from './colors.mjs';
import { dashboard, variable } from './dashboard.mjs';
import { atLeast, docs, heatmap, orNone, orZero, over, runbook, stat, timeseries } from './panels.mjs';

const hosts = 'service=~"$service",instance=~"$instance"';
const database = 'instance=~"$postgres"';
// Not the databases that every server has beside it, nor what belongs to none.
const collab = `${database},datname!~"template.*|postgres|"`;

const rate = (metric, labels = hosts) => `rate(${metric}{${labels}}[$__rate_interval])`;
const quantile = (q, metric, by = [], labels = hosts) => `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${rate(`${metric}_bucket`, labels)}))`;

export default dashboard({
  uid: 'collab-infrastructure',
  title: 'Collab: infrastructure',
  description: 'What Collab stands on: its operation log, PostgreSQL, and the processes with their processors, memory and threads.',
  variables: [variable.service, variable.instance, variable.postgres],
  rows: [
    {
      title: 'The operation log',
      panels: [
        timeseries('Commits', 'Transactions of the log writers per second, by how they ended. failed at all: the store, or the way to it. Each carries what queued meanwhile, so fewer of them under load is all right.', [[`sum by (status) (${rate('collab_log_batches_total')})`, '{{status}}']], { w: 6, h: 8, unit: 'cps', stack: 'normal', colors: results, links: [runbook('CollabLogQueueBacklog')] }),
        timeseries('Operations made durable', 'Per second. Nothing is acknowledged before: what people get is this.', [[`sum by (store) (${rate('collab_log_records_total')})`, '{{store}}']], { w: 6, h: 8, unit: 'ops', colors: { postgresql: palette.blue, sqlite: palette.orange, memory: palette.black } }),
        timeseries('Commit', 'How long one transaction takes. It is the disk\'s time plus the way there: over 50 ms at p95 look at the disk (WAL) and at the network, before anything else.', [[quantile(0.5, 'collab_log_batch_duration_seconds'), 'p50'], [quantile(0.95, 'collab_log_batch_duration_seconds'), 'p95'], [quantile(0.99, 'collab_log_batch_duration_seconds'), 'p99']], { w: 6, h: 8, unit: 's', colors: quantiles, links: [runbook('CollabSlowOperations')] }),
        heatmap('Operations in a commit', 'Group commit: how many operations share a transaction (brighter: more commits of that size). It grows with load; that is how a slow disk carries a fast cluster.', `sum by (le) (increase(collab_log_batch_size_bucket{${hosts}}[$__rate_interval]))`, { w: 6, h: 8, unit: 'none' }),
        timeseries('Queue', 'Appends that wait for the writer. Divided by the operations made durable per second it is the time that an append waits: over a second for two minutes is an alert.', [[`sum by (instance, store) (collab_log_queue_depth{${hosts}})`, '{{instance}} {{store}}']], { w: 8, h: 8, unit: 'none', decimals: 0, links: [runbook('CollabLogQueueBacklog')] }),
        timeseries('Store calls, p95', 'How long 95 % of the calls of the store take, by what they do; waiting for a connection is in it. One alone slow is a plan or a lock, all slow the server.', [[`topk(8, ${quantile(0.95, 'collab_store_query_duration_seconds', ['operation', 'table'])})`, '{{operation}} {{table}}']], { w: 8, h: 8, unit: 's', table: ['max', 'lastNotNull'], connect: 60000 }),
        timeseries('Store calls', 'Calls of the store per second, by what they do. Appends are commits; many reads are documents that load, or clients that were away.', [[`topk(8, sum by (operation, table) (${rate('collab_store_query_duration_seconds_count')}))`, '{{operation}} {{table}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', table: ['mean', 'lastNotNull'] }),
        timeseries('Connections to the database', 'Of all processes, by state. active at the pool\'s limit: calls wait for one. Idle ones cost PostgreSQL memory and are closed after a while.', [[`sum by (state) (collab_store_connections{${hosts}})`, '{{state}}']], { w: 8, h: 8, unit: 'none', decimals: 0, stack: 'normal', colors: { active: palette.orange, idle: palette.blue } }),
        timeseries('Store errors', 'Calls that failed per second, by kind. "none" is normal; one wave is a failover of the database, and heals.', [[orNone(`sum by (error_type) (${rate('collab_store_errors_total')})`, 'error_type'), '{{error_type}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal', links: [runbook('CollabBreakerOpen')] }),
        timeseries('Stale writers refused', 'Appends per second that came from a writer whose document another has taken over. Some when a silo goes; steady, two clusters or processes have one log.', [[orZero(`sum(${rate('collab_store_fenced_appends_total')})`), 'fenced']], { w: 4, h: 8, unit: 'cps', colors: { fenced: palette.vermilion }, links: [runbook('CollabFencedAppends')] }),
        stat('Given up by retention', 'Operations of history that retention gave up in the time range. 0 where the whole history is kept.', orZero(`sum(increase(collab_log_trimmed_operations_total{${hosts}}[$__range]))`), { w: 4, h: 8, unit: 'short', decimals: 0, graph: false, links: [docs('Durability', 'durability.md')] }),
      ],
    },
    {
      title: 'PostgreSQL',
      panels: [
        stat('PostgreSQL', 'Whether the exporter reaches its database. Down: nothing is written, edits are refused and kept by clients.', `min(pg_up{${database}})`, { w: 3, h: 8, unit: 'none', graph: false, thresholds: atLeast(1), mappings: [{ type: 'value', options: { 0: { text: 'down', color: meaning.bad, index: 0 }, 1: { text: 'up', color: meaning.good, index: 1 } } }], links: [runbook('CollabPostgresDown')] }),
        stat('Connections taken', 'Of max_connections. Over 0.8 the next silo of a rolling update may get none: docs/deployment.md adds up what Collab takes.', `max(sum by (instance) (pg_stat_activity_count{${database}}) / on (instance) (pg_settings_max_connections{${database}} > 0))`, { w: 3, h: 8, unit: 'percentunit', min: 0, max: 1, thresholds: over(0.6, 0.8), links: [runbook('CollabPostgresConnectionsHigh')] }),
        timeseries('Server\'s connections', 'By state. idle in transaction for long is somebody\'s session that holds locks; Collab has none of those.', [[`sum by (state) (pg_stat_activity_count{${database}}) > 0`, '{{state}}']], { w: 6, h: 8, unit: 'none', decimals: 0, stack: 'normal', colors: { active: palette.orange, idle: palette.blue, 'idle in transaction': palette.vermilion } }),
        timeseries('Transactions', 'Committed and rolled back per second. Collab rolls back when it is fenced or cut off: more than a few are something else.', [
          [`sum(${rate('pg_stat_database_xact_commit', collab)})`, 'committed'],
          [`sum(${rate('pg_stat_database_xact_rollback', collab)})`, 'rolled back'],
        ], { w: 6, h: 8, unit: 'cps', colors: { committed: palette.blue, 'rolled back': palette.vermilion } }),
        timeseries('Read from its memory', 'Share of blocks that PostgreSQL found in shared buffers. Under 0.95 for long it reads disks: more shared_buffers.', [[`sum(${rate('pg_stat_database_blks_hit', collab)}) / (sum(${rate('pg_stat_database_blks_hit', collab)}) + sum(${rate('pg_stat_database_blks_read', collab)}) > 0)`, 'hit']], { w: 6, h: 8, unit: 'percentunit', max: 1, colors: { hit: palette.blue } }),
        timeseries('Rows', 'Inserted, updated and deleted per second. Inserts are operations and events; deletes are retention.', [
          [`sum(${rate('pg_stat_database_tup_inserted', collab)})`, 'inserted'],
          [`sum(${rate('pg_stat_database_tup_updated', collab)})`, 'updated'],
          [`sum(${rate('pg_stat_database_tup_deleted', collab)})`, 'deleted'],
        ], { w: 8, h: 8, unit: 'cps', colors: { inserted: palette.blue, updated: palette.sky, deleted: palette.orange } }),
        timeseries('Size of the database', 'Bytes on disk. Its slope is what the disk has to last for: docs/scaling.md says how much an operation takes.', [[`max by (datname) (pg_database_size_bytes{${collab}})`, '{{datname}}']], { w: 8, h: 8, unit: 'bytes', links: [docs('Scaling', 'scaling.md')] }),
        timeseries('Locks and deadlocks', 'Locks held now by mode (left), and deadlocks per second. Deadlocks: 0, always.', [
          [`sum by (mode) (pg_locks_count{${collab}}) > 0`, '{{mode}}'],
          [`sum(${rate('pg_stat_database_deadlocks', collab)})`, 'deadlocks/s'],
        ], { w: 8, h: 8, unit: 'none', colors: { 'deadlocks/s': palette.vermilion }, right: ['deadlocks/s'], rightUnit: 'cps' }),
      ],
    },
    {
      title: 'Processes',
      panels: [
        timeseries('Processor', 'Share of all its processors that each process used. Over 0.8 for long turns wait: add silos or web hosts, whichever it is.', [[`max by (service, instance) (collab_runtime_cpu_ratio{${hosts}})`, '{{service}} {{instance}}']], { w: 8, h: 8, unit: 'percentunit', max: 1, thresholds: over(0.8), table: ['mean', 'lastNotNull'] }),
        timeseries('Memory', 'Resident, by process. The runtime uses what it may have: see the share of the limit beside.', [[`max by (service, instance) (collab_runtime_memory_bytes{${hosts},kind="working_set"})`, '{{service}} {{instance}}']], { w: 8, h: 8, unit: 'bytes', table: ['max', 'lastNotNull'], links: [runbook('CollabMemoryGrowth')] }),
        timeseries('Share of the memory\'s limit', 'Resident, of what the process may have (its container\'s or machine\'s). Over 0.9 the kernel is next, which kills without a word.', [[`max by (service, instance) (collab_runtime_memory_bytes{${hosts},kind="working_set"} / ignoring (kind) collab_runtime_memory_bytes{${hosts},kind="limit"})`, '{{service}} {{instance}}']], { w: 8, h: 8, unit: 'percentunit', max: 1, thresholds: over(0.75, 0.9), links: [runbook('CollabMemoryNearLimit')] }),
        timeseries('Heap', 'What the garbage collector holds, and what it has taken from the system. Committed far over heap is room that was needed once.', [
          [`sum(collab_runtime_memory_bytes{${hosts},kind="heap"})`, 'heap'],
          [`sum(collab_runtime_memory_bytes{${hosts},kind="committed"})`, 'committed'],
        ], { w: 6, h: 8, unit: 'bytes', colors: { heap: palette.blue, committed: palette.sky } }),
        timeseries('Collections', 'Garbage collections per second, by generation. Generation 2 more than once in some seconds: too much lives too long for the memory there is.', [[`sum by (generation) (${rate('collab_runtime_gc_collections_total')})`, 'generation {{generation}}']], { w: 6, h: 8, unit: 'cps', stack: 'normal', colors: { 'generation 0': palette.sky, 'generation 1': palette.blue, 'generation 2': palette.vermilion } }),
        timeseries('Paused for garbage', 'Share of the time for which collections stopped each process. Over 0.05 is felt as latency.', [[`sum by (service, instance) (${rate('collab_runtime_gc_pause_seconds_total')})`, '{{service}} {{instance}}']], { w: 6, h: 8, unit: 'percentunit', thresholds: over(0.05, 0.1) }),
        timeseries('Thread pool', 'Threads, and work that waits for one (right). Work that keeps waiting while threads grow: something blocks them.', [
          [`sum(collab_runtime_threadpool_threads{${hosts}})`, 'threads'],
          [`sum(collab_runtime_threadpool_queue_length{${hosts}})`, 'waiting'],
        ], { w: 6, h: 8, unit: 'none', decimals: 0, colors: { threads: palette.blue, waiting: palette.vermilion }, right: ['waiting'], rightUnit: 'none' }),
      ],
    },
    {
      title: 'Prometheus',
      panels: [
        timeseries('Scrapes', 'How long each target takes to answer. Near the scrape\'s timeout the target is overloaded, or has far too many series.', [['max by (job, instance) (scrape_duration_seconds)', '{{job}} {{instance}}']], { w: 8, h: 7, unit: 's', table: ['max', 'lastNotNull'] }),
        timeseries('Series of each target', 'Samples of a scrape. Some 1,000 to 3,000 for a host; growing without end is a label that grows, and at sample_limit the scrape fails.', [['max by (job, instance) (scrape_samples_scraped)', '{{job}} {{instance}}']], { w: 8, h: 7, unit: 'short', decimals: 0, table: ['max', 'lastNotNull'] }),
        timeseries('Rules', 'How long the evaluation of each group of rules takes, and evaluations that failed per second (0, always).', [
          ['max by (group) (label_replace(prometheus_rule_group_last_duration_seconds, "group", "$1", "rule_group", ".*;(.*)"))', '{{group}}'],
          [orZero('sum(rate(prometheus_rule_evaluation_failures_total[$__rate_interval]))'), 'failures/s'],
        ], { w: 8, h: 7, unit: 's', colors: { 'failures/s': palette.vermilion }, right: ['failures/s'], rightUnit: 'cps', links: [runbook('CollabMonitoringBroken')] }),
      ],
    },
  ],
});
