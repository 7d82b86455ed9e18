/** What `collab-stress --json` writes; see `docs/stress-test-guide.md`. Durations are milliseconds unless their name says otherwise; null is what there was none of. */
export interface RunReport {
  readonly format: string;
  readonly scenario: string;
  readonly description?: string | null;
  readonly target: string;
  readonly command: string;
  readonly started: string;
  readonly seed?: number | null;
  readonly plan?: Readonly<Record<string, unknown>> | null;
  readonly outcome: Outcome;
  readonly interrupted: boolean;
  readonly exit_code: number;
  readonly totals?: Totals | null;
  readonly latency?: Latency | null;
  readonly propagation?: Latency | null;
  /** Until somebody who wanted to be in a document, or was cut off, is in it. */
  readonly admission?: Latency | null;
  readonly lateness?: Latency | null;
  readonly statuses?: Counts | null;
  readonly errors?: Counts | null;
  /** What was no operation: joins, leaves, cuts, reconnects. */
  readonly happenings?: Counts | null;
  readonly integrity?: Integrity | null;
  readonly timeline?: readonly Moment[] | null;
  readonly server?: Usage | null;
  readonly tool?: ToolUsage | null;
  /** Of `all`: one for each. */
  readonly scenarios?: readonly RunReport[] | null;
}

export type Outcome = 'whole' | 'errors' | 'not_whole';
export type Counts = Readonly<Record<string, number>>;

export interface Totals {
  readonly attempted: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly unanswered: number;
  readonly seconds: number;
  readonly per_second: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
}

export interface Latency {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
  readonly buckets: readonly { readonly up_to_ms: number; readonly count: number }[];
}

export interface Integrity {
  readonly ratio: number;
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
  /** Cannot be known: it stood in history that the server has given up. */
  readonly given_up: number;
  readonly doubled: number;
  readonly altered: number;
  readonly diverged: number;
  readonly documents: number;
  readonly replicas: number;
  /** The first hundred. */
  readonly findings: readonly string[];
  readonly findings_total: number;
  readonly not_compared: readonly string[];
}

/** A step of the run; counts are of the step, which ends at `at_seconds`. */
export interface Moment {
  readonly at_seconds: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly clients: number;
  readonly latency_p50: number | null;
  readonly latency_p99: number | null;
  readonly propagation_p99: number | null;
  readonly server_cpu: number | null;
  readonly server_memory_bytes: number | null;
  readonly tool_cpu: number | null;
  readonly tool_memory_bytes: number | null;
}

export interface Usage {
  readonly cpu_seconds: number;
  readonly memory_peak_bytes: number;
  readonly cpu_us_per_operation: number | null;
}

export interface ToolUsage extends Usage {
  readonly processors: number;
  readonly gc_pause_ms: number;
}

/** The report in this page. */
export function embedded(): RunReport {
  return JSON.parse(document.getElementById('report')!.textContent) as RunReport;
}
