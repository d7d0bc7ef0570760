import { writeFileSync } from 'node:fs';
import { keepRow } from './figures-table';
import { Findings } from './findings';
import { judge, Promises } from './promises';
import { Outcome, outcomeAsJson, outcomeAsText } from './report';
import { run, RunProps } from './run';

/** An architecture under the checker. */
export interface CheckProps extends Omit<RunProps, 'seconds' | 'seed' | 'say'> {
  /** As its page is called. */
  readonly architecture: string;
  /** What runs, with versions, e.g. `RabbitMQ 4.0.5`. */
  readonly programs: readonly string[];
  /** What is promised; where that depends on what happened, e.g. so much for each cut, worked out from the findings. */
  readonly promises: Promises | ((findings: Findings) => Promises);
  /** @default what `npm run check` was told, 45 without it: about a minute with the last fault and the end */
  readonly seconds?: number;
  /** @default what `npm run check` was told, 1 without it */
  readonly seed?: number;
}

const SECONDS = Number(process.env['BROKERS_CHECK_SECONDS'] ?? 45);
const SEED = Number(process.env['BROKERS_CHECK_SEED'] ?? 1);
/** Where the outcome goes as JSON. */
const JSON_FILE = process.env['BROKERS_CHECK_JSON'];
const WRITES_FIGURES = process.env['BROKERS_CHECK_WRITE'] === '1';
/** Healing after each fault takes its time besides; three minutes are for the start and the end. */
export const CHECK_TIMEOUT_MILLISECONDS = (3 * SECONDS + 180) * 1000;

/** Runs the checker, prints the report and keeps it where `npm run check` asks for it. */
export async function check(props: CheckProps): Promise<Outcome> {
  const { architecture, programs, promises, seconds = SECONDS, seed = SEED } = props;
  console.log(`checker: ${architecture}, seed ${seed}, at least ${seconds} s`);
  const started = performance.now();
  const findings = await run({ ...props, seconds, seed, say: console.log });
  const outcome: Outcome = {
    architecture,
    programs,
    seed,
    seconds: (performance.now() - started) / 1000,
    publishers: props.publishers.filter(({ pinnedTo }) => pinnedTo === undefined).map(({ group }) => group),
    consumers: props.consumers.map(({ group }) => group),
    findings,
    judgements: judge(findings, typeof promises === 'function' ? promises(findings) : promises),
  };
  console.log(outcomeAsText(outcome));
  if (JSON_FILE !== undefined) writeFileSync(JSON_FILE, outcomeAsJson(outcome));
  if (WRITES_FIGURES) await keepRow(outcome);
  return outcome;
}
