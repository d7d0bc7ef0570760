import fc from 'fast-check';
import { permissionDefinitions, UserOptions, userSecretName } from '../../lib/rabbitmq/user';
import { refusalOf } from '../refusal';
import { ADMINISTRATOR, builder, PASSWORD } from './topologies';

describe('users', () => {
  const user =
    (name: string, options: Partial<UserOptions> = {}) =>
    () => {
      const definitions = builder();
      definitions.addUser(name, { password: PASSWORD, ...options });
      return definitions.toDocument(ADMINISTRATOR);
    };

  it('can do nothing unless told otherwise', () => {
    const { permissions } = user('u', { permissions: [{ read: '^q' }] })();
    expect(permissions[1]).toEqual({ user: 'u', vhost: '/', configure: '^$', write: '^$', read: '^q' });
    expect(user('u')().permissions).toHaveLength(1);
  });

  it('are not guest and have no plain password', () => {
    expect(user('guest')).toThrow(
      'orders: user "guest": name must not be "guest", the well-known default user',
    );
    const message = refusalOf(user('u', { password: 'hunter2' as never }));
    expect(message).toContain('orders: user "u": password must be a Secret, got plain text');
    expect(message).not.toContain('hunter2');
  });

  it.each(['', 'a\u0000', 'x'.repeat(256)])('are not named %j', (name) => {
    expect(user(name)).toThrow(`orders: user ${JSON.stringify(name)}: name must`);
  });

  it('have permissions that are regular expressions, one entry a vhost', () => {
    expect(user('u', { permissions: [{ write: '(' }] })).toThrow('write must be a regular expression');
    expect(user('u', { permissions: [{ configure: '[' }] })).toThrow(
      'configure must be a regular expression',
    );
    expect(user('u', { permissions: [{ read: '*' }] })).toThrow('read must be a regular expression');
    expect(user('u', { permissions: [{ read: 'a' }, { vhost: '/', write: 'b' }] })).toThrow(
      'permissions must name a vhost once, got "/" twice',
    );
  });

  it('have permissions for exchanges and queues by their names', () => {
    expect(
      permissionDefinitions('user', 'u', [
        { read: { names: ['jobs.v1'] }, write: { names: ['amq.default', 'a+b'] } },
      ]),
    ).toEqual([
      { user: 'u', vhost: '/', configure: '^$', read: '^jobs\\.v1$', write: '^(?:amq\\.default|a\\+b)$' },
    ]);
    expect(user('u', { permissions: [{ read: { names: [''] } }] })).toThrow(
      'read.names must be a text that is not empty',
    );
  });

  it('have tags without commas', () => {
    expect(user('u', { tags: ['management', 'own'] })().users[1]?.tags).toEqual(['management', 'own']);
    expect(user('u', { tags: ['management,own'] })).toThrow('tag must not contain a comma');
    expect(user('u', { tags: ['Monitoring'] })).toThrow(
      'tag must be spelt as RabbitMQ does, got "Monitoring": use monitoring',
    );
    expect(user('u', { tags: [''] })).toThrow('tag must be a text that is not empty');
  });
});

describe('userSecretName', () => {
  it('is the name itself where that is a plain word', () => {
    expect(userSecretName('orders-2')).toBe('user-orders-2');
  });

  it.each(['Orders', 'orders_2', '-orders', 'ü', 'a:b', 'x'.repeat(41), ' '])(
    'carries a hash for %j',
    (name) => {
      expect(userSecretName(name)).toMatch(/^user-(?:-[a-z0-9-]*)?-[0-9a-f]{12}$/);
    },
  );

  it('can name a file and is different for different users', () => {
    const anyUser = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[aA_-]{1,4}$/));
    fc.assert(
      fc.property(fc.uniqueArray(anyUser, { maxLength: 20 }), (users) => {
        const names = users.map(userSecretName);
        expect(new Set(names).size).toBe(users.length);
        for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]*$/);
      }),
    );
  });
});
