import fc from 'fast-check';
import { renderPeerDiscovery, renderRabbitMqConf } from '../../lib/config/rabbitmq';
import { parseSetting, renderExtraConf } from '../../lib/config/rabbitmq-extra';
import { refusalOf } from '../refusal';
import { TYPICAL } from './rabbitmq-confs';

const OWN = [
  renderRabbitMqConf('cluster', TYPICAL),
  renderPeerDiscovery('cluster', { nodes: ['orders-1', 'orders-2', 'orders-3'] }),
];
const extra =
  (...lines: string[]) =>
  () =>
    renderExtraConf('cluster', OWN, lines);

describe('renderExtraConf', () => {
  it('keeps settings and comments in their order', () => {
    expect(extra('# why', ' frame_max = 80 ', 'channel_max=128 # a lot')()).toBe(
      '# why\nframe_max = 80\nchannel_max=128 # a lot\n',
    );
    expect(extra()()).toBe('');
  });

  it('drops what says the same as ours or as a line before', () => {
    expect(extra('log.file = false', "cluster_name = 'orders'", 'frame_max = 80', 'frame_max = 80')()).toBe(
      'frame_max = 80\n',
    );
  });

  it.each([
    ['net_ticktime = 60', '"net_ticktime = 8"'],
    ['cluster_name = other', '"cluster_name = orders"'],
    ['cluster_partition_handling = autoheal', '"cluster_partition_handling = pause_minority"'],
    ['cluster_formation.classic_config.nodes.4 = rabbit@orders-4', '"cluster_formation.'],
    ['cluster_formation.target_cluster_size_hint = 5', '"cluster_formation.target_cluster_size_hint = 3"'],
    ['vm_memory_high_watermark.absolute = 1GB', '"vm_memory_high_watermark.relative = 0.6"'],
    ['disk_free_limit.absolute = 50MB', '"disk_free_limit.relative = 1.0"'],
    ['disk_free_limit = 50MB', '"disk_free_limit.relative = 1.0"'],
    ['vm_memory_high_watermark = 0.4', '"vm_memory_high_watermark.relative = 0.6"'],
    ['load_definitions = /x.json', '"definitions.import_backend = local_filesystem"'],
    ['default_user = guest', 'what the cluster computes'],
    ['listeners.tcp = none', 'what the cluster computes'],
    ['management.listener.port = 80', 'what the cluster computes'],
  ])('refuses "%s", naming both', (line, ours) => {
    expect(extra(line)).toThrow(`cluster: extra line must not contradict ${ours}`);
    expect(extra(line)).toThrow(`got "${line}"`);
  });

  it.each([
    'listeners.tcp.second = 5672',
    'listeners.ssl.default = 0.0.0.0:5672',
    'mqtt.listeners.tcp.1 = 5672',
    'management.ssl.port = 15672',
    'prometheus.ssl.port = 15692',
  ])('refuses "%s", which takes a port of ours', (line) => {
    expect(extra(line)).toThrow('cluster: extra line must not take the port of "');
    expect(extra(line)).toThrow(`got "${line}": choose another port`);
  });

  it('takes other settings of the same kind', () => {
    const lines = [
      'listeners.tcp.second = 5673',
      'log.console.formatter = json',
      'management.path_prefix = /mq',
      'cluster_formation.lock_retry_limit = 5',
    ];
    expect(extra(...lines)()).toBe(`${lines.join('\n')}\n`);
  });

  it('names the option that a line stands for', () => {
    expect(extra('heartbeat = 600')).toThrow(
      'extra line must not contradict "heartbeat = 60", got "heartbeat = 600": use heartbeatSeconds',
    );
  });

  it.each([
    ['net_ticktime = 60', 'use netTickTimeSeconds'],
    ['log.console.level = debug', 'use logLevel'],
    ['cluster_name = other', 'use name, after which the hosts are called as well'],
    ['vm_memory_high_watermark.relative = 0.5', 'use memoryMiB or memoryWatermark'],
    ['disk_free_limit.absolute = 1GB', 'use diskFreeLimit'],
    ['log.file = a.log', 'leave the line out, it is fixed'],
  ])('says what sets "%s" instead', (line, way) => {
    expect(extra(line)).toThrow(`got "${line}": ${way}`);
  });

  it('refuses two lines that contradict each other', () => {
    expect(extra('frame_max = 80', 'frame_max = 81')).toThrow(
      'extra lines must not contradict each other, got "frame_max = 80" and "frame_max = 81": remove one',
    );
  });

  it.each([
    'heartbeat',
    'heartbeat =',
    'heartbeat = # 30',
    'heart beat = 30',
    'a..b = 1',
    "a.b = 'c' d",
    "a.b = 'c # d' e",
    'include x',
    '% a',
  ])('refuses "%s", which the broker could not read', (line) => {
    expect(extra(line)).toThrow(`extra line must read "key = value" or be a comment, got "${line}"`);
  });

  it.each([
    ['a = b\nc = d', 'extra line must not contain control characters'],
    ['a = b\r', 'extra line must not contain control characters'],
    ['', 'extra line must not be empty'],
    ['  ', 'extra line must not be empty'],
    ['a = @@secret:x@@', 'text must not contain the reserved marker @@secret:'],
  ])('refuses %j', (line, problem) => {
    expect(extra(line)).toThrow(`cluster: ${problem}`);
  });

  it('refuses a password in plain text and does not repeat it', () => {
    for (const key of ['ssl_options.password', 'default_pass', 'management.oauth_client_secret']) {
      const message = refusalOf(extra(`${key} = hunter2`));
      expect(message).toContain(`must not hold a password in plain text, got one for ${key}`);
      expect(message).not.toContain('hunter2');
    }
    expect(extra('ssl_options.password = encrypted:abc')()).toBe('ssl_options.password = encrypted:abc\n');
    expect(extra('ssl_options.password = hunter2')).toThrow(
      'give one that rabbitmqctl encrypt_conf_value made',
    );
    expect(extra('default_pass = hunter2')).toThrow('use administrator or addUser');
  });

  it("leaves Terraform's markers as they are", () => {
    expect(extra('product.name = ${a} %{b}')()).toBe('product.name = ${a} %{b}\n');
  });

  it('reads back any setting that it is given', () => {
    const anyKey = fc.stringMatching(/^[a-z]{1,8}(\.[a-z0-9_-]{1,8}){0,3}$/);
    const anyValue = fc.stringMatching(/^[A-Za-z0-9"$%{}().,:;/@\\][A-Za-z0-9 "'$%{}().,:;/@\\=-]{0,20}$/);
    fc.assert(
      fc.property(anyKey, anyValue, (key, value) => {
        expect(parseSetting(`${key} = ${value}`)).toEqual({ key, value: value.trim() });
        expect(parseSetting(`  ${key}= '${value.replaceAll("'", '')}' # x`)).toEqual({
          key,
          value: value.replaceAll("'", ''),
        });
      }),
    );
  });
});
