// One at a time: two set-ups would run `npm ci` into the same folder, two demos would deploy the same stack.
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { ROOT } from './paths.mjs';
import { step } from './report.mjs';

/**
 * Runs `work` while no other process of this checkout and network namespace runs the `subject`. The lock is an address that
 * only one process can have: Linux gives it out at once or not at all, and takes it back however the process ends. Set-up
 * needs it before any package is there. Elsewhere, where only unit tests run, nothing is locked.
 */
export async function exclusively(subject, work) {
  if (process.platform !== 'linux') return work();
  const address = `\0brokers-${subject}-${createHash('sha256').update(ROOT).digest('hex').slice(0, 32)}`;
  let lock = await take(address);
  if (lock === undefined) {
    await step(`waiting for the ${subject} that runs already, process ${await owner(address)}`, async () => {
      while ((lock = await take(address)) === undefined) await freed(address);
    });
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Resolves to `{ release }`, or to nothing while another process has the address. */
function take(address) {
  const waiting = new Set();
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      waiting.add(socket.unref());
      socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
      socket.write(`${process.pid}\n`);
    });
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen({ path: address }, () => {
      const release = () => {
        server.close();
        for (const socket of waiting) socket.destroy();
      };
      resolve({ release });
    });
    server.unref();
  });
}

/** The process that has the address, or a question mark when it has just gone. */
function owner(address) {
  return new Promise((resolve) => {
    const socket = connect({ path: address });
    socket.once('data', (data) => {
      resolve(String(data).trim());
      socket.destroy();
    });
    socket.once('error', () => resolve('?')).once('close', () => resolve('?'));
  });
}

/** Resolves when whoever has the address lets it go. */
function freed(address) {
  return new Promise((resolve) => {
    const socket = connect({ path: address });
    socket.on('error', () => undefined).on('data', () => undefined);
    socket.once('close', resolve);
  });
}
