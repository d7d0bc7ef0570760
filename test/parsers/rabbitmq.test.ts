import fc from 'fast-check';
import { renderAdvancedConfig } from '../../lib/config/advanced-config';
import { renderDefinitions } from '../../lib/config/definitions';
import { renderPeerDiscovery, renderRabbitMqConf } from '../../lib/config/rabbitmq';
import { parseSetting, renderExtraConf } from '../../lib/config/rabbitmq-extra';
import { DefinitionsBuilder } from '../../lib/rabbitmq/definitions-builder';
import { DEFINITIONS_PATH, nodeConfigurationFiles } from '../../lib/rabbitmq/node-configuration';
import { exactPattern } from '../../lib/model/regular-expression';
import { patternProblem } from '../../lib/rabbitmq/pattern';
import { RabbitMqPlugin, resolvePlugins, withRequired } from '../../lib/rabbitmq/plugins';
import { rabbitMqPorts } from '../../lib/rabbitmq/ports';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { anyPeerDiscovery, anyRabbitMqConf, TYPICAL } from '../config/rabbitmq-confs';
import { anyPattern, BROKEN, DEEP } from '../rabbitmq/patterns';
import { ADMINISTRATOR as SECRETS, anyTopology, declare, shop } from '../rabbitmq/topologies';
import { ADMINISTRATOR, Broker } from './rabbitmq-broker';
import { engineImages } from '../e2e/support/engine-images';

const HOST = 'broker-1';
/** Everything that JSON, shells and configuration files treat in a special way. */
const ODD_PASSWORD = 'q"uo\\te ü€😀 \' $ ${x} %{y} #';
const { rabbitmqVersion } = engineImages();
const VERSION = RabbitMqVersion.of(rabbitmqVersion);
const PLUGINS = resolvePlugins('test', VERSION, [
  'rabbitmq_consistent_hash_exchange',
  'rabbitmq_event_exchange',
  'rabbitmq_random_exchange',
  'rabbitmq_shovel_prometheus',
  'rabbitmq_stream_management',
  'rabbitmq_web_mqtt_examples',
  'rabbitmq_web_stomp_examples',
]);
const EXTRA = [
  '# one more',
  "product.name = 'a # b'",
  'event_exchange.vhost = shop',
  'distribution.listener.port_range.min = 25700',
  'distribution.listener.port_range.max = 25710',
  'listeners.tcp.more = 5673',
  'mqtt.listeners.tcp.local = 127.0.0.1:1900',
  'stomp.listeners.tcp = none',
  'stream.listeners.tcp.default = 5600',
  'stream.replication.port_range.min = 6100',
  'stream.replication.port_range.max = 6200',
  'web_stomp.tcp.port = 15600',
];

/** From an exchange that a plugin makes, where a line says. */
const EVENTS = {
  vhost: 'shop',
  source: 'amq.rabbitmq.event',
  destination: 'orders.urgent',
  routingKey: 'user.#',
};

/** What `install-files` makes of the placeholders. */
function withPasswords(definitions: string): string {
  const inner = (password: string): string => JSON.stringify(password).slice(1, -1);
  return definitions
    .replace(`@@secret-json:${SECRETS.passwordSecretName}@@`, inner(ADMINISTRATOR.password))
    .replaceAll(/@@secret-json:[a-z0-9-]+@@/g, () => inner(ODD_PASSWORD));
}

/** Says for each file in the folder, in the order of the names, what `check` says about it. */
const forEachFile = (check: string): string => `fun(Folder) ->
  Check = ${check},
  lists:map(fun(Path) -> [Check(Path), $\\n] end, lists:sort(filelib:wildcard(Folder ++ "/*")))
end`;

/** Reads a configuration file as the broker does at its start. */
const CONFIGURATION = `begin
Schemas = filelib:wildcard(filename:dirname(code:lib_dir(rabbit)) ++ "/*/priv/schema/*.schema"),
Schema = cuttlefish_schema:files(Schemas),
fun(Path) ->
  case cuttlefish_conf:files([Path]) of
    {errorlist, Errors} -> io_lib:format("~0tp", [Errors]);
    Settings ->
      case cuttlefish_generator:map(Schema, Settings) of
        {error, Phase, {errorlist, Errors}} -> io_lib:format("~0tp ~0tp", [Phase, Errors]);
        Terms when is_list(Terms) -> "ok"
      end
  end
end end`;

const LINE = `fun(Path) ->
  case cuttlefish_conf:files([Path]) of
    {errorlist, _} -> "error";
    [] -> "nothing";
    [{Key, Value}] -> [lists:join(".", Key), " = ", Value]
  end
end`;

const PATTERN = `fun(Path) ->
  {ok, Pattern} = file:read_file(Path),
  case re:compile(Pattern) of
    {ok, _} -> "ok";
    {error, {Reason, _}} -> Reason
  end
end`;

const ERLANG_TERMS = `fun(Path) ->
  case file:consult(Path) of
    {ok, [Terms]} when is_list(Terms) -> "ok";
    Other -> io_lib:format("~0tp", [Other])
  end
end`;

describe('a real broker', () => {
  let broker: Broker;

  beforeAll(async () => {
    const files = nodeConfigurationFiles('test', {
      version: VERSION,
      plugins: PLUGINS,
      clusterName: 'orders',
      nodes: [HOST],
      nodeType: 'disc',
      memoryMiB: 1024,
      heartbeatSeconds: 33,
      extraConfiguration: EXTRA,
    });
    const definitions = shop(
      new DefinitionsBuilder(VERSION, { nodes: 3, plugins: PLUGINS, extraConfiguration: EXTRA }),
    );
    definitions.addBinding(EVENTS);
    broker = await Broker.start(HOST, {
      ...Object.fromEntries(files.map(({ path, text }) => [path, text])),
      [DEFINITIONS_PATH]: withPasswords(renderDefinitions(definitions.toDocument(SECRETS))),
    });
  });
  afterAll(() => broker.remove());

  it('counts its messages, whatever files the image has', async () => {
    const { text } = await broker.api('GET', 'overview');
    expect(JSON.parse(text)).toHaveProperty('queue_totals');
  });

  /** One answer for each of `texts`. */
  async function ask(check: string, texts: readonly string[]): Promise<readonly string[]> {
    const files = texts.map((text, index) => [String(index).padStart(5, '0'), text]);
    const out = await broker.evaluate(
      forEachFile(check),
      Object.fromEntries(files) as Record<string, string>,
    );
    return out.trimEnd().split('\n');
  }

  /** Texts that the broker does not take, with what it says. */
  async function complaints(check: string, texts: readonly string[]): Promise<readonly string[]> {
    const answers = await ask(check, texts);
    expect(answers).toHaveLength(texts.length);
    return texts.flatMap((text, index) =>
      answers[index] === 'ok' ? [] : [`${answers[index] ?? ''}\n${text}`],
    );
  }

  async function queueOf(vhost: string, name: string): Promise<unknown> {
    const path = `queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;
    return JSON.parse((await broker.api('GET', path)).text);
  }

  it("boots with the rendered files, the user's own lines included", async () => {
    const settings = await broker.evaluate(`fun(_) ->
      Environment = [application:get_env(rabbit, Key, none) || Key <- [heartbeat, quorum_cluster_size, product_name]],
      io_lib:format("~0tp", [Environment ++ [rabbit_nodes:cluster_name(), net_kernel:get_net_ticktime(),
        vm_memory_monitor:get_total_memory(), rabbit_disk_monitor:get_disk_free_limit()]])
    end`);
    expect(settings).toBe('[33,7,"a # b",<<"orders">>,8,1073741824,1073741824]');
  });

  it('lets in whom the definitions name, whatever is in the password, and not guest', async () => {
    const login = async (name: string, password: string): Promise<number> =>
      (await broker.api('GET', 'whoami', undefined, { name, password })).status;
    expect(await login('Ops Team', ODD_PASSWORD)).toBe(200);
    expect(await login('Ops Team', 'wrong')).toBe(401);
    expect(await login('guest', 'guest')).toBe(401);
    const users = JSON.parse((await broker.api('GET', 'users')).text) as { name: string }[];
    expect(users.map(({ name }) => name).sort()).toEqual(['Ops Team', 'administrator', 'orders']);
  });

  it('has what was declared', async () => {
    expect(await queueOf('shop', 'orders.created')).toMatchObject({
      type: 'quorum',
      durable: true,
      arguments: {
        'x-delivery-limit': 5,
        'x-dead-letter-strategy': 'at-least-once',
        'x-message-ttl': 86_400_000,
      },
    });
    expect(await queueOf('shop', 'orders.log')).toMatchObject({
      type: 'stream',
      arguments: { 'x-max-age': '604800s' },
    });
    expect(JSON.parse((await broker.api('GET', 'vhosts/shop')).text)).toMatchObject({
      description: 'orders & payments',
      tags: ['prod'],
      default_queue_type: 'quorum',
    });
    const bindings = JSON.parse(
      (await broker.api('GET', 'bindings/shop/e/orders/q/orders.created')).text,
    ) as object[];
    expect(bindings).toMatchObject([{ routing_key: 'created.#' }]);
    const { vhost, source, destination, routingKey } = EVENTS;
    const events = JSON.parse(
      (await broker.api('GET', `bindings/${vhost}/e/${source}/q/${destination}`)).text,
    ) as object[];
    expect(events).toMatchObject([{ routing_key: routingKey }]);
  });

  it('listens where we say, to others than itself, for all plugins that listen', async () => {
    const listeners = await broker.evaluate(`fun(_) ->
      Ports = [element(6, L) || L <- rabbit_networking:node_listeners(node()), element(5, L) =/= {127,0,0,1}],
      io_lib:format("~w", [{lists:usort(Ports), application:get_env(osiris, port_range, none)}])
    end`);
    const ports = rabbitMqPorts(withRequired(PLUGINS), EXTRA);
    const asked = ports.filter(({ name, audience }) => audience !== 'group' || name === 'clustering');
    const streams = ports.find(({ name }) => name === 'streams');
    expect(listeners).toBe(
      `{[${asked
        .map(({ from }) => from)
        .sort((a, b) => a - b)
        .join(',')}],{${streams?.from},${streams?.to}}}`,
    );
    expect(asked.map(({ name, from }) => `${name} ${from}`)).toEqual([
      'amqp 5672',
      'amqp-5673 5673',
      'management 15672',
      'prometheus 15692',
      'stream 5600',
      'web-mqtt 15675',
      'web-stomp 15600',
      'examples 15670',
      'clustering 25700',
    ]);
  });

  describe('its configuration parser', () => {
    it('would say no to wrong settings', async () => {
      expect(await complaints(CONFIGURATION, ['bogus.key = 1\n', 'heartbeat = x\n', 'heartbeat\n'])).toEqual([
        expect.stringContaining('unknown_variable'),
        expect.stringContaining('conversion'),
        expect.stringContaining('conf_syntax'),
      ]);
    });

    it('takes any configuration that we render', async () => {
      const confs = fc.sample(anyRabbitMqConf, 40).map((conf) => renderRabbitMqConf('test', conf));
      const peers = fc
        .sample(anyPeerDiscovery, 10)
        .map((discovery) => renderPeerDiscovery('test', discovery));
      const texts = [...confs, ...peers, renderRabbitMqConf('test', TYPICAL)];
      expect(await complaints(CONFIGURATION, texts)).toEqual([]);
    });

    it('takes any advanced.config that we render', async () => {
      const texts = [
        renderAdvancedConfig('test', { quorumGroupSize: 7 }),
        renderAdvancedConfig('test', { quorumGroupSize: 99 }),
      ];
      expect(await complaints(ERLANG_TERMS, [...texts, '[broken.'])).toEqual([
        expect.stringContaining('[broken.'),
      ]);
    });

    it('reads the same from a line as we do, and nothing where we refuse it', async () => {
      const piece = fc.constantFrom(
        'a',
        'B.c',
        '.',
        '=',
        ' ',
        "'",
        '#',
        '"',
        '$',
        '${x}',
        '%{y}',
        '-',
        '_',
        '1',
        'ü',
        ':',
        '\t',
        '\\',
        '  ',
      );
      const anyLine = fc.oneof(
        fc.array(piece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join('')),
        fc.array(piece, { maxLength: 7 }).map((pieces) => `a.b = ${pieces.join('')}`),
      );
      const lines = fc
        .sample(anyLine, 700)
        // A backslash in a key lets the broker take a dot for a letter; we know no such key.
        .filter((line) => line.trim() !== '' && !/^[^=]*\\/.test(line));
      const answers = await ask(
        LINE,
        lines.map((line) => `${line}\n`),
      );
      const ours = lines.map((line) => {
        const setting = parseSetting(line);
        return setting === undefined ? 'refused' : `${setting.key} = ${setting.value}`;
      });
      const differences = lines.flatMap((line, index) => {
        const theirs = answers[index] ?? '';
        const same =
          ours[index] === 'refused' ? ['error', 'nothing'].includes(theirs) : ours[index] === theirs;
        return same ? [] : [{ line, ours: ours[index], theirs }];
      });
      expect(differences).toEqual([]);
      expect(ours.filter((line) => line !== 'refused').length).toBeGreaterThan(100);
    });

    it("reads our file with a user's lines as it reads the lines", async () => {
      const text = renderExtraConf(
        'test',
        [],
        ['# why', '  frame_max = 8192  ', "product.name = 'a # b' # c", 'product.version=${x}'],
      );
      const answers = await ask(LINE, text.trimEnd().split('\n'));
      expect(answers).toEqual([
        'nothing',
        'frame_max = 8192',
        'product.name = a # b',
        'product.version = ${x}',
      ]);
    });
  });

  describe('its regular expressions', () => {
    it('take every pattern that we take', async () => {
      const taken = [...fc.sample(anyPattern, 30_000), ...DEEP].filter(
        (pattern) => patternProblem(pattern) === undefined,
      );
      expect(taken.length).toBeGreaterThan(500);
      expect(await complaints(PATTERN, taken)).toEqual([]);
    });

    it('find exactly the names that a pattern was made of', async () => {
      const names = ['a+b', 'jobs.v1', 'x|y', '(z)', '[q]{2}', 'a\\b', '^c$', 'd?*', 'für-ü_1'];
      const found = await ask(
        `fun(Path) ->
          {ok, Text} = file:read_file(Path),
          [Pattern | Names] = binary:split(Text, <<"\n">>, [global]),
          [$0 + length([Name || Name <- Names, re:run(Name, Pattern, [{capture, none}]) =:= match])]
        end`,
        names.map((name) =>
          [exactPattern([name]), ...names, `${name}x`, `x${name}`, 'jobsXv1', 'aab'].join('\n'),
        ),
      );
      expect(found).toEqual(names.map(() => '1'));
    });

    it('refuse what we refuse as broken', async () => {
      const answers = await ask(PATTERN, BROKEN);
      expect(answers).toHaveLength(BROKEN.length);
      expect(answers.filter((answer) => answer === 'ok' || answer === '')).toEqual([]);
      expect(BROKEN.filter((pattern) => patternProblem(pattern) === undefined)).toEqual([]);
    });
  });

  describe('its import of definitions', () => {
    it('takes any definitions that we render, and has every queue afterwards', async () => {
      const definitions = new DefinitionsBuilder(VERSION, { nodes: 3, plugins: PLUGINS });
      fc.sample(anyTopology, 24).forEach((topology, index) => {
        declare(definitions, `v${index}`, topology);
      });
      const document = definitions.toDocument(SECRETS);
      const text = renderDefinitions(document);
      expect([await broker.importComplaint(withPasswords(text)), text]).toEqual(['', text]);
      expect(document.queues.length).toBeGreaterThan(20);
      for (const { vhost, name, durable } of document.queues) {
        expect(await queueOf(vhost, name)).toMatchObject({ vhost, name, durable });
      }
    });

    it('would say no to a wrong one', async () => {
      const definitions = new DefinitionsBuilder(VERSION, { nodes: 3, plugins: PLUGINS });
      definitions.addQueue('wrong', { arguments: { 'x-own': 1 } });
      const text = withPasswords(renderDefinitions(definitions.toDocument(SECRETS)));
      expect(await broker.importComplaint(text.replace('"x-own"', '"x-max-priority"'))).toContain(
        'invalid arg',
      );
      expect(await broker.importComplaint(text)).toBe('');
    });

    it.each<[RabbitMqPlugin]>([['rabbitmq_consistent_hash_exchange'], ['rabbitmq_random_exchange']])(
      'takes exchanges of %s',
      async (plugin) => {
        const definitions = new DefinitionsBuilder(VERSION, { nodes: 3, plugins: [plugin] });
        const type = plugin === 'rabbitmq_random_exchange' ? 'x-random' : 'x-consistent-hash';
        definitions.addQueue('q');
        definitions.addExchange(plugin, { type });
        definitions.addBinding({ source: plugin, destination: 'q', routingKey: '10' });
        const text = withPasswords(renderDefinitions(definitions.toDocument(SECRETS)));
        expect(await broker.importComplaint(text)).toBe('');
      },
    );
  });
});
