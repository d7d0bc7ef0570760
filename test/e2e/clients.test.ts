import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { brokerKilled } from './clients/broker-killed';
import { copies } from './clients/copies';
import { failingWork } from './clients/failing-work';
import { proxyKilled } from './clients/proxy-killed';
import { Shop } from './clients/shop';
import { unroutable } from './clients/unroutable';
import { waiting } from './clients/waiting';
import { provideImages } from './support/test-images';

// Clients under test say on the error stream what went wrong: here it has to.
vi.spyOn(console, 'error').mockImplementation(() => undefined);

let opened: Shop | undefined;
const shop = (): Shop => {
  if (opened === undefined) throw new Error('the shop is not open');
  return opened;
};

beforeAll(async () => {
  await provideImages();
  opened = await Shop.open();
});

afterEach(() => opened?.endClients());

afterAll(() => opened?.close());

unroutable(shop);
waiting(shop);
failingWork(shop);
copies(shop);
brokerKilled(shop);
proxyKilled(shop);
