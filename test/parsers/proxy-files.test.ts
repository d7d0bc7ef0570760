import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderHaproxy } from '../../lib/config/haproxy';
import { renderKeepalived } from '../../lib/config/keepalived';
import { anyHaproxyConfig, TYPICAL } from '../config/haproxy-configs';
import { anyKeepalivedConfig } from '../config/keepalived-configs';
import { ProxyContainer } from './proxy-container';

const GOLDEN = join(__dirname, '../golden');
/** Warnings count: a file that HAProxy complains about is not right. */
const HAPROXY = 'STATISTICS_PASSWORD=x haproxy -dW -c -f';
const KEEPALIVED = 'keepalived -t -f';
const BATCH = 80;

describe('the real parsers', () => {
  let container: ProxyContainer;
  let batches = 0;

  beforeAll(async () => {
    container = await ProxyContainer.start([], ['sleep', '3600'], {
      '/run/brokers/interface.conf': '$INTERFACE=eth0\n',
      '/opt/brokers/bin/proxy-check': readFileSync(join(__dirname, '../../lib/node/proxy-check.sh'), 'utf8'),
    });
  });
  afterAll(() => container.remove());

  /** What `parser` says about each of `texts`; empty for an accepted one. */
  async function complaints(parser: string, texts: readonly string[]): Promise<readonly string[]> {
    batches += 1;
    const folder = `/tmp/batch-${batches}`;
    await container.copy(Object.fromEntries(texts.map((text, index) => [`${folder}/${index}`, text])));
    const script = `cd "$1" && for f in *; do ${parser} "$f" >"$f.out" 2>&1 || { echo "$f"; cat "$f.out"; exit 1; }; done`;
    const { code, stdout, stderr } = await container.exec('sh', '-c', script, 'sh', folder);
    if (code === 0) return [];
    const [index = '', ...report] = stdout.split('\n');
    return [`${report.join('\n')}${stderr}\n${texts[Number(index)] ?? ''}`];
  }

  it.each(readdirSync(join(GOLDEN, 'haproxy')))('HAProxy accepts %s', async (file) => {
    const text = readFileSync(join(GOLDEN, 'haproxy', file), 'utf8');
    expect(await complaints(HAPROXY, [text])).toEqual([]);
  });

  it.each(readdirSync(join(GOLDEN, 'keepalived')))('Keepalived accepts %s', async (file) => {
    const text = readFileSync(join(GOLDEN, 'keepalived', file), 'utf8');
    expect(await complaints(KEEPALIVED, [text])).toEqual([]);
  });

  it('would say no to a wrong file', async () => {
    expect(await complaints(HAPROXY, [renderHaproxy(TYPICAL), 'global\n  bogus\n'])).toEqual([
      expect.stringContaining("unknown keyword 'bogus'"),
    ]);
    expect(await complaints(KEEPALIVED, ['vrrp_instance x {\n  bogus\n}\n'])).toEqual([
      expect.stringContaining('bogus'),
    ]);
  });

  /** Many files in one call, since starting a program in the container costs more than parsing. */
  async function expectAccepted<T>(
    parser: string,
    any: fc.Arbitrary<T>,
    render: (config: T) => string,
  ): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const configs = fc.sample(any, { seed, numRuns: BATCH });
        expect(await complaints(parser, configs.map(render))).toEqual([]);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  }

  it('HAProxy accepts any valid configuration without a warning', () =>
    expectAccepted(HAPROXY, anyHaproxyConfig, renderHaproxy));

  it('Keepalived accepts any valid configuration', () =>
    expectAccepted(KEEPALIVED, anyKeepalivedConfig, renderKeepalived));
});
