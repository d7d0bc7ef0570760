import { growthExponent, median } from '../../bench/statistics';

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([30, 1, 2])).toBe(2);
  });

  it('is the mean of the two in the middle of an even number of values', () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it('does not reorder its input', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses to make one up', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('growthExponent', () => {
  it('is 1 for a linear cost and 2 for a quadratic one', () => {
    expect(growthExponent({ size: 30, cost: 60 }, { size: 300, cost: 600 })).toBeCloseTo(1);
    expect(growthExponent({ size: 30, cost: 900 }, { size: 300, cost: 90_000 })).toBeCloseTo(2);
  });

  it('is below 1 when a larger size is cheaper a piece', () => {
    expect(growthExponent({ size: 3, cost: 60 }, { size: 30, cost: 300 })).toBeLessThan(1);
  });

  it.each([
    [
      { size: 30, cost: 0 },
      { size: 300, cost: 1 },
    ],
    [
      { size: 30, cost: -1 },
      { size: 300, cost: 1 },
    ],
    [
      { size: 30, cost: 1 },
      { size: 30, cost: 2 },
    ],
    [
      { size: 30, cost: Number.NaN },
      { size: 300, cost: 2 },
    ],
  ])('refuses %j and %j', (smaller, larger) => {
    expect(() => growthExponent(smaller, larger)).toThrow(RangeError);
  });
});
