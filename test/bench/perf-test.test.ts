import { meanRate } from '../../bench/perf-test';

const HEADER =
  'id,time (s),published (msg/s),returned (msg/s),confirmed (msg/s),nacked (msg/s),received (msg/s)';

describe('meanRate', () => {
  it('is the mean of confirmed and received messages after the warm-up, weighted with the time', () => {
    const csv = [HEADER, 'x,1,9,,5,0,5', 'x,2,9,,100,0,200', 'x,4,9,,400,0,200', ''].join('\n');
    expect(meanRate(csv, 1)).toBeCloseTo((150 * 1 + 300 * 2) / 3);
  });

  it('says when there is nothing to measure', () => {
    expect(() => meanRate([HEADER, 'x,1,9,,5,0,5'].join('\n'), 1)).toThrow('nothing after 1 s');
  });

  it('says when PerfTest writes something else', () => {
    expect(() => meanRate('id,time (s)\nx,1', 0)).toThrow('no column "confirmed (msg/s)"');
  });
});
