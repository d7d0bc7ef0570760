/** What an error message says instead of a token. */
export const UNRESOLVED = 'a Terraform expression, which is not known at synth';

/** `text` for an error message, where the number of a token says nothing: it is known only when the stack is applied. */
export function describeText(text: string): string {
  // A list that Terraform makes has one element with `#{` in it.
  return /[$#]\{/.test(text) ? UNRESOLVED : text;
}
