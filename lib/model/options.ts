import { ErrorSubject, ValidationError } from './errors';
import { nearest } from './nearest';

/** Names of members; of all alternatives where `Options` is a union. */
type NameOf<Options> = Options extends unknown ? keyof Options & string : never;

/**
 * Names of all options of `Options`, whatever stands beside them. A list that lacks one, or has one that is none, does not
 * compile, so it cannot be out of date.
 */
export type OptionNames<Options> = Readonly<Record<NameOf<Options>, unknown>>;

/**
 * Checks that whoever passes `options` without a compiler spelt them as we do. A member that is `undefined` is left out.
 * A subclass may take options of its own and pass all of them on: its parent does not check those.
 * @param within the option that they are the members of, e.g. `statistics`
 * @throws ValidationError for a name that is none of `names`, with the nearest one
 */
export function assertOptions<Options extends object>(
  subject: ErrorSubject,
  options: Options | undefined,
  names: OptionNames<Options>,
  within = '',
): void {
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const prefix = within === '' ? '' : `${within}.`;
    const known = Object.keys(names);
    const meant = nearest(name, known);
    const way =
      meant === undefined
        ? `leave it out, or use one of ${known.join(', ')}`
        : `did you mean ${prefix}${meant}?`;
    throw new ValidationError(subject, `there is no such option, got "${prefix}${name}": ${way}`);
  }
}

/**
 * `options`, with `defaults` for what they leave out. A member that is `undefined` counts as left out, which whoever passes
 * optional settings on may write.
 */
export function withDefaults<Defaults extends object, Options extends object>(
  defaults: Defaults,
  options: Options | undefined,
): Defaults & Options {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Defaults & Options;
}
