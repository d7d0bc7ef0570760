/** One event of `cloud-init analyze dump`. */
interface BootEvent {
  readonly name: string;
  readonly event_type: 'start' | 'finish';
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** A stage of cloud-init, or a module in one. */
export interface BootStage {
  /** E.g. `modules-final`, `modules-final/config-scripts-user`. */
  readonly name: string;
  /** Seconds from the start of the machine. */
  readonly began: number;
  readonly ended: number;
}

/** What cloud-init did in a boot. */
export interface BootReport {
  /** `done`, or `degraded done` when something was not as it should be. */
  readonly status: string;
  /** E.g. `WARNING: …`, `DEPRECATED: …`. */
  readonly complaints: readonly string[];
  readonly stages: readonly BootStage[];
  /** Seconds from the start of the machine to the end of cloud-init. */
  readonly seconds: number;
}

/** What `cloud-init status --format=json` prints. */
interface Status {
  readonly status: string;
  readonly extended_status: string;
  readonly errors: readonly string[];
  readonly recoverable_errors: Readonly<Record<string, readonly string[]>>;
}

/**
 * @param status of `cloud-init status --format=json`
 * @param events of `cloud-init analyze dump`, all boots together
 * @param started when this boot began, in milliseconds since 1970
 */
export function readBootReport(status: string, events: string, started: number): BootReport {
  const { extended_status, errors, recoverable_errors } = JSON.parse(status) as Status;
  const stages = stagesOf(JSON.parse(events) as BootEvent[], started / 1000);
  return {
    status: extended_status,
    complaints: [
      ...errors,
      ...Object.entries(recoverable_errors).flatMap(([level, texts]) =>
        texts.map((text) => `${level}: ${text}`),
      ),
    ],
    stages,
    seconds: Math.max(0, ...stages.map(({ ended }) => ended)),
  };
}

/** One line a stage, with the modules that took a tenth of a second or more. */
export function describeBoot(report: BootReport): string {
  const lines = report.stages
    .filter(({ name, began, ended }) => !name.includes('/') || ended - began >= 0.1)
    .map(
      ({ name, began, ended }) =>
        `${began.toFixed(1).padStart(7)} s ${(ended - began).toFixed(1).padStart(6)} s  ${name}`,
    );
  return ['  begins   takes', ...lines].join('\n');
}

// A stage may be entered twice in a boot, first to read what an earlier one left.
function stagesOf(events: readonly BootEvent[], started: number): BootStage[] {
  const stages = new Map<string, BootStage>();
  for (const { name, event_type, timestamp } of events) {
    const at = timestamp - started;
    if (at < 0) continue;
    const known = stages.get(name);
    if (event_type === 'finish' || known === undefined)
      stages.set(name, { name, began: known?.began ?? at, ended: at });
  }
  return [...stages.values()].sort((a, b) => a.began - b.began);
}
