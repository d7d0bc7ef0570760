/**
 * The local stack as one writes it without the constructs of this project: the same resources from the raw bindings.
 * Its long texts lie beside it in `texts.json`.
 */
import { Container } from '@cdktf/provider-docker/lib/container';
import { Image } from '@cdktf/provider-docker/lib/image';
import { Network } from '@cdktf/provider-docker/lib/network';
import { DockerProvider } from '@cdktf/provider-docker/lib/provider';
import { Volume } from '@cdktf/provider-docker/lib/volume';
import {
  App,
  AssetType,
  Fn,
  ITerraformDependable,
  LocalExecProvisioner,
  TerraformAsset,
  TerraformOutput,
  TerraformStack,
} from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTexts, LiteralTexts } from './literal-texts';
import { Data } from './terraform-data';

interface Host {
  readonly name: string;
  readonly address: string;
  readonly image: Image;
  readonly secrets: Readonly<Record<string, Data>>;
  readonly entrypoint: string;
  readonly environment: readonly string[];
  readonly capabilities: readonly string[];
  readonly health: readonly string[];
  readonly startPeriod: string;
  readonly stopSeconds: number;
  readonly memoryMiB?: number;
  readonly openFiles?: number;
  readonly dataPath?: string;
}

const texts = JSON.parse(readFileSync('texts.json', 'utf8')) as LiteralTexts;
const app = new App();
const stack = new TerraformStack(app, 'local');
stack.addOverride('terraform.required_providers.docker.version', '>= 3.6.2, < 5.0.0');
const provider = new DockerProvider(stack, 'docker');
const agent = new TerraformAsset(stack, 'agent', {
  path: join(__dirname, '../lib/docker/agent'),
  type: AssetType.DIRECTORY,
});
const labels = [
  { label: 'cdktf-brokers.stack', value: 'local' },
  { label: 'cdktf-brokers.network', value: 'brokers' },
];

const preflight = new Data(stack, 'preflight', {
  triggersReplace: {
    network: 'brokers',
    subnet: '172.29.0.0/24',
    images: [texts.images.rabbitmq, texts.images.proxy],
  },
  provisioners: [local('preflight', { BROKERS_PREFLIGHT: texts.preflight })],
});
const network = new Network(stack, 'network', {
  name: 'brokers',
  provider,
  dependsOn: [preflight],
  labels,
  ipamConfig: [{ subnet: '172.29.0.0/24', gateway: '172.29.0.1', ipRange: '172.29.0.128/25' }],
});
const [rabbitmqImage, proxyImage] = (['rabbitmq', 'proxy'] as const).map(
  (role) =>
    new Image(stack, `image-${role}`, {
      name: texts.images[role],
      keepLocally: true,
      provider,
      dependsOn: [preflight],
    }),
) as [Image, Image];

const cookie = Data.generated(stack, 'erlang-cookie');
const administratorPassword = Data.generated(stack, 'administrator-password');
const statisticsPassword = Data.generated(stack, 'statistics-password');

const brokers = group(
  'rabbitmq',
  [],
  [1, 2, 3].map((number) => ({
    name: `rabbitmq-${number}`,
    address: `172.29.0.1${number}`,
    image: rabbitmqImage,
    secrets: { 'erlang-cookie': cookie, 'administrator-password': administratorPassword },
    entrypoint: '/opt/brokers/bin/rabbitmq-entrypoint',
    environment: [`RABBITMQ_NODENAME=rabbit@rabbitmq-${number}`],
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'],
    health: ['/opt/brokers/bin/rabbitmq-health'],
    startPeriod: '1m0s',
    stopSeconds: 60,
    memoryMiB: 1024,
    dataPath: '/var/lib/rabbitmq',
  })),
);
group(
  'proxy',
  [brokers],
  [1, 2].map((number) => ({
    name: `proxy-${number}`,
    address: `172.29.0.2${number}`,
    image: proxyImage,
    secrets: { 'statistics-password': statisticsPassword },
    entrypoint: '/opt/brokers/bin/proxy-entrypoint',
    environment: ['FLOATING_ADDRESS=172.29.0.20', 'HEALTH_PORT=8405'],
    capabilities: ['KILL', 'NET_ADMIN', 'NET_RAW', 'SETGID', 'SETUID'],
    health: ['/opt/brokers/bin/proxy-check', '8405'],
    startPeriod: '30s',
    stopSeconds: 15,
    openFiles: 10_200,
  })),
);

output('amqp_endpoint', '172.29.0.20:5672');
output(
  'management_urls',
  [1, 2, 3].map((number) => `http://172.29.0.1${number}:15672`),
);
output('statistics_url', 'http://172.29.0.20:1080/haproxy_stats');
output('administrator_name', 'administrator');
output('administrator_password', administratorPassword.value, true);
output('statistics_name', 'admin');
output('statistics_password', statisticsPassword.value, true);
app.synth();

function local(action: string, environment: Record<string, string>): LocalExecProvisioner {
  return { type: 'local-exec', command: `node ${agent.path}/main.js ${action}`, environment };
}

function output(name: string, value: unknown, sensitive = false): void {
  new TerraformOutput(stack, name, { value, sensitive, staticId: true });
}

/** The containers of a group, the delivery of their files one after the other, and the check that they serve. */
function group(name: string, after: readonly ITerraformDependable[], hosts: readonly Host[]): Data {
  const environment = { BROKERS_GROUP: texts.groups[name] ?? '' };
  const deliveries: Data[] = [];
  for (const host of hosts) {
    const text = texts.hosts[host.name];
    if (text === undefined) throw new Error(`texts.json has nothing for ${host.name}`);
    const created = container(host, text);
    deliveries.push(
      new Data(stack, `${host.name}-files`, {
        triggersReplace: { container: created.id, files: text.files, scripts: text.scripts },
        dependsOn: [...deliveries.slice(-1), ...after],
        provisioners: [
          local('deliver', {
            ...environment,
            BROKERS_HOST: text.agentHost,
            BROKERS_FILES: '${base64gzip(jsonencode(self.triggers_replace.files))}',
          }),
        ],
      }),
    );
  }
  return new Data(stack, `${name}-members`, {
    triggersReplace: { hosts: hosts.map((host) => host.name) },
    dependsOn: [...deliveries],
    lifecycle: { replaceTriggeredBy: deliveries.map(({ address }) => address) },
    provisioners: [
      {
        ...local('leave', {
          ...environment,
          BROKERS_MEMBERS: '${jsonencode(self.triggers_replace.hosts)}',
        }),
        when: 'destroy',
      },
      local('ready', environment),
    ],
  });
}

function container(host: Host, text: HostTexts): Container {
  const volume =
    host.dataPath === undefined
      ? undefined
      : new Volume(stack, `${host.name}-data`, { name: `${host.name}-data`, provider, labels });
  const secrets = new Data(stack, `${host.name}-secrets`, {
    triggersReplace: Fn.sensitive(
      Fn.sha256(
        Fn.join(
          '\n',
          Object.values(host.secrets).map(({ value }) => value),
        ),
      ),
    ),
  });
  return new Container(stack, host.name, {
    name: host.name,
    hostname: host.name,
    image: host.image.imageId,
    provider,
    init: true,
    restart: 'unless-stopped',
    entrypoint: ['/opt/brokers/unpack'],
    command: [host.entrypoint],
    env: [...host.environment],
    capabilities: { add: host.capabilities.map((each) => `CAP_${each}`), drop: ['ALL'] },
    networksAdvanced: [{ name: network.name, ipv4Address: host.address }],
    volumes: volume === undefined ? [] : [{ containerPath: host.dataPath ?? '', volumeName: volume.name }],
    labels,
    healthcheck: {
      test: ['CMD', ...host.health],
      interval: '5s',
      timeout: '3s',
      startPeriod: host.startPeriod,
      retries: 3,
    },
    logDriver: 'json-file',
    logOpts: { 'max-size': '10m', 'max-file': '3' },
    stopTimeout: host.stopSeconds,
    destroyGraceSeconds: host.stopSeconds,
    ...(host.memoryMiB === undefined ? {} : { memory: host.memoryMiB, memorySwap: host.memoryMiB }),
    ...(host.openFiles === undefined
      ? {}
      : { ulimit: [{ name: 'nofile', soft: host.openFiles, hard: host.openFiles }] }),
    upload: [
      ...text.uploads,
      ...Object.entries(host.secrets).map(([name, secret]) => ({
        file: `/etc/brokers/secrets/${name}`,
        content: secret.value,
      })),
    ],
    lifecycle: { ignoreChanges: ['upload'], replaceTriggeredBy: [secrets.address] },
  });
}
