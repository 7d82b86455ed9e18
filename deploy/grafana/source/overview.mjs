import { meaning, outcomes, quantiles, services, statusClasses } from './colors.mjs';
import { dashboard, variable } from './dashboard.mjs';
import { any, atLeast, dashboard as to, docs, over, orNone, orZero, runbook, stat, states, table, timeseries } from './panels.mjs';

const hosts = 'service=~"$service",instance=~"$instance"';
// Prometheus' own requests and those of probes and operators are most of the requests of a quiet host.
const asked = `${hosts},route!~"/?(metrics|health|operations|ops)(/.*)?"`;

const burn = (slo, series) => ['5m', '30m', '1h', '6h', '3d'].map((window) => [
  `slo:${series}:ratio_rate${window} / on () group_left () (1 - slo:objective{slo="${slo}"})`, `over ${window}`,
]);
const burnColors = { 'over 5m': '#E69F00', 'over 30m': '#F0E442', 'over 1h': '#D55E00', 'over 6h': '#56B4E9', 'over 3d': '#0072B2' };
const burnLimits = [[null, meaning.good], [1, meaning.notable], [14.4, meaning.bad]];

export default dashboard({
  uid: 'collab-overview',
  title: 'Collab: overview',
  description: 'Is it well, and if not, where to look: requests, failures, latency, who answers, connections, and how fast the error budget is spent.',
  variables: [variable.service, variable.instance],
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Hosts down', 'Web hosts and silos that Prometheus knows of and that did not answer the last scrape. Anything but 0 is somebody\'s evening: who, "Who answers" below says. Whether people notice depends on how many are left.', orZero('count(up{job=~"collab-(web|silo)"} == 0)'), { thresholds: any, links: [runbook('CollabServiceDown')], unit: 'none' }),
        stat('Alerts firing', 'Alerts of deploy/prometheus/rules that fire now. The row "Health" names them; each has a section in the runbook.', orZero('count(ALERTS{alertname=~"Collab.*", alertstate="firing"})'), { thresholds: any, unit: 'none', links: [runbook('CollabServiceDown')] }),
        stat('Requests', 'HTTP requests per second to all hosts, without scrapes and probes. Edits don\'t come this way: they are operations, on the right.', 'sum(service:collab_http_requests:rate5m)', { unit: 'reqps', links: [to('By route', 'collab-service')] }),
        stat('Errors of requests', 'Share of HTTP requests answered with 5xx over five minutes, of the service that has most. Up to 1 % is notable, over 5 % an alert. 4xx and limits (429) are the caller\'s and not in here.', orZero('max(service:collab_http_errors:ratio_rate5m)'), { unit: 'percentunit', thresholds: over(0.01, 0.05), decimals: 2, links: [runbook('CollabHighErrorRatio')] }),
        stat('Edits', 'Operations submitted per second, whatever became of them.', 'cluster:collab_operations:rate5m', { unit: 'ops', links: [to('Collaboration', 'collab-collaboration')] }),
        stat('Conflict ratio', 'Conflicts for each operation that was taken. 0.05 is a crowd in one place; over 0.2 for a quarter of an hour is an alert, and no people. With nobody editing there is none.', 'cluster:collab_conflicts:ratio_rate5m', { unit: 'percentunit', thresholds: over(0.05, 0.2), decimals: 1, noValue: 'nobody edits', links: [to('Collaboration', 'collab-collaboration'), runbook('CollabConflictRatioHigh')] }),
        stat('Propagation p95', 'From the server\'s order of an edit until another client has it, as clients report it each ten seconds. Under 0.25 s feels like one room; 0.512 s is what is promised for 99 %. Slow: compare with durable p99 on dashboard Collaboration, then with the log.', 'cluster:collab_client_propagation_seconds:p95_5m', { unit: 's', thresholds: over(0.25, 0.512), noValue: 'no reports', links: [runbook('CollabPropagationBudgetBurn')] }),
        stat('Connections', 'WebSockets open now, of the selected hosts. A collapse against an hour before is an outage in front of the hosts that nothing else here shows.', `sum(collab_websocket_active_connections{${hosts}})`, { unit: 'none', links: [runbook('CollabConnectionsCollapsed')] }),
        stat('Headroom of connections', 'Share of Collab:Limits:Connections that is left on the host that has least. Under a fifth, one host of five that fails fills the others: add a web host.', `1 - max(collab_websocket_active_connections{${hosts}} / collab_websocket_connections_limit{${hosts}})`, { unit: 'percentunit', thresholds: [[null, meaning.bad], [0.1, meaning.notable], [0.2, meaning.good]], min: 0, max: 1, links: [runbook('CollabConnectionHeadroomLow')] }),
        stat('Availability, 3 days', 'Share of what people asked for in three days that the system did not fail: edits, joins, HTTP requests. Promised are 99.9 %.', '1 - slo:collab_availability_errors:ratio_rate3d', { unit: 'percentunit', decimals: 3, thresholds: atLeast(0.999), graph: false, noValue: 'no traffic', links: [runbook('CollabAvailabilityBudgetBurn')] }),
        stat('In time, 3 days', 'Share of clients\' reports in three days of a propagation under 0.512 s. Promised are 99 %.', '1 - slo:collab_propagation_slow:ratio_rate3d', { unit: 'percentunit', decimals: 2, thresholds: atLeast(0.99), graph: false, noValue: 'no reports', links: [runbook('CollabPropagationBudgetBurn')] }),
        stat('Versions', 'Different builds that run. Two while a new one is rolled out; two for longer is a roll-out that stopped half-way.', 'count(count by (version, engine) (collab_build_info))', { unit: 'none', thresholds: over(2), graph: false, links: [docs('Upgrades', 'upgrades.md')] }),
      ],
    },
    {
      title: 'Requests over HTTP',
      panels: [
        timeseries('Requests by status', 'HTTP requests per second by the class of their answer. 5xx is the system\'s fault, 4xx the caller\'s; many 429 are a limit that somebody reaches. Look then at Service detail, by route.', [[`sum by (class) (label_replace(rate(collab_http_requests_total{${asked}}[$__rate_interval]), "class", "$\{1}xx", "status_code", "(.).*"))`, '{{class}}']], { w: 8, h: 8, unit: 'reqps', stack: 'normal', colors: statusClasses, links: [to('By route', 'collab-service')] }),
        timeseries('Errors', 'Share of requests answered with 5xx, and of grain calls that threw or did not end in time (edits are these). 0 is normal; over 5 % for five minutes is an alert.', [
          ['service:collab_http_errors:ratio_rate5m{service=~"$service"}', 'HTTP, {{service}}'],
          ['cluster:collab_grain_call_errors:ratio_rate5m', 'grain calls'],
        ], { w: 8, h: 8, unit: 'percentunit', thresholds: [[null, meaning.good], [0.05, meaning.bad]], colors: { 'HTTP, web': services.web, 'HTTP, silo': services.silo, 'grain calls': '#CC79A7' }, links: [runbook('CollabHighErrorRatio'), runbook('CollabHighGrainErrorRatio')] }),
        timeseries('Latency', 'How long HTTP requests take: half, 95 % and 99 % of them are faster. p95 over 1 s for five minutes is an alert. Mostly it is the store: see Infrastructure, query latency.', [
          ['max(service:collab_http_request_duration_seconds:p50_5m{service=~"$service"})', 'p50'],
          ['max(service:collab_http_request_duration_seconds:p95_5m{service=~"$service"})', 'p95'],
          ['max(service:collab_http_request_duration_seconds:p99_5m{service=~"$service"})', 'p99'],
        ], { w: 8, h: 8, unit: 's', colors: quantiles, thresholds: [[null, meaning.good], [1, meaning.bad]], links: [runbook('CollabHighLatency')] }),
      ],
    },
    {
      title: 'Promises and their budgets',
      panels: [
        timeseries('Burn rate of availability', 'How many times faster than allowed the error budget of 0.1 % is spent, over windows. 1 spends it exactly in the period; somebody is called at 14.4 over 1h and 5m together (2 % of a month\'s budget in an hour), at 6 over 6h and 30m, and a ticket is made at 1 over three days. Short windows alone mean little.', burn('availability', 'collab_availability_errors'), { w: 12, h: 8, unit: 'none', decimals: 1, colors: burnColors, thresholds: burnLimits, links: [runbook('CollabAvailabilityBudgetBurn')], noValue: 'no traffic' }),
        timeseries('Burn rate of propagation', 'The same for propagation: how many times faster than allowed edits arrive late, at more than 0.512 s. The budget is 1 % of clients\' reports.', burn('propagation', 'collab_propagation_slow'), { w: 12, h: 8, unit: 'none', decimals: 1, colors: burnColors, thresholds: burnLimits, links: [runbook('CollabPropagationBudgetBurn')], noValue: 'no reports' }),
      ],
    },
    {
      title: 'People and their edits',
      panels: [
        timeseries('Connections by host', 'WebSockets open on each web host. They should be alike, for the balancer counts them; one far below the others is new, drained, or sick.', [[`sum by (instance) (collab_websocket_active_connections{${hosts}})`, '{{instance}}']], { w: 8, h: 8, unit: 'none', links: [runbook('CollabConnectionsCollapsed')] }),
        timeseries('Handshakes', 'Connections that are made per second, by result. A wave is a host that went, or a proxy that cut; over 10 % that are not accepted is an alert: refused credentials, limits, or something that speaks no WebSocket.', [[`sum by (result) (rate(collab_websocket_connections_total{${hosts}}[$__rate_interval]))`, '{{result}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal', colors: { accepted: '#0072B2', unauthorized: '#E69F00', over_limit: '#F0E442', bad_handshake: '#D55E00' }, links: [runbook('CollabConnectionFailures')] }),
        timeseries('Edits by outcome', 'Operations per second. Applied met nothing new; rebased were moved over others\' edits, as in any crowd; duplicates are answers that got lost; rejected are refused, and dashboard Collaboration says why.', [['outcome:collab_operations:rate5m', '{{outcome}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', colors: outcomes, links: [to('Collaboration', 'collab-collaboration')] }),
      ],
    },
    {
      title: 'Health',
      panels: [
        states('Who answers', 'Every target that Prometheus scrapes. Red did not answer; a gap is a target that it did not know of.', [['max by (job, instance) (up)', '{{job}} {{instance}}']], { w: 12, h: 8, thresholds: atLeast(1), mappings: [{ type: 'value', options: { 0: { text: 'down', color: meaning.bad, index: 0 }, 1: { text: 'up', color: meaning.good, index: 1 } } }], links: [runbook('CollabServiceDown'), runbook('CollabTargetsMissing')] }),
        timeseries('Alerts', 'Alerts that fired, and for how long. "none" is what you want to see. Each name is a section of the runbook.', [[orNone('sum by (alertname, severity) (ALERTS{alertname=~"Collab.*", alertstate="firing"})', 'alertname'), '{{alertname}}']], { w: 6, h: 8, unit: 'none', bars: true, stack: 'normal', decimals: 0, links: [docs('Runbook', 'runbook.md')] }),
        table('What runs', 'Version, runtime and engine of each process. "stand-in" for the engine is a build for one node, and not for production.', 'max by (service, instance, version, runtime, engine) (collab_build_info)', { service: 'Service', instance: 'Instance', version: 'Version', runtime: '.NET', engine: 'Engine' }, { w: 6, h: 8, hidden: ['Value'], links: [docs('Upgrades', 'upgrades.md')] }),
      ],
    },
  ],
});
