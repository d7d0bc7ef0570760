import { declareShop } from '../../examples/clients/topology';
import { DefinitionsDocument } from '../../lib/config/definitions';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ADMINISTRATOR } from '../rabbitmq/topologies';

function shop(version: RabbitMqVersion): DefinitionsDocument {
  const definitions = new DefinitionsBuilder(version, { nodes: 3 });
  declareShop({
    version,
    addExchange: (name, options) => {
      definitions.addExchange(name, options);
    },
    addQueue: (name, options) => {
      definitions.addQueue(name, options);
    },
    addBinding: (options) => {
      definitions.addBinding(options);
    },
  });
  return definitions.toDocument(ADMINISTRATOR);
}

const { V3_10, V3_11, V3_12, V4_0, V4_3 } = RabbitMqVersion;

describe("the clients' topology", () => {
  it.each([V3_10, V3_12, V4_0, V4_3])('is taken by RabbitMQ %s', (version) => {
    expect(shop(version).queues.length).toBeGreaterThan(0);
  });

  it('has a lazy queue where queues can be lazy', () => {
    const archive = (version: RabbitMqVersion): unknown =>
      shop(version).queues.find(({ name }) => name === 'shop.archive')?.arguments;
    expect(archive(V3_11)).toEqual({ 'x-queue-type': 'classic', 'x-queue-mode': 'lazy' });
    expect(archive(V4_0)).toEqual({ 'x-queue-type': 'classic' });
  });

  it('dead-letters nothing that could get lost on the way', () => {
    const sources = shop(V4_0).queues.filter(
      ({ arguments: values }) => values['x-dead-letter-exchange'] !== undefined,
    );
    expect(sources.length).toBeGreaterThan(0);
    for (const { arguments: values } of sources) {
      expect(values).toMatchObject({
        'x-queue-type': 'quorum',
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      });
    }
  });
});
