import { Path } from './plan';
import { Problem } from './validate';

/** As the messages `Diagnostic` and `AttributePath` of the plugin protocol. */
export interface Diagnostic {
  readonly severity: number;
  readonly summary: string;
  readonly detail: string;
  readonly attribute?: AttributePath;
}

export interface AttributePath {
  readonly steps: readonly ({ readonly attribute_name: string } | { readonly element_key_int: number })[];
}

const ERROR = 1;

export function pathMessage(path: Path): AttributePath {
  return {
    steps: path.map((step) =>
      typeof step === 'number' ? { element_key_int: step } : { attribute_name: step },
    ),
  };
}

export function refusals(problems: readonly Problem[]): Diagnostic[] {
  return problems.map(({ summary, detail, path }) => ({
    severity: ERROR,
    summary,
    detail,
    attribute: pathMessage(path),
  }));
}

export function failure(error: unknown): Diagnostic {
  return { severity: ERROR, summary: error instanceof Error ? error.message : String(error), detail: '' };
}
