import { meaning, palette, quantiles, results } from './colors.mjs';
import { dashboard, variable } from './dashboard.mjs';
import { dashboard as to, docs, orNone, orZero, over, runbook, states, timeseries } from './panels.mjs';

const hosts = 'service=~"$service",instance=~"$instance"';
const asked = `${hosts},route!~"/?(metrics|health|operations|ops)(/.*)?"`;

const rate = (metric, labels = hosts) => `rate(${metric}{${labels}}[$__rate_interval])`;
const quantile = (q, metric, by = [], labels = hosts) => `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${rate(`${metric}_bucket`, labels)}))`;
const p = (metric, labels = hosts) => [[quantile(0.5, metric, [], labels), 'p50'], [quantile(0.95, metric, [], labels), 'p95'], [quantile(0.99, metric, [], labels), 'p99']];

const breakerStates = [
  { type: 'value', options: { 0: { text: 'closed', color: meaning.good, index: 0 }, 1: { text: 'half-open', color: meaning.notable, index: 1 }, 2: { text: 'open', color: meaning.bad, index: 2 } } },
];

export default dashboard({
  uid: 'collab-service',
  title: 'Collab: service detail',
  description: 'One service or one process from the outside in: requests, connections, grain calls, delivery, streams, breakers, caches, limits, runtime.',
  variables: [variable.service, variable.instance],
  rows: [
    {
      title: 'HTTP',
      panels: [
        timeseries('Requests by route', 'HTTP requests answered per second, by route. One that stands out is a program that polls; give it the activity feed or a webhook.', [[`sum by (method, route) (${rate('collab_http_requests_total', asked)})`, '{{method}} {{route}}']], { w: 8, h: 8, unit: 'reqps', stack: 'normal', table: ['mean', 'lastNotNull'] }),
        timeseries('Failures by route', 'Answers 5xx per second, by route. "none" is what is normal; else look at Errors by component, and at the log of the process.', [[orNone(`sum by (method, route, status_code) (${rate('collab_http_requests_total', `${asked},status_code=~"5.."`)})`, 'route'), '{{method}} {{route}} {{status_code}}']], { w: 8, h: 8, unit: 'reqps', stack: 'normal', links: [runbook('CollabHighErrorRatio')] }),
        timeseries('Turned down', 'Answers 4xx per second by code: 401 and 403 are credentials, 404 programs with old addresses, 429 limits, 410 history that is gone.', [[orNone(`sum by (status_code) (${rate('collab_http_requests_total', `${asked},status_code=~"4.."`)})`, 'status_code'), '{{status_code}}']], { w: 8, h: 8, unit: 'reqps', stack: 'normal', links: [docs('Error codes', 'protocol.md#error-codes')] }),
        timeseries('p95 by route', 'How long 95 % of the requests of each route take at most. Reads of the past and of large documents are the slow ones; all slow at once is the store or the processor.', [[quantile(0.95, 'collab_http_request_duration_seconds', ['method', 'route'], asked), '{{method}} {{route}}']], { w: 8, h: 8, unit: 's', table: ['max', 'lastNotNull'], connect: 60000, links: [runbook('CollabHighLatency')] }),
        timeseries('Under way', 'Requests being answered now, by process. Growing for minutes: something behind them hangs.', [[`sum by (instance) (collab_http_active_requests{${hosts}})`, '{{instance}}']], { w: 8, h: 8, unit: 'none', decimals: 0 }),
        timeseries('Sizes', 'Bytes of 95 % of the requests and answers at most. Large answers are documents or stretches of history.', [
          [quantile(0.95, 'collab_http_request_size_bytes', [], asked), 'request'],
          [quantile(0.95, 'collab_http_response_size_bytes', [], asked), 'answer'],
        ], { w: 8, h: 8, unit: 'bytes', connect: 60000, colors: { request: palette.sky, answer: palette.blue } }),
      ],
    },
    {
      title: 'Connections',
      panels: [
        timeseries('Handshakes', 'WebSockets per second by result. over_limit: Collab:Limits:Connections or one address\'s; unauthorized: origins and credentials; bad_handshake: something that speaks another protocol.', [[`sum by (result) (${rate('collab_websocket_connections_total')})`, '{{result}}']], { w: 6, h: 8, unit: 'cps', stack: 'normal', colors: results, links: [runbook('CollabConnectionFailures')] }),
        timeseries('Connections that end', 'Per second, by reason. All at once is a host that drains or a proxy that was restarted.', [[orNone(`sum by (reason) (${rate('collab_connection_closed_total')})`, 'reason'), '{{reason}}']], { w: 6, h: 8, unit: 'cps', stack: 'normal' }),
        timeseries('From handshake to text', 'From an accepted handshake until the first document\'s state is on its way. p95 over 1 s: people look at an empty page. Large documents, or a store that is slow to load.', p('collab_connection_establish_seconds'), { w: 6, h: 8, unit: 's', colors: quantiles, connect: 60000 }),
        timeseries('Messages', 'Messages per second by type; what goes out is below the line. Out is in times the people of a document.', [
          [`sum by (type) (${rate('collab_websocket_messages_total', `${hosts},direction="in"`)})`, 'in: {{type}}'],
          [`-sum by (type) (${rate('collab_websocket_messages_total', `${hosts},direction="out"`)})`, 'out: {{type}}'],
        ], { w: 6, h: 8, unit: 'mps', min: null }),
      ],
    },
    {
      title: 'Grain calls',
      panels: [
        timeseries('Calls by grain', 'Calls of Collab\'s grains per second, where they run. DocumentGrain is edits and joins.', [[`sum by (grain) (${rate('collab_grain_calls_total')})`, '{{grain}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', table: ['mean', 'lastNotNull'] }),
        timeseries('Calls that fail', 'Calls per second that threw (failed) or did not end in time (timeout), by method. "none" is normal. A refusal that is an answer (rejected) is not among them.', [[orNone(`sum by (grain, method, status) (${rate('collab_grain_calls_total', `${hosts},status=~"failed|timeout"`)})`, 'grain'), '{{grain}}.{{method}} {{status}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', links: [runbook('CollabHighGrainErrorRatio')] }),
        timeseries('p95 by method', 'How long 95 % of the calls of each method take where they run, the ten slowest. A grain that waits waits mostly for the store. Held on purpose, up to 5 s: Next of AccessChangesGrain, which is left out.', [['topk(10, method:collab_grain_call_duration_seconds:p95_5m{method!="Next"})', '{{grain}}.{{method}}']], { w: 8, h: 8, unit: 's', table: ['max', 'lastNotNull'], connect: 60000, links: [to('The store', 'collab-infrastructure')] }),
        timeseries('The caller\'s view', 'p95 of calls as their callers see it, beside where they run: what lies between is the network, queues and turns of other calls. Far apart, a silo has too little CPU, or one grain too many callers.', [
          [quantile(0.95, 'collab_grain_client_call_duration_seconds', [], `${hosts},method!="Next"`), 'caller'],
          [quantile(0.95, 'collab_grain_call_duration_seconds', [], `${hosts},method!="Next"`), 'callee'],
        ], { w: 8, h: 8, unit: 's', colors: { caller: palette.vermilion, callee: palette.blue } }),
        timeseries('Calls under way', 'By grain. Growing for minutes: calls come faster than they end. AccessChangesGrain has one for each web host at all times.', [[`sum by (grain) (collab_grain_active_calls{${hosts}})`, '{{grain}}']], { w: 8, h: 8, unit: 'none', decimals: 0, stack: 'normal' }),
        timeseries('Documents that load', 'Activations take over the log, read a snapshot and replay. p95 over 1 s: whoever opens a document waits.', p('collab_document_load_seconds'), { w: 8, h: 8, unit: 's', colors: quantiles, connect: 60000 }),
      ],
    },
    {
      title: 'Delivery',
      panels: [
        timeseries('Push', 'From durable until an operation is queued for every connection of the host. Some ms; p95 over 0.1 s with many slow connections is a host that is too small.', p('collab_push_duration_seconds'), { w: 8, h: 8, unit: 's', colors: quantiles }),
        timeseries('Operations in a push', 'One push carries all that became durable together. 1 in quiet hours; tens in a hot document are what keeps it going.', [[quantile(0.5, 'collab_push_batch_size'), 'p50'], [quantile(0.95, 'collab_push_batch_size'), 'p95'], [`sum(${rate('collab_push_batch_size_sum')}) / (sum(${rate('collab_push_batch_size_count')}) > 0)`, 'mean']], { w: 8, h: 8, unit: 'none', colors: { ...quantiles, mean: palette.green } }),
        timeseries('Deliveries', 'Messages queued for one connection each, per second: what a host is for. By type.', [[`sum by (type) (${rate('collab_messages_sent_total')})`, '{{type}}']], { w: 8, h: 8, unit: 'mps', stack: 'normal' }),
        timeseries('Slow readers', 'Outboxes that overflowed per second: the connection was brought up anew (resynced) or closed (disconnected). One now and then is a phone in a tunnel; many are a network in front of the host, or too small an outbox.', [[orNone(`sum by (action) (${rate('collab_slow_consumers_total')})`, 'action'), '{{action}}']], { w: 8, h: 8, unit: 'cps', colors: { resynced: palette.orange, disconnected: palette.vermilion } }),
        timeseries('Gaps in what was pushed', 'Pushes per second that overtook others, and reads of what did not come at all. Both heal by themselves; many reads are silos and web hosts that don\'t reach each other well.', [
          [orZero(`sum(${rate('collab_fanout_gap_reads_total')})`), 'reads'],
          [orZero(`sum(${rate('collab_fanout_early_pushes_total')})`), 'overtakings'],
        ], { w: 8, h: 8, unit: 'cps', colors: { reads: palette.vermilion, overtakings: palette.sky } }),
        timeseries('Listening hosts', 'Web hosts that silos push to. silent ones are pushed nothing until they answer.', [[`sum by (state) (collab_fanout_hosts{${hosts}})`, '{{state}}']], { w: 8, h: 8, unit: 'none', decimals: 0, stack: 'normal', colors: { answering: palette.blue, silent: palette.vermilion } }),
      ],
    },
    {
      title: 'Activity, streams and webhooks',
      panels: [
        timeseries('Stream lag', 'Events that happened and are not yet in the activity log and on the stream. In order it is near 0; over 1,000 for five minutes is an alert. At Collab:Activity:QueueEventsLimit events are dropped.', [[`sum by (stream) (collab_stream_lag{${hosts}})`, '{{stream}}']], { w: 6, h: 8, unit: 'none', decimals: 0, links: [runbook('CollabStreamBacklog')] }),
        timeseries('Stream messages', 'Events published (out) and taken by consumers (in) per second. in less than out for minutes: a consumer is stuck.', [[`sum by (direction) (${rate('collab_stream_messages_total')})`, '{{direction}}'], [orZero(`sum(${rate('collab_stream_publish_total', `${hosts},status="failed"`)})`), 'batches that failed']], { w: 6, h: 8, unit: 'mps', colors: { in: palette.blue, out: palette.sky, 'batches that failed': palette.vermilion } }),
        timeseries('Consumers', 'How long a consumer takes for one event, p95. Near the time between events it falls behind.', [[quantile(0.95, 'collab_stream_consume_duration_seconds', ['stream']), '{{stream}}']], { w: 6, h: 8, unit: 's', connect: 60000 }),
        timeseries('Activity events', 'Events per second, by what became of them. dropped are lost to feeds and webhooks, never edits.', [[`sum by (outcome) (${rate('collab_activity_events_total')})`, '{{outcome}}']], { w: 6, h: 8, unit: 'eps', stack: 'normal', colors: { appended: palette.blue, dropped: palette.vermilion }, links: [runbook('CollabActivityDropped')] }),
        timeseries('Webhooks: rounds', 'Rounds of attempts per second, by endpoint and outcome. "none" without endpoints. refused and given_up make dead letters.', [[orNone(`sum by (endpoint, outcome) (${rate('collab_webhook_deliveries_total')})`, 'endpoint'), '{{endpoint}} {{outcome}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal', links: [docs('Webhooks', 'webhooks.md')] }),
        timeseries('Webhooks: behind', 'Events of the activity log that an endpoint has not got. Over 1,000 or growing: the receiver takes less than happens.', [[orNone(`max by (endpoint) (collab_webhook_lag{${hosts}})`, 'endpoint'), '{{endpoint}}']], { w: 8, h: 8, unit: 'none', decimals: 0, links: [docs('Webhooks', 'webhooks.md')] }),
        timeseries('Webhooks: dead letters', 'Events given up and kept, by endpoint. Over 0: look at them and deliver them again when the receiver is well.', [[orNone(`max by (endpoint) (collab_webhook_dead_letters{${hosts}})`, 'endpoint'), '{{endpoint}}']], { w: 8, h: 8, unit: 'none', decimals: 0, links: [runbook('CollabWebhookDeadLetters')] }),
      ],
    },
    {
      title: 'Resilience',
      panels: [
        states('Breakers', 'closed is all right; open refuses every call at once; half-open lets one find out. log-append open: nobody can write. cluster-call open: a web host has lost the silos.', [[`max by (breaker) (collab_circuit_breaker_state{${hosts}})`, '{{breaker}}']], { w: 12, h: 8, thresholds: [[null, meaning.good], [1, meaning.notable], [2, meaning.bad]], mappings: breakerStates, links: [runbook('CollabBreakerOpen')] }),
        timeseries('Trips', 'Times that breakers opened, per minute. It heals and breaks again: a store under too much load.', [[orNone(`sum by (breaker) (${rate('collab_circuit_breaker_trips_total')}) * 60`, 'breaker'), '{{breaker}}']], { w: 6, h: 8, unit: 'none', bars: true, links: [runbook('CollabBreakerOpen')] }),
        timeseries('Retries, timeouts, refusals', 'What the pipelines did, per second. retry over 1 % of the calls is something shaky, timeout something that hangs, rejected people that were refused.', [[orNone(`sum by (pipeline, event) (${rate('collab_resilience_events_total')})`, 'pipeline'), '{{pipeline}} {{event}}']], { w: 6, h: 8, unit: 'eps', stack: 'normal' }),
        timeseries('Limits reached', 'How often per second each limit refused, put off or dropped something. One person\'s own limits are there to be reached; connections, active_documents, log_queue_bytes and cluster_calls are everybody\'s: add hosts.', [[orNone(`sum by (limit) (${rate('collab_limit_refusals_total')}) > 0`, 'limit'), '{{limit}}']], { w: 12, h: 8, unit: 'cps', stack: 'normal', links: [runbook('CollabLimitReached'), docs('All limits', 'limits.md')] }),
        timeseries('Errors by component', 'Errors per second by where they surfaced, and exceptions that nobody had foreseen (each a defect, with its stack in the log).', [
          [orNone(`sum by (component, code) (${rate('collab_errors_total')})`, 'component'), '{{component}} {{code}}'],
          [orZero(`sum(${rate('collab_unhandled_exceptions_total')})`), 'unforeseen'],
        ], { w: 12, h: 8, unit: 'cps', stack: 'normal', colors: { unforeseen: palette.vermilion }, links: [runbook('CollabUnhandledExceptions')] }),
      ],
    },
    {
      title: 'Caches',
      panels: [
        timeseries('Hit ratio', 'Look-ups answered, of all, by cache. active_documents, operation_window, host_operations and permissions near 1 when warm; under 0.5 for half an hour is an alert. The two of snapshots serve joins that come together, and miss whenever they don\'t.', [['cache:collab_cache_hits:ratio_rate5m', '{{cache}}']], { w: 8, h: 8, unit: 'percentunit', max: 1, connect: 60000, table: ['lastNotNull'], links: [runbook('CollabCacheHitRatioLow')] }),
        timeseries('Size', 'Bytes held by each cache. At its limit it lets go what was used least recently.', [[`sum by (cache) (collab_cache_bytes{${hosts}})`, '{{cache}}']], { w: 8, h: 8, unit: 'bytes', stack: 'normal' }),
        timeseries('Evictions', 'Entries let go per second. Steady and many while the hit ratio falls: the cache is too small for what is in use.', [[`sum by (cache) (${rate('collab_cache_evictions_total')})`, '{{cache}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal' }),
      ],
    },
    {
      title: 'Engine (Orleans)',
      panels: [
        timeseries('Activations', 'Grains in memory, of all kinds, by silo. They follow documents and sessions; far apart on two silos for over an hour, see docs/scaling.md.', [[`sum by (instance) (orleans_catalog_activations{${hosts}})`, '{{instance}}']], { w: 6, h: 8, unit: 'none', decimals: 0, links: [docs('Scaling', 'scaling.md')] }),
        timeseries('Messages that got lost', 'Between hosts, per second: rejected, expired in a queue, or not sent. Some while a silo goes; steady, hosts don\'t reach each other, or one is overloaded.', [
          [`sum(${rate('orleans_messaging_rejected_total')})`, 'rejected'],
          [`sum(${rate('orleans_messaging_expired_total')})`, 'expired'],
          [`sum(${rate('orleans_messaging_sent_failed_total')}) + sum(${rate('orleans_messaging_sent_dropped_total')})`, 'not sent'],
          [`sum(${rate('orleans_messaging_pings_reply_missed_total')})`, 'pings unanswered'],
        ], { w: 6, h: 8, unit: 'mps', colors: { rejected: palette.vermilion, expired: palette.orange, 'not sent': palette.purple, 'pings unanswered': palette.sky }, links: [runbook('CollabMessagesRejected')] }),
        timeseries('Turns and activations in trouble', 'Per second: turns that took too long (something blocks), activations that failed, requests without an answer in time, and attempts of two silos to have the same grain. The last is usual while silos come and go, and is an alert when it stays.', [
          [`sum(${rate('orleans_scheduler_long_running_turns_total')})`, 'long turns'],
          [`sum(${rate('orleans_catalog_activation_failed_to_activate_total')})`, 'failed activations'],
          [`sum(${rate('orleans_app_requests_timedout_total')})`, 'timed out'],
          [`sum(${rate('orleans_catalog_activation_concurrent_registration_attempts_total')})`, 'two at once'],
        ], { w: 6, h: 8, unit: 'cps', colors: { 'long turns': palette.orange, 'failed activations': palette.vermilion, 'timed out': palette.purple, 'two at once': palette.sky }, links: [runbook('CollabLongTurns'), runbook('CollabRegistrationContention')] }),
        timeseries('Shedding and storage', 'Per second: requests that gateways turned down for load, grain storage that could not be read or written, failed checks of Orleans\' watchdog. All 0, always.', [
          [`sum(${rate('orleans_gateway_load_shedding_total')})`, 'shed'],
          [`sum(${rate('orleans_storage_write_errors_total')})`, 'not written'],
          [`sum(${rate('orleans_storage_read_errors_total')})`, 'not read'],
          [`sum(${rate('orleans_watchdog_health_checks_failed_total')})`, 'watchdog'],
        ], { w: 6, h: 8, unit: 'cps', colors: { shed: palette.orange, 'not written': palette.vermilion, 'not read': palette.purple, watchdog: palette.yellow }, links: [runbook('CollabLoadShedding'), runbook('CollabGrainStorageErrors')] }),
      ],
    },
    {
      title: 'Process',
      panels: [
        timeseries('Processor', 'Share of all its processors that each process used. Over 0.8 for long: turns wait, and everything on this page gets slower.', [[`max by (instance) (collab_runtime_cpu_ratio{${hosts}})`, '{{instance}}']], { w: 6, h: 8, unit: 'percentunit', max: 1, thresholds: over(0.8), links: [to('Infrastructure', 'collab-infrastructure')] }),
        timeseries('Memory', 'What each process has resident. The heap grows up to a limit and is cleaned; what only grows is a leak.', [[`max by (instance) (collab_runtime_memory_bytes{${hosts},kind="working_set"})`, '{{instance}}']], { w: 6, h: 8, unit: 'bytes', links: [runbook('CollabMemoryGrowth')] }),
        timeseries('Paused for garbage', 'Share of the time for which collections stopped a process. Over 0.05 is felt: less in memory, or more of it.', [[`sum by (instance) (${rate('collab_runtime_gc_pause_seconds_total')})`, '{{instance}}']], { w: 6, h: 8, unit: 'percentunit', thresholds: over(0.05, 0.1) }),
        timeseries('Work that waits for a thread', 'Queue of the thread pool. 0 nearly always; staying over 0, something blocks threads, or there is too little processor.', [[`max by (instance) (collab_runtime_threadpool_queue_length{${hosts}})`, '{{instance}}']], { w: 6, h: 8, unit: 'none', decimals: 0 }),
        timeseries('Traces', 'Traces begun and spans ended per second, of those that are recorded (Collab:Traces:SampleRatio). Both 0: tracing is off. Spans without traces: the calls of traces that another process began.', [
          [`sum(${rate('collab_traces_total')})`, 'traces'],
          [`sum(${rate('collab_spans_total')})`, 'spans'],
        ], { w: 24, h: 6, unit: 'cps', links: [docs('Traces', 'tracing.md')] }),
      ],
    },
  ],
});
