/** The answer of `/operations/live`; see `docs/ops-page.md`. Times are milliseconds since 1970; null is what is not known. */
export interface Reading {
  readonly at: number;
  readonly stepSeconds: number;
  readonly times: readonly number[];
  readonly charts: Charts;
  readonly counts: Counts;
  readonly hosts: readonly Host[];
  readonly breakers: readonly Breaker[];
  readonly hints: readonly Hint[];
  readonly runbook: string | null;
  readonly documents: readonly BusyDocument[];
  readonly conflicts: readonly RecentConflict[];
}

export type Numbers = readonly (number | null)[];
type ByName = Readonly<Record<string, Numbers>>;

export interface Charts {
  readonly operations: ByName;
  readonly conflicts: ByName;
  readonly conflictRatio: Numbers;
  readonly propagation: { readonly p50: Numbers; readonly p95: Numbers };
  readonly commit: { readonly p50: Numbers; readonly p95: Numbers };
  readonly sessions: Numbers;
  readonly connections: Numbers;
  readonly documents: Numbers;
  readonly deliveries: Numbers;
  readonly cacheHitRatio: ByName;
  readonly batchSize: Numbers;
  readonly batches: Numbers;
  readonly logQueue: Numbers;
  readonly hosts: Numbers;
}

export interface Counts {
  readonly operations: Readonly<Record<string, number>>;
  readonly conflicts: readonly { readonly kind: string; readonly resolution: string; readonly count: number }[];
  readonly contentMismatches: number;
  readonly fencedAppends: number;
  readonly slowConsumers: number;
  readonly errors: Readonly<Record<string, number>>;
}

export interface Host {
  readonly name: string;
  readonly parts: readonly string[];
  readonly version: string;
  readonly state: 'telling' | 'silent' | 'left';
  readonly ageSeconds: number;
  readonly connections: number | null;
  readonly sessions: number | null;
  readonly documents: number | null;
  readonly operationsPerSecond: number | null;
  readonly deliveriesPerSecond: number | null;
  readonly cpuRatio: number | null;
  readonly memoryBytes: number | null;
}

export interface Breaker {
  readonly name: string;
  readonly state: 'closed' | 'half-open' | 'open';
  readonly hosts: readonly string[];
  readonly trips: number;
}

export interface Hint {
  readonly alert: string;
  readonly severity: 'critical' | 'warning';
  readonly text: string;
}

export interface BusyDocument {
  readonly id: string;
  readonly silo: string;
  readonly operationsPerSecond: number;
  readonly sessions: number;
  readonly hosts: number;
  readonly bytes: number;
  readonly flushSeconds: number;
}

export interface RecentConflict {
  readonly document: string;
  readonly kind: string;
  readonly resolution: string;
  readonly revision: number;
  readonly session: string;
  readonly otherRevision: number;
  readonly otherSession: string;
  readonly at: number;
}
