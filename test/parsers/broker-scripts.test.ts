import { renderDefinitions } from '../../lib/config/definitions';
import { nodeScript } from '../../lib/node/script';
import { membershipFile } from '../../lib/rabbitmq/cluster-files';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { DEFINITIONS_PATH, nodeConfigurationFiles } from '../../lib/rabbitmq/node-configuration';
import { resolvePlugins } from '../../lib/rabbitmq/plugins';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { engineImages } from '../e2e/support/engine-images';
import { until } from './proxy-container';
import { Broker } from './rabbitmq-broker';

const HOST = 'broker-1';
const VERSION = RabbitMqVersion.of(engineImages().rabbitmqVersion);
const SCRIPTS = ['cli', 'health', 'ready', 'redact', 'reload'].map((name) => `rabbitmq-${name}`);

/** What is declared, for an administrator with the password `test` in place of its marker. */
function definitions(declare: (builder: DefinitionsBuilder) => void): string {
  const builder = new DefinitionsBuilder(VERSION, { nodes: 3, plugins: ['rabbitmq_shovel'] });
  declare(builder);
  const text = renderDefinitions(
    builder.toDocument({ name: 'administrator', passwordSecretName: 'password' }),
  );
  return text.replaceAll('@@secret-json:password@@', 'test');
}

// Each of these lines alone moves, closes or changes what a client of the management API needs.
describe('a broker whose management API is elsewhere, and lets nobody in', () => {
  let broker: Broker;

  beforeAll(async () => {
    const files = nodeConfigurationFiles('test', {
      version: VERSION,
      plugins: resolvePlugins('test', VERSION, ['rabbitmq_auth_backend_http', 'rabbitmq_shovel']),
      clusterName: 'orders',
      nodes: [HOST],
      nodeType: 'disc',
      extraConfiguration: [
        'management.path_prefix = /mq',
        'management.tcp.ip = 127.0.0.1',
        'auth_backends.1 = http',
        ...['user', 'vhost', 'resource', 'topic'].map(
          (what) => `auth_http.${what}_path = http://127.0.0.1:1/${what}`,
        ),
      ],
    });
    broker = await Broker.start(HOST, {
      ...Object.fromEntries(files.map(({ path, text }) => [path, text])),
      ...Object.fromEntries(SCRIPTS.map((name) => [`/opt/brokers/bin/${name}`, nodeScript(name).text])),
      '/etc/brokers/cluster': membershipFile(VERSION, 'mnesia', [HOST], []).text,
      [DEFINITIONS_PATH]: definitions(() => undefined),
    });
  });
  afterAll(() => broker.remove());

  /** Delivers `text` and has it read. */
  async function reload(text: string): Promise<{ readonly code: number; readonly stderr: string }> {
    broker.copy({ [DEFINITIONS_PATH]: text });
    return broker.exec('bash', '/opt/brokers/bin/rabbitmq-reload');
  }

  const queues = (): Promise<string> =>
    broker.evaluate(
      'fun(_) -> lists:join(" ", [element(4, amqqueue:get_name(Q)) || Q <- rabbit_amqqueue:list()]) end',
    );

  it('has what is declared later as soon as the reload ends', async () => {
    const answer = await reload(
      definitions((builder) => {
        builder.addQueue('late');
      }),
    );
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(await queues()).toBe('late');
  });

  it('gets the declared password again where somebody changed it by hand', async () => {
    const hash =
      'fun(_) -> {ok, U} = rabbit_auth_backend_internal:lookup_user(<<"administrator">>), Ask = ' +
      'rabbit_auth_backend_internal:user_login_authentication(<<"administrator">>, [{password, <<"test">>}]), ' +
      'atom_to_list(element(1, Ask)) end';
    await broker.evaluate(
      'fun(_) -> ok = rabbit_auth_backend_internal:change_password(<<"administrator">>, <<"other">>, <<"test">>), "" end',
    );
    expect(await broker.evaluate(hash)).toBe('refused');
    expect(await reload(definitions(() => undefined))).toMatchObject({ code: 0 });
    expect(await broker.evaluate(hash)).toBe('ok');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['no JSON', (text) => text.slice(1), /^the definitions are refused: not_json\n$/],
    [
      'an argument that RabbitMQ refuses',
      (text) => text.replace('"x-own"', '"x-max-length"'),
      /^the definitions are refused: .*invalid arg 'x-max-length' for queue 'wrong'/,
    ],
  ])('says why it refuses %s', async (_, spoil, reason) => {
    const text = definitions((builder) => {
      builder.addQueue('wrong', { arguments: { 'x-own': -1 } });
    });
    const answer = await reload(spoil(text));
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(reason);
  });

  it('tells of an alarm with its node, its limit and how much there is', async () => {
    const limit = (size: string): Promise<string> =>
      broker.evaluate(`fun(_) -> rabbit_disk_monitor:set_disk_free_limit("${size}"), "" end`);
    const ready = '/opt/brokers/bin/rabbitmq-ready';
    await limit('900TB');
    await until('the alarm is told', 20, async () => (await broker.exec(ready)).code !== 0);
    expect((await broker.exec(ready)).stderr).toMatch(
      /^has an alarm, so that publishers are blocked: rabbit@broker-1: \d+ MiB of disk are free, the limit is 858306884 MiB\n$/,
    );
    await limit('1MB');
    await until('the alarm is over', 20, async () => (await broker.exec(ready)).code === 0);
  });

  it('shows no password of a link that it refuses', async () => {
    const link = { vhost: '/', component: 'shovel', name: 'a', value: { 'src-uri': 'amqp://u:geheim@h' } };
    const text = definitions(() => undefined).replace(/"parameters": *\[[^\]]*\]/, '"parameters": []');
    const answer = await reload(JSON.stringify({ ...(JSON.parse(text) as object), parameters: [link] }));
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('the definitions are refused: ');
    expect(answer.stderr).not.toContain('geheim');
  });
});
