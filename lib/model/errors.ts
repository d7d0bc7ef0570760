/** What an error is about: a construct (its path is printed) or a plain description such as `listener amqp`. */
export type ErrorSubject = string | { readonly node: { readonly path: string } };

/**
 * Thrown for bad input, at construction or at synth. The message reads
 * `<subject>: <what must hold>, got <value>: <way out>`.
 */
export class ValidationError extends Error {
  public override readonly name = 'ValidationError';

  /**
   * @param subject the construct or part that is wrong
   * @param problem lower case, with the value got and the way out
   */
  public constructor(subject: ErrorSubject, problem: string) {
    super(`${typeof subject === 'string' ? subject : subject.node.path}: ${problem}`);
  }
}
