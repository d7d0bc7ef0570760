import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from 'rabbitmq-client';
import { eventually, must } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { ask, NodeDescription } from '../support/management';
import { connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-m2';
const QUEUES = ['orders', 'invoices', 'letters'];
const BACKLOG = 300;

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.71.0/24',
  architecture: 'ordinary',
  frontEnd: 'none',
  queues: QUEUES,
});
let outputs: Outputs;

interface ClassicQueue {
  readonly name: string;
  readonly node: string;
  readonly state: string;
}

/** The classic queues as one management page tells them. */
function queuesAt(url: string): Promise<readonly ClassicQueue[]> {
  return ask<ClassicQueue[]>(outputs, url, '/api/queues');
}

/** A connection to the brokers without `host`. */
function without(host: string): Connection {
  const endpoints = outputs.amqp_endpoint.split(',');
  const number = Number(host.at(-1));
  return connect({ ...outputs, amqp_endpoint: endpoints.filter((_, index) => index + 1 !== number).join(',') });
}
