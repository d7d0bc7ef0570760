import { EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { nodeScript } from '../../lib/node/script';
import { platformIn, topology } from './ecs-fixture';
import { ofType, Resources, resourcesOf } from './synthesis';

const build = (props: Partial<EcsPlatformProps> = {}): Resources =>
  resourcesOf((stack) => topology(stack, platformIn(stack, props)));

/** Longest waits of a first boot: apt's locks and the data disk, 600 s each, secrets, 300 s, and the image, 1800 s. */
const BOOT_SECONDS = 600 + 600 + 300 + 1800;

describe('the first boot of a machine', () => {
  const made = build({ ramRole: 'brokers' });
  const command = made['alicloud_ecs_command.ecs/rabbitmq/first-boot/command'] ?? {};
  const content = Buffer.from(String(command['command_content']), 'base64').toString();

  it('is asked for by one command of its group', () => {
    expect(command).toMatchObject({ name: 'rabbitmq-first-boot', type: 'RunShellScript' });
    expect(content).toBe(nodeScript('host-first-boot').text);
    expect(Object.keys(ofType(made, 'alicloud_ecs_command'))).toHaveLength(2);
  });

  it('is waited for on each machine, after what it needs', () => {
    const invocations = ofType(made, 'alicloud_ecs_invocation');
    expect(Object.keys(invocations)).toHaveLength(5);
    expect(invocations['ecs/rabbitmq/first-boot/rabbitmq-1']).toMatchObject({
      command_id: expect.stringMatching(/alicloud_ecs_command\.ecs_rabbitmq_first-boot_command_/) as string,
      instance_id: [expect.stringMatching(/alicloud_instance\.ecs_rabbitmq_rabbitmq-1_\w+\.id/)],
      depends_on: [
        expect.stringMatching(/^alicloud_instance\.ecs_rabbitmq_rabbitmq-1_/),
        expect.stringMatching(/^alicloud_ecs_ram_role_attachment\.ecs_rabbitmq_rabbitmq-1-role_/),
        expect.stringMatching(/^alicloud_ecs_disk_attachment\.ecs_rabbitmq_rabbitmq-1-data-/),
      ],
    });
  });

  it('is what a group is complete with', () => {
    expect(made['terraform_data.ecs/proxy/members']?.['depends_on']).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^alicloud_ecs_invocation\.ecs_proxy_first-boot_proxy-1_/),
        expect.stringMatching(/^alicloud_ecs_invocation\.ecs_proxy_first-boot_proxy-2_/),
      ]),
    );
  });

  it('has more time on the machine than it waits for, the command more than that, and the provider more again', () => {
    const [, waits] = /\$\(date \+%s\) \+ (\d+)/.exec(content) ?? [];
    const { create } = ofType(made, 'alicloud_ecs_invocation')['ecs/rabbitmq/first-boot/rabbitmq-1']?.[
      'timeouts'
    ] as { create: string };
    const [, minutes] = /^(\d+)m$/.exec(create) ?? [];
    expect(Number(waits)).toBeGreaterThan(BOOT_SECONDS);
    expect(Number(command['timeout'])).toBeGreaterThan(Number(waits));
    expect(60 * Number(minutes)).toBeGreaterThan(Number(command['timeout']) + 120);
  });

  it('is not waited for on images without Cloud Assistant', () => {
    const without = build({ awaitFirstBoot: false });
    expect(Object.keys(ofType(without, 'alicloud_instance'))).toHaveLength(5);
    expect(ofType(without, 'alicloud_ecs_command')).toEqual({});
    expect(ofType(without, 'alicloud_ecs_invocation')).toEqual({});
  });
});

describe('the metadata service of a machine', () => {
  const tokens = (props: Partial<EcsPlatformProps>): unknown[] =>
    Object.values(ofType(build(props), 'alicloud_instance')).map((instance) => instance['http_tokens']);

  it.each(['23.1', '23.1.1', '23.2.2', '25.1-1ubuntu1'])(
    'asks for a token where cloud-init %s reads user data',
    (cloudInit) => {
      const machineImage = MachineImage.of('m-1', 'debian-12', { cloudInit });
      expect(tokens({ machineImage })).toEqual(Array(5).fill('required'));
    },
  );

  it('may do without, for an older one', () => {
    const machineImage = MachineImage.of('m-1', 'debian-12', { cloudInit: '22.4.2' });
    expect(tokens({ machineImage, httpTokens: 'optional' })).toEqual(Array(5).fill('optional'));
  });
});
