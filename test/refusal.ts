/**
 * What `action` is refused with, to be held against what it must not say: `not.toThrow('text')` is content with no refusal.
 * @throws Error when it is not refused
 */
export function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  throw new Error('it was not refused');
}
