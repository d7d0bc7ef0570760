import { renderDefinitions } from '../../lib/config/definitions';
import { ValidationError } from '../../lib/model/errors';
import { BindingOptions } from '../../lib/rabbitmq/binding';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { ExchangeOptions } from '../../lib/rabbitmq/exchange';
import { RabbitMqPlugin } from '../../lib/rabbitmq/plugins';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { ADMINISTRATOR, builder, PASSWORD, shop } from './topologies';

describe('DefinitionsBuilder', () => {
  it('has the vhost / and the administrator and nothing else', () => {
    expect(builder().toDocument(ADMINISTRATOR)).toEqual({
      vhosts: [{ name: '/', description: '', tags: [], metadata: { description: '', tags: [] } }],
      users: [
        {
          name: 'administrator',
          password: '@@secret-json:administrator-password@@',
          tags: ['administrator'],
        },
      ],
      permissions: [{ user: 'administrator', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
      policies: [],
      exchanges: [],
      queues: [],
      bindings: [],
    });
  });

  it('lets the administrator do everything in every vhost', () => {
    const definitions = builder();
    definitions.addVhost('shop');
    const { permissions } = definitions.toDocument(ADMINISTRATOR);
    expect(permissions.map(({ user, vhost, configure }) => [user, vhost, configure])).toEqual([
      ['administrator', '/', '.*'],
      ['administrator', 'shop', '.*'],
    ]);
  });

  it('never shows a password, and says under which name the nodes have it', () => {
    const definitions = shop();
    const text = renderDefinitions(definitions.toDocument(ADMINISTRATOR));
    expect(PASSWORD.value).toContain('never shown');
    expect(text).not.toContain('never shown');
    expect(text).toContain('"password": "@@secret-json:user-orders@@"');
    expect(definitions.secrets()).toEqual([
      { name: 'user-orders', secret: PASSWORD },
      { name: expect.stringMatching(/^user--ops-team-[0-9a-f]{12}$/) as string, secret: PASSWORD },
    ]);
  });

  it('refuses guest, a taken name and a colon as administrator', () => {
    const definitions = builder();
    definitions.addUser('boss', { password: PASSWORD });
    const document = (name: string) => () => definitions.toDocument({ ...ADMINISTRATOR, name });
    expect(document('guest')).toThrow('orders: administrator "guest": name must not be "guest"');
    expect(document('boss')).toThrow('name is that of an added user as well');
    expect(document('a:b')).toThrow('must not contain a colon');
  });

  describe('what is declared twice', () => {
    it.each<[string, (definitions: DefinitionsBuilder) => void]>([
      [
        'vhost "v"',
        (definitions) => {
          definitions.addVhost('v');
        },
      ],
      [
        'vhost "/"',
        (definitions) => {
          definitions.addVhost('/');
        },
      ],
      [
        'user "u"',
        (definitions) => {
          definitions.addUser('u', { password: PASSWORD });
        },
      ],
      [
        'exchange "e"',
        (definitions) => {
          definitions.addExchange('e');
        },
      ],
      [
        'queue "q"',
        (definitions) => {
          definitions.addQueue('q');
        },
      ],
      [
        'policy "p"',
        (definitions) => {
          definitions.addPolicy('p', { pattern: '^a', definition: { expires: 1 } });
        },
      ],
      [
        'binding "amq.topic -> q0"',
        (definitions) => {
          definitions.addBinding({ source: 'amq.topic', destination: 'q0' });
        },
      ],
    ])('is refused: %s', (what, declare) => {
      const definitions = builder();
      definitions.addQueue('q0');
      if (what !== 'vhost "/"') declare(definitions);
      expect(() => {
        declare(definitions);
      }).toThrow(`orders: ${what}: is declared already: remove one of the two`);
    });

    it('is fine in two vhosts', () => {
      const definitions = builder();
      definitions.addVhost('v');
      definitions.addQueue('q');
      definitions.addQueue('q', { vhost: 'v' });
      expect(definitions.toDocument(ADMINISTRATOR).queues.map(({ vhost }) => vhost)).toEqual(['/', 'v']);
    });

    it('is fine for bindings that differ in key or arguments, whatever their order', () => {
      const definitions = builder();
      definitions.addQueue('q');
      const bind = (options: Partial<BindingOptions>) => () => {
        definitions.addBinding({ source: 'amq.headers', destination: 'q', ...options });
      };
      bind({ arguments: { a: 1, b: 2 } })();
      expect(bind({ arguments: { b: 2, a: 1 } })).toThrow('is declared already');
      expect(bind({ arguments: { a: 1 } })).not.toThrow();
      expect(bind({ routingKey: 'x' })).not.toThrow();
    });
  });

  describe('what is not declared', () => {
    it('is refused when it is a vhost', () => {
      const definitions = builder();
      expect(() => {
        definitions.addQueue('q', { vhost: 'v' });
      }).toThrow('orders: queue "q": vhost "v" is not declared: call addVhost first, or use one of "/"');
      expect(() => {
        definitions.addExchange('e', { vhost: 'v' });
      }).toThrow('vhost "v" is not declared');
      expect(() => {
        definitions.addPolicy('p', { vhost: 'v', pattern: '', definition: { expires: 1 } });
      }).toThrow('vhost "v" is not declared');
      expect(() => {
        definitions.addUser('u', { password: PASSWORD, permissions: [{ vhost: 'v' }] });
      }).toThrow('vhost "v" is not declared');
      expect(() => {
        definitions.addBinding({ vhost: 'v', source: 'amq.topic', destination: 'q' });
      }).toThrow('vhost "v" is not declared');
    });

    it('is refused when it is the exchange or the queue of a binding', () => {
      const definitions = builder();
      definitions.addExchange('events', { type: 'topic' });
      definitions.addQueue('audit');
      const bind = (options: BindingOptions) => () => {
        definitions.addBinding(options);
      };
      expect(bind({ source: 'event', destination: 'audit' })).toThrow(
        'orders: binding "event -> audit": source "event" is no declared exchange of vhost "/": call addExchange, or use one of "events", "amq.direct"',
      );
      expect(bind({ source: 'events', destination: 'audits' })).toThrow(
        'destination "audits" is no declared queue of vhost "/": call addQueue first, or use one of "audit"',
      );
      expect(bind({ source: 'events', destination: 'audit', destinationType: 'exchange' })).toThrow(
        'destination "audit" is no declared exchange',
      );
      expect(bind({ source: '', destination: 'audit' })).toThrow('bound to the default exchange already');
      expect(
        bind({ source: 'events', destination: 'amq.fanout', destinationType: 'exchange' }),
      ).not.toThrow();
      expect(bind({ source: 'amq.topic', destination: 'audit' })).not.toThrow();
    });

    it('is refused when it is in another vhost', () => {
      const definitions = builder();
      definitions.addVhost('v');
      definitions.addExchange('events');
      definitions.addQueue('audit', { vhost: 'v' });
      expect(() => {
        definitions.addBinding({ vhost: 'v', source: 'events', destination: 'audit' });
      }).toThrow('source "events" is no declared exchange of vhost "v"');
    });

    it('is refused at the end when it is a dead letter or alternate exchange, which may come later', () => {
      const definitions = builder();
      definitions.addQueue('work', { deadLetterExchange: 'dead' });
      expect(() => definitions.toDocument(ADMINISTRATOR)).toThrow(
        'orders: queue "work": deadLetterExchange "dead" is no declared exchange of vhost "/"',
      );
      definitions.addExchange('dead', { alternateExchange: 'lost' });
      expect(() => definitions.toDocument(ADMINISTRATOR)).toThrow(
        'exchange "dead": alternateExchange "lost"',
      );
      definitions.addExchange('lost', { alternateExchange: 'dead' });
      expect(() => definitions.toDocument(ADMINISTRATOR)).not.toThrow();
      definitions.addPolicy('p', { pattern: '', definition: { 'dead-letter-exchange': 'nowhere' } });
      expect(() => definitions.toDocument(ADMINISTRATOR)).toThrow(
        'policy "p": dead-letter-exchange "nowhere"',
      );
    });

    it('is fine when it is the default exchange that dead letters go to', () => {
      const definitions = builder();
      definitions.addQueue('work', { deadLetterExchange: '', deadLetterRoutingKey: 'dead' });
      expect(definitions.toDocument(ADMINISTRATOR).queues).toMatchObject([
        { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' } },
      ]);
    });
  });

  describe('exchanges', () => {
    const exchange =
      (options: ExchangeOptions, version = RabbitMqVersion.V4_0) =>
      () => {
        new DefinitionsBuilder(version, {
          nodes: 3,
          plugins: ['rabbitmq_consistent_hash_exchange'],
        }).addExchange('e', options);
      };

    it('are direct, durable and permanent unless told otherwise', () => {
      const definitions = builder();
      definitions.addExchange('e');
      expect(definitions.toDocument(ADMINISTRATOR).exchanges).toEqual([
        {
          vhost: '/',
          name: 'e',
          type: 'direct',
          durable: true,
          auto_delete: false,
          internal: false,
          arguments: {},
        },
      ]);
    });

    it('need the plugin or the version that has their type', () => {
      expect(exchange({ type: 'x-consistent-hash' })).not.toThrow();
      expect(exchange({ type: 'x-random' })).toThrow(
        'type x-random needs the plugin rabbitmq_random_exchange: add it to plugins',
      );
      expect(exchange({ type: 'x-delayed-message' as never })).toThrow(
        'type must be one that comes with RabbitMQ, got "x-delayed-message"',
      );
      expect(exchange({ type: 'x-local-random' })).not.toThrow();
      expect(exchange({ type: 'x-local-random' }, RabbitMqVersion.V3_13)).toThrow('comes with RabbitMQ 4.0');
      expect(exchange({ type: 'x-modulus-hash' }, RabbitMqVersion.V4_2)).toThrow(
        'needs the plugin rabbitmq_sharding',
      );
      expect(exchange({ type: 'x-modulus-hash' }, RabbitMqVersion.V4_3)).not.toThrow();
    });

    it('take further arguments but not those that have an option', () => {
      expect(exchange({ type: 'x-consistent-hash', arguments: { 'hash-header': 'id' } })).not.toThrow();
      expect(exchange({ arguments: { 'alternate-exchange': 'x' } })).toThrow('use alternateExchange');
      expect(exchange({ arguments: { x: [1] as never } })).toThrow(
        'argument x must be a text, a number or a boolean, got [1]',
      );
    });

    it.each<[Record<string, unknown>, string]>([
      [{ '': 1 }, 'argument must be a text that is not empty'],
      [{ x: 'a\nb' }, 'argument x must not contain control characters'],
      [{ x: '@@secret:y@@' }, 'reserved marker'],
      [{ x: Number.NaN }, 'argument x must be a text, a number or a boolean'],
      [{ x: null }, 'argument x must be a text, a number or a boolean, got null'],
    ])('and bindings refuse the arguments %j', (values, problem) => {
      expect(exchange({ arguments: values as never })).toThrow(problem);
      const definitions = builder();
      definitions.addQueue('q');
      expect(() => {
        definitions.addBinding({ source: 'amq.headers', destination: 'q', arguments: values as never });
      }).toThrow(problem);
    });

    it('refuse routing keys that AMQP cannot carry', () => {
      const definitions = builder();
      definitions.addQueue('q');
      expect(() => {
        definitions.addBinding({ source: 'amq.topic', destination: 'q', routingKey: 'x'.repeat(256) });
      }).toThrow('routing key must have at most 255 bytes of UTF-8, got 256');
    });

    it('ask their bindings for what the broker would refuse', () => {
      const definitions = new DefinitionsBuilder(RabbitMqVersion.V4_0, {
        nodes: 3,
        plugins: ['rabbitmq_consistent_hash_exchange'],
      });
      definitions.addQueue('q');
      definitions.addQueue('c', { type: 'classic' });
      definitions.addExchange('hash', { type: 'x-consistent-hash' });
      definitions.addExchange('near', { type: 'x-local-random' });
      const bind = (source: string, destination: string, options: Partial<BindingOptions>) => () => {
        definitions.addBinding({ source, destination, ...options });
      };
      expect(bind('hash', 'q', { routingKey: 'x' })).toThrow('must be a whole number from 1, got "x"');
      expect(bind('hash', 'q', { routingKey: '0' })).toThrow('must be a whole number from 1');
      expect(bind('hash', 'q', { routingKey: '10' })).not.toThrow();
      expect(bind('amq.headers', 'q', { arguments: { 'x-match': 'some' } })).toThrow(
        'x-match must be one of all, any',
      );
      expect(bind('near', 'q', {})).toThrow('takes classic queues and empty routing keys, got quorum');
      expect(bind('near', 'c', { routingKey: 'x' })).toThrow('takes classic queues and empty routing keys');
      expect(bind('near', 'c', {})).not.toThrow();
    });
  });

  it.each(['', 'amq.mine', 'a\nb', '\ud800', 'x'.repeat(256), 'ü'.repeat(128), 'a@@secret:x@@'])(
    'refuses %j as the name of an exchange or queue',
    (name) => {
      expect(() => {
        builder().addQueue(name);
      }).toThrow(ValidationError);
      expect(() => {
        builder().addExchange(name);
      }).toThrow(ValidationError);
    },
  );

  it('takes 255 bytes and anything that can be seen', () => {
    for (const name of ['x'.repeat(255), `${'ü'.repeat(127)}x`, '${x} %{y} "\\ 😀']) {
      const definitions = builder();
      definitions.addQueue(name);
      expect(definitions.toDocument(ADMINISTRATOR).queues).toMatchObject([{ name }]);
    }
  });
});

describe('an exchange that a plugin makes', () => {
  const options = { nodes: 3, subject: 'orders' } as const;
  const bound = (
    plugins: readonly RabbitMqPlugin[],
    lines: readonly string[] = [],
    vhost = '/',
    source = 'amq.rabbitmq.event',
  ) => {
    const definitions = new DefinitionsBuilder(RabbitMqVersion.V4_0, {
      ...options,
      plugins,
      extraConfiguration: lines,
    });
    definitions.addVhost('shop');
    definitions.addQueue('events', { vhost });
    definitions.addBinding({ vhost, source, destination: 'events', routingKey: 'queue.#' });
    return definitions.toDocument(ADMINISTRATOR).bindings;
  };

  it('can be bound once the plugin is there, in its vhost', () => {
    expect(bound(['rabbitmq_event_exchange'])).toMatchObject([{ source: 'amq.rabbitmq.event', vhost: '/' }]);
    expect(bound(['rabbitmq_event_exchange'], ['event_exchange.vhost = shop'], 'shop')).toHaveLength(1);
    expect(bound([], [], 'shop', 'amq.rabbitmq.trace')).toHaveLength(1);
  });

  it('is refused with what makes it', () => {
    expect(() => bound([])).toThrow(
      'source "amq.rabbitmq.event" is no declared exchange of vhost "/": it comes with the plugin rabbitmq_event_exchange: ' +
        'add that to plugins, or call addPlugin first',
    );
    expect(() => bound(['rabbitmq_event_exchange'], [], 'shop')).toThrow('it is in vhost "/": bind it there');
    expect(() => bound([], ['log.exchange = true'], '/', 'amq.rabbitmq.log')).toThrow(
      'the broker makes it after the definitions were imported, without their bindings: let its consumer bind a queue',
    );
    expect(() => bound(['rabbitmq_event_exchange'], [], '/', 'amq.none')).toThrow(
      '"amq.match", "amq.rabbitmq.trace", "amq.rabbitmq.event"',
    );
  });

  it('is known to shovels as well, from when the plugin is added', () => {
    const definitions = new DefinitionsBuilder(RabbitMqVersion.V4_0, options);
    expect(definitions.hasExchange('/', 'amq.rabbitmq.event')).toBe(false);
    definitions.usePlugins(['rabbitmq_event_exchange']);
    expect(definitions.hasExchange('/', 'amq.rabbitmq.event')).toBe(true);
    expect(definitions.hasExchange('shop', 'amq.rabbitmq.event')).toBe(false);
  });
});
