import { join } from 'node:path';

/** The folder of the project, seen from `dist/bench`. */
export const ROOT = join(__dirname, '../..');

/** Begins the name of everything that the bench puts on an engine, and of nothing else. */
export const PREFIX = 'brokers-bench-';

/** Its network; apart from those of the demo and of the tests. */
export const SUBNET = '172.30.250.0/24';

/** An address of the network that belongs to no group of the stack. */
export const PASS_THROUGH_ADDRESS = '172.30.250.100';
