import { TerraformStack, Testing } from 'cdktf';
import { resolve } from 'node:path';
import { DockerInstallation } from '../../lib/alicloud/docker-installation';
import { EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { Images } from '../../lib/images';
import { Secret } from '../../lib/secret';
import { interruptionOf } from '../e2e/support/alicloud-provider/interruptions';
import { loadSchema } from '../e2e/support/alicloud-provider/schema';
import { BROKER, platformIn, PROXY, topology } from './ecs-fixture';
import { Arguments, ofType, resourcesOf, stackOf } from './synthesis';

const { resources } = loadSchema(resolve(__dirname, '../../providers/alicloud'));
type Props = (stack: TerraformStack) => Partial<EcsPlatformProps>;
const KEYS = { kmsKeyId: 'key-1', sizeGiB: 100 };

/** As much of a machine as a platform can render, with `props`. */
function build(stack: TerraformStack, props: Partial<EcsPlatformProps>): void {
  topology(
    stack,
    platformIn(stack, {
      machines: { rabbitmq: { ...BROKER, systemDisk: KEYS, dataDisk: KEYS }, proxy: PROXY },
      ramRole: 'brokers',
      ...props,
    }),
  );
}

/** Arguments of each resource of a type whose change makes it anew or interrupts what runs, but for those that are ignored. */
function dangerous(type: string, props: Props): Record<string, string[]> {
  const made = ofType(
    resourcesOf((stack) => {
      build(stack, props(stack));
    }),
    type,
  );
  const forcing = (name: string): boolean =>
    resources.get(type)?.attributes.get(name)?.traits.forceNew === true;
  const ignored = (content: Arguments): readonly string[] =>
    (content['lifecycle'] as { readonly ignore_changes?: readonly string[] }).ignore_changes ?? [];
  return Object.fromEntries(
    Object.entries(made).map(([path, content]) => [
      path.replace(/^.*\//, ''),
      Object.keys(content)
        .filter((name) => forcing(name) || interruptionOf(type, [name]) !== undefined)
        .filter((name) => !ignored(content).includes(name))
        .sort(),
    ]),
  );
}

describe('a change of a setting', () => {
  it.each<[string, Props]>([
    ['key pair', () => ({ keyPair: 'ops' })],
    ['password', (stack) => ({ password: Secret.generate(stack, 'root') })],
  ])('stops, reboots or replaces no machine, with a %s', (_, props) => {
    expect(dangerous('alicloud_instance', props)).toEqual({
      'proxy-1': [],
      'proxy-2': [],
      'rabbitmq-1': [],
      'rabbitmq-2': [],
      'rabbitmq-3': [],
    });
  });

  it('may stop the one machine that is named, and replaces not even that', () => {
    expect(dangerous('alicloud_instance', () => ({ keyPair: 'ops', mayStop: 'rabbitmq-2' }))).toEqual({
      'proxy-1': [],
      'proxy-2': [],
      'rabbitmq-1': [],
      'rabbitmq-2': ['host_name', 'instance_type', 'key_name', 'private_ip', 'vswitch_id'],
      'rabbitmq-3': [],
    });
  });

  it('makes no disk anew, which would be empty', () => {
    expect(dangerous('alicloud_ecs_disk', () => ({ mayStop: 'rabbitmq-2' }))).toEqual({
      'rabbitmq-1-data': [],
      'rabbitmq-2-data': [],
      'rabbitmq-3-data': [],
    });
  });
});

describe('the diff', () => {
  const other = MachineImage.of('ubuntu_24_04_x64_20G_alibase_20260815.vhd', 'ubuntu-24.04');
  const images = Images.fromRegistry({
    rabbitmq: 'registry.example.com/other/rabbitmq:4.0.9',
    proxy: 'registry.example.com/brokers/proxy:3.0',
  });

  /** Text of a new machine, as it is in the plan. */
  function textOf(props: Props): string {
    const made = resourcesOf((stack) => {
      topology(stack, platformIn(stack, props(stack)));
    });
    return JSON.stringify(made['terraform_data.ecs/rabbitmq/rabbitmq-1-files'], undefined, 1);
  }

  const before = textOf(() => ({})).split('\n');

  it.each<[string, Props, string]>([
    ['the image of machines', () => ({ machineImage: other }), 'ubuntu_24_04_x64_20G_alibase_20260815.vhd'],
    ['their system', () => ({ machineImage: other }), '"os": "ubuntu-24.04"'],
    [
      'where Docker is from',
      () => ({ docker: DockerInstallation.fromMirror('https://mirror') }),
      'https://mirror',
    ],
    ['that Docker is there', () => ({ docker: DockerInstallation.inImage() }), '"kind": "image"'],
    ['the registry', () => ({ images }), 'registry.example.com/other/rabbitmq:4.0.9'],
    [
      'who logs in there',
      (stack) => ({
        registryLogin: {
          server: 'registry.example.com',
          username: 'robot',
          password: Secret.generate(stack, 'registry'),
        },
      }),
      "REGISTRY_USER='robot'",
    ],
    ['registries without TLS', () => ({ engine: { insecureRegistries: ['plain:5000'] } }), 'plain:5000'],
    [
      'the key of disks',
      () => ({ machines: { rabbitmq: { ...BROKER, dataDisk: KEYS }, proxy: PROXY } }),
      'encrypted with key-1',
    ],
  ])('has %s as text', (_, props, text) => {
    const added = textOf(props)
      .split('\n')
      .filter((line) => !before.includes(line));
    expect(added.join('\n')).toContain(text);
  });

  it('has no secret of a registry', () => {
    const stack = stackOf((scope) => {
      const password = Secret.generate(scope, 'registry');
      build(scope, { registryLogin: { server: 'registry.example.com', username: 'robot', password } });
    });
    const { resource } = JSON.parse(Testing.synth(stack, true)) as {
      readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    const texts = Object.entries(resource['terraform_data'] ?? {}).filter(([id]) => id.includes('-files_'));
    expect(texts).toHaveLength(5);
    expect(JSON.stringify(texts)).not.toMatch(/terraform_data\.registry|sensitive/);
  });
});

describe('a machine that is not yet as declared', () => {
  it.each(['ecs.c8i.large', 'ecs.g8i.large'])('is told of in each plan: %s', (type) => {
    const { check } = JSON.parse(
      Testing.synth(
        stackOf((stack) => {
          build(stack, { keyPair: 'ops' });
        }),
        true,
      ),
    ) as { readonly check: Record<string, { readonly assert: readonly Record<string, string>[] }> };
    const assertions = Object.values(check).flatMap(({ assert }) => assert);
    const of = assertions.filter(({ condition = '' }) => condition.includes(`.instance_type == "${type}"`));
    expect(of).toHaveLength(type === BROKER.instanceType ? 3 : 2);
    expect(assertions.filter(({ condition = '' }) => condition.includes('.key_name == "ops"'))).toHaveLength(
      5,
    );
  });
});
