import { Connection } from 'rabbitmq-client';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { eventually } from './support/command';
import { Outputs } from './support/deployment';
import { Environments } from './support/environments';
import { describeBoot } from './support/machines/boot-report';
import { InstanceMachines } from './support/machines/instances';
import { Machine } from './support/machines/machine';
import { MachineNetwork } from './support/machines/network';
import { BROKERS, prodSettings, PROXIES } from './support/machines/prod-settings';
import { Registry } from './support/machines/registry';
import { ask, QueueDescription } from './support/management';
import { connect, drain, publish } from './support/traffic';
import { engineImages } from './support/engine-images';

const NETWORK = 'e2e-ecs';
const MESSAGES = 10_000;
const CIDR = '172.30.32.0/20';
const REGISTRY_PASSWORD = 'password of the robot';
/** `base64` of the cloud's limit is larger: this is what an instance gets after decoding. */
const MOST_BYTES = 16 * 1024;

const images = engineImages();
let network: MachineNetwork;
let provider: AlicloudProvider;
let instances: InstanceMachines;
let environments: Environments;
let outputs: Outputs;
let connection: Connection | undefined;
/** Runs the first command that the cloud is asked to run. */
let cloudAssistant: (() => Promise<void>) | undefined;

/** What the cloud runs on the machines of a group to see their first boot, as a shell reads it. */
function firstBootCommand(group: string): string {
  const command = provider
    .resources('alicloud_ecs_command')
    .find(({ values }) => values['name'] === `${group}-first-boot`);
  const content = command?.values['command_content'];
  if (typeof content !== 'string') throw new Error(`no command of ${group} was made`);
  return Buffer.from(content, 'base64').toString();
}

function machine(name: string): Machine {
  return instances.machine(name);
}

function connected(): Connection {
  if (connection === undefined) throw new Error('there is no connection yet');
  return connection;
}

function queue(): Promise<QueueDescription> {
  return eventually('a management page answers', 30, async () => {
    for (const url of outputs.management_urls) {
      const answer = await ask<QueueDescription>(outputs, url, '/api/queues/%2F/orders').catch(
        () => undefined,
      );
      if (answer !== undefined) return answer;
    }
    return undefined;
  });
}

/** The management pages hear of a member up to 5 s late. */
async function allMembersOnline(): Promise<void> {
  await eventually('three members of the queue online', 60, async () =>
    (await queue()).online.length === 3 ? true : undefined,
  );
}

beforeAll(async () => {
  network = await MachineNetwork.create(NETWORK, CIDR);
  provider = await startAlicloudProvider({
    before: async ({ operation, type }) => {
      if (operation === 'create' && type === 'alicloud_ecs_invocation') await cloudAssistant?.();
    },
  });
  instances = new InstanceMachines(network, provider);
  const registry = await Registry.start(network, {
    address: '172.30.47.5',
    images: [images.rabbitmq, images.proxy],
  });
  const prod = prodSettings(registry, images, CIDR);
  environments = new Environments(
    { ...provider.environment, TF_VAR_registry_password: REGISTRY_PASSWORD },
    {
      prod,
      small: { ...prod, docker: 'distribution', nodes: 1, cidr: '172.30.40.0/22', registryUser: 'robot' },
      slb: { ...prod, frontEnd: 'slb', secrets: 'kms', ramRole: 'brokers' },
      nlb: { ...prod, frontEnd: 'nlb', secrets: 'oos', ramRole: 'brokers', natGateway: true },
    },
  );
});

afterAll(async () => {
  await connection?.close();
  await network.remove();
  environments.remove();
  provider.stop();
});

describe('an environment', () => {
  it('deploys, and has no changes after it', async () => {
    const deployed = await environments.deploy('prod');
    expect(deployed.code, deployed.output).toBe(0);
    const diff = await environments.diff('prod');
    expect(diff.output).toContain('No changes.');
    outputs = environments.outputs('prod') as unknown as Outputs;
  });

  it('hands each instance user data of less than 16 KiB', () => {
    const sizes = [...BROKERS, ...PROXIES].map((name) => ({
      name,
      bytes: instances.instance(name).userData.length,
    }));
    console.log(sizes.map(({ name, bytes }) => `user data of ${name}: ${bytes} bytes`).join('\n'));
    for (const { bytes } of sizes) expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it.each(['slb', 'nlb'])(
    'deploys behind %s too, with secrets that nobody but the nodes knows',
    async (name) => {
      const deployed = await environments.deploy(name);
      expect(deployed.code, deployed.output).toBe(0);
      const diff = await environments.diff(name);
      expect(diff.output).toContain('No changes.');
      expect(environments.outputs(name)).not.toHaveProperty('administrator_password');
      const destroyed = await environments.destroy(name);
      expect(destroyed.code, destroyed.output).toBe(0);
    },
  );

  it('puts no secret into the synthesised stack', () => {
    const synthesised = environments.synthesised('prod');
    expect(synthesised).toContain('prod-rabbitmq-1');
    expect(synthesised).not.toContain(outputs.administrator_password);
  });
});

describe('machines with that user data', () => {
  it('come up as one cluster behind a floating address', async () => {
    const started = performance.now();
    await Promise.all([...BROKERS, ...PROXIES].map((name) => instances.start(name, { image: 'docker' })));
    await instances.ready();
    const healthy = (performance.now() - started) / 1000;
    for (const name of [BROKERS[0], PROXIES[0]] as string[]) {
      const report = await machine(name).waitForCloudInit();
      expect(report).toMatchObject({ status: 'done', complaints: [] });
      console.log(`${name}\n${describeBoot(report)}\n${await instances.stages(name)}`);
    }
    console.log(`boot to healthy: ${healthy.toFixed(1)} s for five machines at once`);
    connection = connect(outputs);
  });

  it('are seen to have booted, also by one whose bootstrap left no mark', async () => {
    const [command, broker] = [firstBootCommand('prod-rabbitmq'), machine('prod-rabbitmq-1')];
    expect(await broker.exec(command)).toMatchObject({ code: 0, output: '' });
    await broker.must('rm /opt/brokers/host/booted');
    expect(await broker.exec(command)).toMatchObject({ code: 0, output: '' });
    expect(await machine('prod-proxy-1').exec(firstBootCommand('prod-proxy'))).toMatchObject({ code: 0 });
  });

  it('leave the addresses of a bridge to the VPC', async () => {
    expect(await machine('prod-rabbitmq-1').must('docker network ls --format={{.Name}} | sort')).toBe(
      'host\nnone',
    );
    expect(await machine('prod-rabbitmq-1').must('ip -4 -oneline address')).not.toContain('docker');
    expect(await machine('prod-rabbitmq-1').must('ip route get 172.17.0.5')).toContain('dev eth0');
  });

  it('lose none of 10,000 confirmed messages when the power of one is cut', async () => {
    const leader = (await queue()).leader.replace('rabbit@', '');
    const cut = new Map([[2000, { mark: 'cut', act: () => machine(leader).powerOff() }]]);
    const published = await publish(connected(), 'orders', MESSAGES, cut);
    const consumed = await drain(connected(), 'orders', MESSAGES);
    const lost = published.confirmed.filter((id) => !consumed.has(id));
    const outage = published.outages.get('cut') ?? 0;
    console.log(
      `power of ${leader} cut: ${published.confirmed.length} confirmed, ${lost.length} lost, publisher waited ${outage.toFixed(0)} ms`,
    );
    expect(published.confirmed).toHaveLength(MESSAGES);
    expect(lost).toEqual([]);

    const before = await publish(connected(), 'orders', 100);
    expect(before.confirmed).toHaveLength(100);
    const booted = performance.now();
    await machine(leader).boot();
    await instances.ready([leader]);
    await allMembersOnline();
    console.log(`${leader} is back ${((performance.now() - booted) / 1000).toFixed(1)} s after its boot`);
    expect(await machine(leader).must('findmnt --noheadings --output=SOURCE /var/lib/brokers/data')).toBe(
      '/dev/vdb',
    );
    expect((await drain(connected(), 'orders', 100)).size).toBe(100);
  });

  it('confirm what is published to a stream, each of whose members runs, behind the rules of the cloud', async () => {
    await connected().queueDeclare({ queue: 'log', durable: true, arguments: { 'x-queue-type': 'stream' } });
    expect((await publish(connected(), 'log', 100)).confirmed).toHaveLength(100);
    await instances.ready(BROKERS);
    const closed = await machine(BROKERS[0] ?? '').must('iptables -w -S INPUT');
    expect(closed).toContain('-P INPUT DROP');
    expect(closed).not.toContain('--dport 15692');
  });

  it('do not serve while a member of a stream does not run', async () => {
    const rule = 'INPUT -p tcp --dport 6000:6500 -j DROP';
    const all = (script: string) => Promise.all(BROKERS.map((name) => machine(name).must(script)));
    await all(`iptables -w -I ${rule}`);
    await connected().queueDeclare({ queue: 'cut', durable: true, arguments: { 'x-queue-type': 'stream' } });
    const answers = await Promise.all(
      BROKERS.map((name) => machine(name).exec('docker exec rabbitmq /opt/brokers/bin/rabbitmq-ready')),
    );
    await all(`iptables -w -D ${rule}`);
    const told = answers.filter(({ code }) => code !== 0).map(({ output }) => output.trim());
    expect(told).toHaveLength(2);
    for (const sentence of told) expect(sentence).toContain('runs no member of the stream cut in vhost /');
    await instances.ready(BROKERS);
    await connected().queueDelete('cut');
  });

  it('hand the floating address over when the power of its holder is cut, which comes back without it', async () => {
    const holds = async (name: string) =>
      (await machine(name).must('ip -4 address')).includes(`${outputs.amqp_endpoint.split(':')[0] ?? ''}/`);
    const [first, second] = (await holds(PROXIES[0] ?? '')) ? PROXIES : [...PROXIES].reverse();
    if (first === undefined || second === undefined) throw new Error('there is no pair');
    await machine(first).powerOff();
    await eventually(
      `${second} holds the address`,
      10,
      async () => ((await holds(second)) ? true : undefined),
      20,
    );
    await instances.ready([second]);
    expect((await publish(connected(), 'orders', 100)).confirmed).toHaveLength(100);
    await machine(first).boot();
    await instances.ready([first]);
    expect([await holds(first), await holds(second)]).toEqual([false, true]);
    expect((await drain(connected(), 'orders', 100)).size).toBe(100);
  });

  it.each([
    ['rabbitmq', BROKERS[1] ?? '', "msg_store_persistent' is stopped"],
    ['proxy', PROXIES[0] ?? '', 'Stopped Keepalived'],
  ])(
    'stop %s in order with its engine, start it with that, and keep its log',
    async (service, name, farewell) => {
      const state = `systemctl show --property=ActiveState,Result,ExecMainStatus ${service} | sort`;
      // As an upgrade of the engine's package does.
      const stopped = await machine(name).must(`systemctl stop docker.service docker.socket; ${state}`);
      expect(stopped).toBe('ActiveState=inactive\nExecMainStatus=0\nResult=success');
      await machine(name).must('systemctl start docker.service');
      await instances.ready([name]);
      expect(await machine(name).must(`journalctl --unit=${service} --output=cat`)).toContain(farewell);
      await allMembersOnline();
    },
  );

  it('keep what a broker said and was when it crashed', async () => {
    const [name = ''] = BROKERS;
    await machine(name).must('docker exec rabbitmq pkill -USR1 beam.smp');
    await eventually('another container', 60, async () =>
      (await machine(name).must('docker logs rabbitmq 2>&1')).includes('Crash dump') ? undefined : true,
    );
    await instances.ready([name]);
    await allMembersOnline();
    const said = await machine(name).must('journalctl --identifier=rabbitmq --output=cat');
    expect(said).toMatch(/Crash dump is being written to: \/var\/lib\/rabbitmq\/erl_crash.dump/);
    const dump = await machine(name).must('head -c 30 /var/lib/brokers/data/data/erl_crash.dump');
    expect(dump).toMatch(/^=erl_crash_dump/);
  });

  it('are not disturbed when the bootstrap is run again by hand', async () => {
    const id = "docker inspect --format='{{.Id}} {{.State.StartedAt}}' rabbitmq";
    const before = await machine('prod-rabbitmq-1').must(id);
    await machine('prod-rabbitmq-1').must('/opt/brokers/host/bootstrap');
    expect(await machine('prod-rabbitmq-1').must(id)).toBe(before);
  });

  it('show no secret in a log, a process list, a unit or a container description', async () => {
    const seen = await machine('prod-rabbitmq-1').must(
      [
        'ps -efww',
        'journalctl --no-pager --boot',
        'cat /var/log/cloud-init.log /var/log/cloud-init-output.log /etc/systemd/system/rabbitmq.service',
        'docker inspect rabbitmq',
        'docker logs rabbitmq 2>&1',
      ].join('; '),
    );
    expect(seen).toContain('rabbitmq-entrypoint');
    const cookie = await machine('prod-rabbitmq-1').must('cat /etc/brokers/secrets/erlang-cookie');
    expect(cookie).toMatch(/^[0-9a-f]{64}$/);
    expect(seen).not.toContain(cookie);
    expect(seen).not.toContain(outputs.administrator_password);
  });

  it('are replaced by a new machine that takes over the data', async () => {
    const name = 'prod-rabbitmq-3';
    expect((await publish(connected(), 'orders', 100)).confirmed).toHaveLength(100);
    await machine(name).powerOff();
    await machine(name).destroy();
    await instances.start(name, { image: 'docker', instanceId: 'i-second' });
    await instances.ready([name]);
    await allMembersOnline();
    expect((await drain(connected(), 'orders', 100)).size).toBe(100);
  });
});

it('a machine without Docker installs it by the package of its distribution, while the deploy waits', async () => {
  await instances.remove();
  const started = performance.now();
  cloudAssistant = async () => {
    cloudAssistant = undefined;
    const { code, output } = await (
      await instances.start('small-rabbitmq-1')
    ).exec(firstBootCommand('small-rabbitmq'));
    if (code !== 0) throw new Error(output);
  };
  const deployed = await environments.deploy('small');
  expect(deployed.code, deployed.output).toBe(0);
  expect(await machine('small-rabbitmq-1').must('cloud-init status')).toBe('status: done');
  await instances.ready(['small-rabbitmq-1']);
  console.log(
    `deploy to healthy: ${((performance.now() - started) / 1000).toFixed(1)} s with Docker installed\n${await instances.stages('small-rabbitmq-1')}`,
  );
});

it('a machine keeps no password of the registry where Docker would', async () => {
  const password = await machine('small-rabbitmq-1').must('cat /opt/brokers/host/registry-password');
  expect(password).toBe(REGISTRY_PASSWORD);
  const folders = ['~root/.docker', '/.docker', '/run/brokers-registry.*'];
  expect(await machine('small-rabbitmq-1').must(`ls -d ${folders.join(' ')} 2>/dev/null || true`)).toBe('');
});

it('environments are destroyed without a trace', async () => {
  for (const name of ['prod', 'small']) {
    const destroyed = await environments.destroy(name);
    expect(destroyed.code, destroyed.output).toBe(0);
  }
  expect(provider.size()).toBe(0);
});
