import { TerraformStack } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerInstallation } from '../../lib/alicloud/docker-installation';
import { EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { UserData } from '../../lib/alicloud/user-data';
import { MachineOs, renderDockerInstall } from '../../lib/config/docker-install';
import { renderEngineSettings } from '../../lib/config/engine-settings';
import { nodeScript } from '../../lib/node/script';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { ROOT } from '../docs/repository';
import { platformIn, topology } from './ecs-fixture';
import { resourcesOf, stackOf } from './synthesis';
import { UserDataDocument, userDataOf } from './user-data-document';

/** The user data of `host` in a topology on a platform with `props`. */
function of(
  host: string,
  props: (stack: TerraformStack) => Partial<EcsPlatformProps> = () => ({}),
): UserDataDocument {
  return userDataOf(
    stackOf((stack) => topology(stack, platformIn(stack, props(stack)))),
    host,
  );
}

/** `variable='value'` lines as an object. */
function settings({ files }: UserDataDocument): Record<string, string> {
  const text = files['/opt/brokers/host/settings']?.text ?? '';
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** How each file is written: its permissions and encoding. */
function layout({ files }: UserDataDocument): string[] {
  return Object.entries(files).map(
    ([path, { permissions, encoding }]) => `${permissions} ${encoding ?? 'plain'} ${path}`,
  );
}

const MACHINE = ['0644 plain /etc/docker/daemon.json', '0644 plain /etc/sysctl.d/90-brokers.conf'];
const HOST = ['0644 plain /opt/brokers/host/settings', '0600 gz+b64 /opt/brokers/host/bundle'];
const INSTALL = ['0755 gz+b64 /opt/brokers/unpack', '0600 gz+b64 /opt/brokers/bundle'];

describe('the user data of a broker', () => {
  const document = of('rabbitmq-1');

  it('has the files of the machine, of its service, and the secrets for root alone', () => {
    expect(document.hostname).toBe('rabbitmq-1');
    expect(layout(document)).toEqual([
      ...MACHINE,
      '0644 gz+b64 /etc/systemd/system/rabbitmq.service',
      ...HOST,
      ...INSTALL,
      '0400 b64 /etc/brokers/secrets/erlang-cookie',
      '0400 b64 /etc/brokers/secrets/administrator-password',
    ]);
  });

  it('starts with the one script that does the rest', () => {
    expect(document.commands).toEqual([['/opt/brokers/unpack', '/opt/brokers/host/bootstrap']]);
  });

  it('tells the scripts of the host what they need, the disk by what only Terraform knows', () => {
    expect(settings(document)).toEqual({
      SERVICE: 'rabbitmq.service',
      IMAGE: 'registry.example.com/brokers/rabbitmq:4.0.9',
      REGISTRY: '',
      REGISTRY_USER: '',
      VOLUMES: 'data',
      DISK_SERIAL: expect.stringMatching(
        /^\$\{substr\(alicloud_ecs_disk\.ecs_rabbitmq_rabbitmq-1-data_\w+\.id, 2, -1\)\}$/,
      ) as string,
      DISK_TIMEOUT_SECONDS: '600',
    });
  });

  it('runs the container with its folders, its files and its data', () => {
    const unit = document.files['/etc/systemd/system/rabbitmq.service']?.text ?? '';
    expect(unit).toContain('Description=rabbitmq 4.0 of rabbitmq-1\n');
    expect(unit).toContain('ExecStartPre=/opt/brokers/host/prepare\n');
    expect(unit).toContain(' --volume /etc/brokers:/etc/brokers --volume /opt/brokers:/opt/brokers ');
    expect(unit).toContain(' --volume /var/lib/brokers/data/data:/var/lib/rabbitmq ');
    expect(unit).toContain(' --entrypoint /opt/brokers/unpack registry.example.com/brokers/rabbitmq:4.0.9 ');
  });
});

it('is under 16 kB for each machine of a small topology, so that a cluster may declare much', () => {
  const stack = stackOf((made) => topology(made, platformIn(made)));
  const sizes = stack.node
    .findAll()
    .flatMap((construct) => (construct instanceof UserData ? construct.sizeBytes : []));
  expect(sizes).toHaveLength(5);
  expect(Math.min(...sizes)).toBeGreaterThan(4096);
  expect(Math.max(...sizes)).toBeLessThan(16_000);
});

it('has no disk and no volume for a proxy', () => {
  const document = of('proxy-1');
  expect(layout(document)).toEqual([
    ...MACHINE,
    '0644 gz+b64 /etc/systemd/system/proxy.service',
    ...HOST,
    ...INSTALL,
    '0400 b64 /etc/brokers/secrets/statistics-password',
  ]);
  expect(settings(document)).toMatchObject({ SERVICE: 'proxy.service', VOLUMES: '', DISK_SERIAL: '' });
});

describe('the engine of a machine', () => {
  const install = '/opt/brokers/host/install-docker';
  const mirror = { kind: 'mirror', url: 'http://mirrors.cloud.aliyuncs.com/docker-ce/linux' } as const;

  it.each<[MachineOs, DockerInstallation | undefined, Parameters<typeof renderDockerInstall>[2]]>([
    ['debian-12', undefined, mirror],
    ['ubuntu-24.04', DockerInstallation.fromDistribution(), { kind: 'distribution' }],
    ['alinux-3', DockerInstallation.inImage(), { kind: 'image' }],
    [
      'alinux-3',
      DockerInstallation.fromMirror('https://mirror.example.com'),
      { kind: 'mirror', url: 'https://mirror.example.com' },
    ],
  ])('is installed on %s as the platform says', (os, docker, source) => {
    const { files } = of('proxy-1', () => ({
      machineImage: MachineImage.of('m-1', os),
      ...(docker === undefined ? {} : { docker }),
    }));
    const bundle = files['/opt/brokers/host/bundle']?.text ?? '';
    expect(bundle).toContain(`@@file ${install}\n${renderDockerInstall('test', os, source)}`);
  });

  it('has the settings that the platform says', () => {
    const engine = { logFiles: 2, insecureRegistries: ['10.0.0.5:5000'] };
    const { files } = of('proxy-1', () => ({ engine }));
    expect(files['/etc/docker/daemon.json']?.text).toBe(renderEngineSettings('test', engine));
  });
});

describe('a secret', () => {
  it('of a registry is written for root alone, beside the user that it belongs to', () => {
    const document = of('rabbitmq-2', (stack) => ({
      registryLogin: {
        server: 'registry.example.com',
        username: 'robot@acme',
        password: Secret.fromVariable(stack, 'registry_password'),
      },
    }));
    expect(document.files['/opt/brokers/host/registry-password']).toEqual({
      permissions: '0400',
      encoding: 'b64',
      text: '${base64encode(sensitive(var.registry_password))}',
    });
    expect(settings(document)).toMatchObject({
      REGISTRY: 'registry.example.com',
      REGISTRY_USER: 'robot@acme',
    });
  });

  it('that a node fetches is in no user data: its name is', () => {
    const document = userDataOf(
      stackOf((stack) => {
        new RabbitMqCluster(stack, 'rabbitmq', {
          platform: platformIn(stack, { ramRole: 'brokers' }),
          nodes: 3,
          version: RabbitMqVersion.V4_0,
          erlangCookie: Secret.fromKms('prod/cookie'),
        });
      }),
      'rabbitmq-1',
    );
    expect(Object.keys(document.files).filter((path) => path.startsWith('/etc/brokers/secrets/'))).toEqual([
      '/etc/brokers/secrets/administrator-password',
    ]);
    expect(layout(document).filter((line) => /secrets\.json|fetch/.test(line))).toEqual([
      '0755 gz+b64 /opt/brokers/host/fetch-secrets',
      '0600 gz+b64 /opt/brokers/host/secrets.json',
    ]);
  });

  it('that a node fetches may be that of a user who is added later', () => {
    const stack = stackOf((inside) => {
      const platform = platformIn(inside, { ramRole: 'brokers' });
      const { cluster } = topology(inside, platform);
      cluster.addUser('shop', { password: Secret.fromKms('prod/shop') });
    });
    const { files } = userDataOf(stack, 'rabbitmq-1');
    expect(files['/opt/brokers/host/fetch-secrets']).toMatchObject({
      encoding: 'gz+b64',
      permissions: '0755',
    });
    expect(JSON.parse(files['/opt/brokers/host/secrets.json']?.text ?? '')).toMatchObject([
      { store: 'kms', name: 'prod/shop' },
    ]);
  });

  it('that a node fetches needs a role', () => {
    const build = (): unknown =>
      resourcesOf((stack) => {
        new RabbitMqCluster(stack, 'rabbitmq', {
          platform: platformIn(stack),
          nodes: 3,
          version: RabbitMqVersion.V4_0,
          erlangCookie: Secret.fromOosParameter('cookie'),
        });
      });
    expect(build).toThrow(/is fetched by the machine with its RAM role, and it has none: set ramRole/);
  });
});

describe('user data that is too large', () => {
  /** Queues with names that do not compress. */
  function cluster(queues: number): void {
    resourcesOf((stack) => {
      const { cluster: made } = topology(stack, platformIn(stack));
      for (let index = 0; index < queues; index += 1) {
        const name = Array.from({ length: 5 }, (_, part) => Math.imul(index * 5 + part + 1, 0x9e3779b1) >>> 0)
          .map((word) => word.toString(36))
          .join('');
        made.addQueue(name);
      }
    });
  }

  it('is refused, with its biggest parts', () => {
    expect(() => {
      cluster(600);
    }).toThrow(
      /rabbitmq-1-user-data: user data must fit in 32768 bytes, got \d{5}; its biggest parts in bytes: \/opt\/brokers\/bundle \d{5}, \/[\w/.-]+ \d+, \/[\w/.-]+ \d+\. Declare fewer objects/,
    );
  });

  it('is not that of a cluster with a hundred queues', () => {
    expect(() => {
      cluster(100);
    }).not.toThrow();
  });
});

it('has scripts without comments, which would be a sixth of it', () => {
  const { text } = nodeScript('rabbitmq-leave');
  expect(text.split('\n').filter((line) => line.trim().startsWith('#'))).toEqual(['#!/bin/bash']);
  const source = readFileSync(join(ROOT, 'lib/node/rabbitmq-leave.sh'), 'utf8');
  const code = (whole: string): string[] => whole.split('\n').filter((line) => !/^\s*#/.test(line));
  expect(code(text)).toEqual(code(source));
});
