/** What a caller without a compiler may pass. */
export type Extra = Readonly<Record<string, unknown>>;

/** What takes options, a misspelt one, and what was meant, with the option that it is a member of. */
export type Misspelt = readonly [
  name: string,
  take: (extra: Extra) => unknown,
  misspelt: string,
  meant: string,
];

/** Each refuses the misspelt option, but not one that is left out. */
export function refusesMisspelt(cases: readonly Misspelt[]): void {
  it.each(cases)('of %s is refused with the one that was meant', (_, take, misspelt, meant) => {
    expect(() => take({ [misspelt]: undefined })).not.toThrow();
    const got = meant.includes('.') ? `${meant.slice(0, meant.lastIndexOf('.'))}.${misspelt}` : misspelt;
    expect(() => take({ [misspelt]: 1 })).toThrow(
      `there is no such option, got "${got}": did you mean ${meant}?`,
    );
  });
}
