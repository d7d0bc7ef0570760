import { VhostOptions } from '../../lib/rabbitmq/vhost';
import { ADMINISTRATOR, builder } from './topologies';

describe('vhosts', () => {
  const vhost =
    (name: string, options: VhostOptions = {}) =>
    () => {
      const definitions = builder();
      definitions.addVhost(name, options);
      return definitions.toDocument(ADMINISTRATOR).vhosts[1];
    };

  it('have a description, tags and a default type of queue where all brokers look for them', () => {
    const texts = { description: 'all of it', tags: ['a', 'b'] };
    expect(vhost('v', { ...texts, defaultQueueType: 'quorum' })()).toEqual({
      name: 'v',
      ...texts,
      metadata: { ...texts, default_queue_type: 'quorum' },
    });
  });

  it.each(['', 'a\tb', 'x'.repeat(256), '@@secret:x@@'])('are not named %j', (name) => {
    expect(vhost(name)).toThrow(`orders: vhost ${JSON.stringify(name)}: `);
  });

  it('refuse texts and types that no broker takes', () => {
    expect(vhost('v', { description: 'a\nb' })).toThrow('description must not contain control characters');
    expect(vhost('v', { tags: [''] })).toThrow('tag must be a text that is not empty');
    expect(vhost('v', { tags: ['a,b'] })).toThrow('tag must not contain a comma, got "a,b"');
    expect(vhost('v', { defaultQueueType: 'lazy' as never })).toThrow(
      'defaultQueueType must be one of quorum, classic, stream, got "lazy"',
    );
  });
});
