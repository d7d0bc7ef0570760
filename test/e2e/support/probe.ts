import { createConnection } from 'node:net';

const EVERY_MILLISECONDS = 10;
/** An attempt that needs longer met an address that had nobody: the kernel repeats its first packet after 1 s. */
const PROMPT_MILLISECONDS = 250;
const GIVE_UP_MILLISECONDS = 3000;

/** What a stream of connection attempts met. */
export interface Reachability {
  /** Attempts that were refused, cut, or not answered within 3 s. */
  readonly failed: number;
  /** Longest time between two attempts that were answered promptly, in milliseconds. */
  readonly gap: number;
  readonly attempts: number;
}

/** Opens a TCP connection to `endpoint` every 10 ms for as long as `act` runs. */
export async function reachability(endpoint: string, act: () => Promise<unknown>): Promise<Reachability> {
  const [host = '', port = ''] = endpoint.split(':');
  const attempt = (): Promise<{ readonly started: number; readonly took: number | undefined }> =>
    new Promise((resolve) => {
      const started = performance.now();
      const socket = createConnection({ host, port: Number(port) });
      const end = (connected: boolean) => (): void => {
        socket.destroy();
        resolve({ started, took: connected ? performance.now() - started : undefined });
      };
      socket.setTimeout(GIVE_UP_MILLISECONDS, end(false));
      socket.on('connect', end(true)).on('error', end(false));
    });

  const attempts: ReturnType<typeof attempt>[] = [];
  const timer = setInterval(() => attempts.push(attempt()), EVERY_MILLISECONDS);
  try {
    await act();
  } finally {
    clearInterval(timer);
  }
  const results = await Promise.all(attempts);
  const prompt = results.filter(({ took }) => took !== undefined && took < PROMPT_MILLISECONDS);
  const gaps = prompt.slice(1).map(({ started }, index) => started - (prompt[index]?.started ?? started));
  return {
    failed: results.filter(({ took }) => took === undefined).length,
    gap: Math.max(0, ...gaps),
    attempts: results.length,
  };
}
