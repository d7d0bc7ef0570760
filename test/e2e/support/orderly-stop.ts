import { expect } from 'vitest';
import { must } from './command';

/** What a broker says last, once all messages are on its disk. */
const FAREWELL = /Message store for directory '\S+msg_store_persistent' is stopped/;

/** Stops brokers at once, each in the time that its container asks for: all end without a failure, after their own farewell. */
export async function stopInOrder(hosts: readonly string[]): Promise<void> {
  const started = performance.now();
  await must('docker', 'stop', ...hosts);
  console.log(`${hosts.join(', ')} stopped after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  for (const host of hosts) {
    expect({ host, exitCode: await exitCode(host) }).toEqual({ host, exitCode: '0' });
    expect(await must('sh', '-c', `docker logs --tail 40 ${host} 2>&1`)).toMatch(FAREWELL);
  }
}

/** With what a container that does not run has ended. */
export function exitCode(host: string): Promise<string> {
  return must('docker', 'inspect', '--format', '{{.State.ExitCode}}', host);
}
