/**
 * The middle one of `values`, or the mean of the two in the middle.
 * @throws RangeError when there are none
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [upper, lower] = [sorted[sorted.length >> 1], sorted[(sorted.length - 1) >> 1]];
  if (upper === undefined || lower === undefined) throw new RangeError('no values to take the median of');
  return (upper + lower) / 2;
}

/**
 * Exponent `e` of a cost that grows as `size ** e`, from its values at two sizes: 1 is linear, 2 quadratic.
 * @throws RangeError unless all costs and sizes are above 0 and the sizes differ
 */
export function growthExponent(
  smaller: { readonly size: number; readonly cost: number },
  larger: { readonly size: number; readonly cost: number },
): number {
  const numbers = [smaller.size, smaller.cost, larger.size, larger.cost];
  if (numbers.some((number) => !(number > 0)) || smaller.size === larger.size) {
    throw new RangeError(`no growth between costs and sizes of ${numbers.join(', ')}`);
  }
  return Math.log(larger.cost / smaller.cost) / Math.log(larger.size / smaller.size);
}
