import { describe, expect, it } from 'vitest';
import { eventually, must, run } from '../support/command';
import { Flow, withOutstanding } from './flows';
import { kill, Shop } from './shop';

const AFTER = 200;

/** The proxy dies that everybody is connected through. */
export function proxyKilled(shop: () => Shop): void {
  describe('the proxy that holds the floating address is killed', () => {
    const holder = async (): Promise<string> => {
      for (const proxy of shop().proxies) {
        const { stdout } = await run('docker', ['exec', proxy, 'cat', '/proc/net/fib_trie']);
        if (stdout.includes(`${shop().floatingAddress}\n`)) return proxy;
      }
      throw new Error('no proxy holds the address');
    };
    const progress = (flow: Flow, count: number): Promise<true> =>
      eventually(`${count} confirms`, 60, () => Promise.resolve(flow.safe.length >= count || undefined));

    it('and publishing goes on: nothing that was confirmed is lost', async () => {
      const connection = shop().connect('publisher');
      const queue = 'proxy-killed';
      await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
      const flow = withOutstanding(connection, queue);
      await progress(flow, AFTER);
      const proxy = await holder();
      await kill(proxy);
      await progress(flow, flow.safe.length + AFTER);
      await flow.stop();
      const stored = new Set(await shop().drain(queue));
      await must('docker', 'start', proxy);
      console.log(`proxy killed: ${flow.safe.length} confirmed, silent for ${Math.round(flow.silence)} ms`);
      expect(flow.safe.filter((id) => !stored.has(id))).toEqual([]);
    });
  });
}
