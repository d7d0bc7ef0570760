import { SecretServices } from '../node/secret-services';
import { AlicloudProvider, startAlicloudProvider } from './support/alicloud-provider';
import { eventually, must } from './support/command';
import { Environments } from './support/environments';
import { InstanceMachines } from './support/machines/instances';
import { MachineNetwork } from './support/machines/network';
import { prodSettings } from './support/machines/prod-settings';
import { Registry } from './support/machines/registry';
import { connect, drain, publish } from './support/traffic';
import { engineImages } from './support/engine-images';

const CIDR = '172.30.112.0/20';
/** Where every instance finds its metadata service. */
const METADATA = '100.100.100.200';
const BROKERS = { kms: 'kms-rabbitmq-1', oos: 'oos-rabbitmq-1' };
const PROXY = 'kms-proxy-1';
const FLOATING = '172.30.112.20';
const COOKIE = 'CookieOfTheStore';
const PASSWORDS = { administrator: 'pass "word" $of @the\\store', statistics: 'statistics-of-the-store' };
const HOSTS = Object.fromEntries(
  ['kms', 'oos'].map((store) => [`${store}-vpc.cn-hangzhou.aliyuncs.com`, METADATA]),
);

const images = engineImages();
const services = new SecretServices();
let network: MachineNetwork;
let provider: AlicloudProvider;
let instances: InstanceMachines;
let environments: Environments;

beforeAll(async () => {
  network = await MachineNetwork.create('e2e-secrets', CIDR);
  await startServices();
  provider = await startAlicloudProvider();
  instances = new InstanceMachines(network, provider);
  const registry = await Registry.start(network, {
    address: '172.30.127.5',
    images: [images.rabbitmq, images.proxy],
  });
  const settings = { ...prodSettings(registry, images, CIDR), nodes: 1, ramRole: 'brokers-node' };
  environments = new Environments(provider.environment, {
    kms: { ...settings, secrets: 'kms', cidr: '172.30.112.0/22' },
    oos: { ...settings, secrets: 'oos', cidr: '172.30.116.0/22', frontEnd: 'slb' },
  });
});

afterAll(async () => {
  await network.remove();
  environments.remove();
  provider.stop();
  services.stop();
});

/** At the address of the cloud's own, on the network of the machines alone; it goes with the network. */
async function startServices(): Promise<void> {
  const id = await must('docker', 'network', 'inspect', '--format={{.Id}}', network.name);
  await must('ip', 'address', 'add', `${METADATA}/32`, 'dev', `br-${id.slice(0, 12)}`);
  await services.start({
    names: Object.keys(HOSTS)
      .map((name) => `DNS:${name}`)
      .join(','),
    address: METADATA,
    ports: { metadata: 80, api: 443 },
  });
}

async function boot(name: string): Promise<void> {
  await instances.start(name, { image: 'docker', hosts: HOSTS, authority: services.certificate });
}

/** Publishes and consumes as the administrator. */
async function carries(endpoint: string): Promise<void> {
  const connection = connect({
    amqp_endpoint: endpoint,
    administrator_name: 'administrator',
    administrator_password: PASSWORDS.administrator,
  });
  const { confirmed } = await publish(connection, 'orders', 100);
  expect((await drain(connection, 'orders', 100)).size).toBe(confirmed.length);
  await connection.close();
}

it.each(['kms', 'oos'] as const)(
  'an environment with secrets in %s says where they are, not what they are',
  async (store) => {
    services[store].set(`${store}-erlang-cookie`, { versions: { v1: COOKIE } });
    for (const [name, value] of Object.entries(PASSWORDS)) {
      services[store].set(`${store}-${name}-password`, { versions: { v1: value } });
    }
    const deployed = await environments.deploy(store);
    expect(deployed.code, deployed.output).toBe(0);
    const outputs = environments.outputs(store);
    expect(outputs).not.toHaveProperty('administrator_password');
    expect(outputs['administrator_password_is_in']).toMatch(new RegExp(`"${store}-administrator-password"$`));
  },
);

describe('nodes that fetch their secrets', () => {
  it('serve with them', async () => {
    await Promise.all([BROKERS.kms, BROKERS.oos, PROXY].map(boot));
    await instances.ready();
    for (const host of [FLOATING, instances.instance(BROKERS.oos).address]) await carries(`${host}:5672`);
    for (const broker of Object.values(BROKERS)) {
      expect(await instances.machine(broker).must('cat /etc/brokers/secrets/erlang-cookie')).toBe(COOKIE);
    }
  });

  it('show their statistics to who knows the password', async () => {
    const url = environments.outputs('kms')['statistics_url'] as string;
    const authorization = `Basic ${Buffer.from(`admin:${PASSWORDS.statistics}`).toString('base64')}`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
  });

  it('ask ever less often for a secret that is refused, and serve once it is there', async () => {
    const [name, proxy] = ['kms-statistics-password', instances.machine(PROXY)];
    services.kms.delete(name);
    services.journal.length = 0;
    await proxy.must('rm /etc/brokers/secrets/statistics-password; systemctl --no-block restart proxy');
    const asked = (): number => services.journal.filter((call) => call.includes(name)).length;
    await eventually('the first refusal', 30, () => Promise.resolve(asked() > 0 ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 9000));
    expect(asked()).toBeLessThan(5);
    services.kms.set(name, { versions: { v1: PASSWORDS.statistics } });
    await instances.ready([PROXY]);
    expect(await proxy.must('ls /run/brokers-prepare.pause 2>/dev/null || true')).toBe('');
  });

  it('come back after a power cut while nothing answers for the secrets', async () => {
    services.stop();
    await instances.machine(BROKERS.kms).powerOff();
    await instances.machine(BROKERS.kms).boot();
    await instances.ready();
    await carries(`${FLOATING}:5672`);
  });
});

it('environments are destroyed without a trace', async () => {
  for (const name of ['kms', 'oos']) {
    const destroyed = await environments.destroy(name);
    expect(destroyed.code, destroyed.output).toBe(0);
  }
  expect(provider.size()).toBe(0);
});
