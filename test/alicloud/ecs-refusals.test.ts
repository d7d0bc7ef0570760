import { TerraformStack } from 'cdktf';
import { EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { Network } from '../../lib/alicloud/network';
import { Images } from '../../lib/images';
import { Secret } from '../../lib/secret';
import { group, host } from '../docker/fixture';
import { BROKER, broker, platformIn, PROXY, topology } from './ecs-fixture';
import { resourcesOf, stackOf } from './synthesis';
import { userDataOf } from './user-data-document';

function build(props: (stack: TerraformStack) => Partial<EcsPlatformProps>): void {
  resourcesOf((stack) => topology(stack, platformIn(stack, props(stack))));
}

describe('a platform refuses', () => {
  const images = (rabbitmq: string): Partial<EcsPlatformProps> => ({
    images: Images.fromRegistry({ rabbitmq, proxy: 'registry.example.com/proxy:3.0' }),
  });
  const login = (server: string, username: string, stack: TerraformStack): Partial<EcsPlatformProps> => ({
    registryLogin: { server, username, password: Secret.generate(stack, 'password') },
  });

  const refused: [string, (stack: TerraformStack) => Partial<EcsPlatformProps>, string][] = [
    [
      'both a key pair and a password',
      (stack) => ({ keyPair: 'brokers', password: Secret.generate(stack, 'root') }),
      'stack/ecs: keyPair and password exclude each other: keep the key pair',
    ],
    [
      'a machine to stop that is none of its own',
      () => ({ mayStop: 'rabbitmq-4' }),
      'stack/ecs: mayStop must name one host of this platform, got rabbitmq-4: use rabbitmq-1, rabbitmq-2, rabbitmq-3, ',
    ],
    [
      'a password in plain text',
      () => ({ password: 'secret' as unknown as Secret }),
      'stack/ecs: password must be a Secret, got plain text',
    ],
    [
      'a password that Terraform does not know',
      () => ({ password: Secret.fromKms('root') }),
      'KMS secret "root": an ECS node fetches the value with its RAM role',
    ],
    [
      'a type of machine that is none',
      () => broker({ instanceType: 'g8i.large' }),
      'stack/ecs: instanceType must be a type of ECS, got g8i.large: write e.g. ecs.g8i.large',
    ],
    [
      'a small disk',
      () => broker({ systemDisk: { sizeGiB: 19 } }),
      'stack/ecs: systemDisk.sizeGiB must be a whole number from 20 to 2048, got 19',
    ],
    [
      'a system disk that is larger than the cloud makes them',
      () => broker({ systemDisk: { sizeGiB: 2049 } }),
      'stack/ecs: systemDisk.sizeGiB must be a whole number from 20 to 2048, got 2049',
    ],
    [
      'a disk that is too small for its performance level',
      () => broker({ dataDisk: { sizeGiB: 460, performanceLevel: 'PL2' } }),
      'dataDisk.sizeGiB must be a whole number from 461 to 32768 with performanceLevel PL2, got 460',
    ],
    [
      'a large disk',
      () => broker({ dataDisk: { sizeGiB: 32_769 } }),
      'dataDisk.sizeGiB must be a whole number from 20 to 32768, got 32769',
    ],
    ['part of a GiB', () => broker({ dataDisk: { sizeGiB: 20.5 } }), 'got 20.5'],
    [
      'a performance level that the disk lacks',
      () => broker({ dataDisk: { sizeGiB: 100, category: 'cloud_ssd', performanceLevel: 'PL2' } }),
      'stack/ecs: dataDisk.performanceLevel PL2 is of category cloud_essd only, got cloud_ssd: leave it out',
    ],
    [
      'a key for a disk that is not encrypted',
      () => broker({ dataDisk: { sizeGiB: 100, encrypted: false, kmsKeyId: 'key-1' } }),
      'stack/ecs: dataDisk.kmsKeyId is of encrypted disks only: leave out encrypted: false',
    ],
    [
      'a group that it has no machines for',
      () => ({ machines: { rabbitmq: BROKER } }),
      "stack/ecs: proxy needs machines for proxy: add machines.proxy, e.g. { instanceType: 'ecs.g8i.large' }",
    ],
    [
      'no zones to spread over',
      () => broker({ zoneSpread: 0 }),
      'machines.rabbitmq.zoneSpread must be a whole number from 1, got 0',
    ],
    ['half a zone', () => broker({ zoneSpread: 1.5 }), 'got 1.5'],
    [
      'more zones than the network has',
      (stack) => ({
        network: new Network(stack, 'network', { cidr: '10.0.0.0/16', zones: ['us-west-1a', 'us-west-1b'] }),
      }),
      'stack/ecs: hosts of rabbitmq are spread over 3 zones, the network has 2: name more zones, or set machines.rabbitmq.zoneSpread to 2',
    ],
    [
      'a floating address across zones',
      () => ({ machines: { rabbitmq: BROKER, proxy: { ...PROXY, zoneSpread: 2 } } }),
      'stack/ecs: a floating address lives in one zone, the hosts of proxy are spread over 2: set ' +
        'machines.proxy.zoneSpread to 1, or put a LoadBalancer or a NetworkLoadBalancer in front, which span zones',
    ],
    [
      'an image for another region only',
      () => ({
        machineImage: MachineImage.perRegion({ 'us-west-1': 'm-1', 'cn-beijing': 'm-2' }, 'debian-13'),
      }),
      'stack/ecs: no image for region cn-hangzhou: name one beside those of cn-beijing, us-west-1',
    ],
    [
      'an image whose cloud-init reads no user data with a token',
      () => ({ machineImage: MachineImage.of('m-1', 'debian-12', { cloudInit: '22.4.2' }) }),
      "stack/ecs: cloud-init of the machine image must be 23.2.2 or later with httpTokens 'required', got 22.4.2: " +
        "use a later image, or set httpTokens to 'optional'",
    ],
    [
      'a version of cloud-init that is none',
      () => ({ machineImage: MachineImage.of('m-1', 'debian-12', { cloudInit: 'newest' }) }),
      'stack/ecs: cloudInit of the machine image must be a version, got newest: write e.g. 25.1',
    ],
    [
      'an image of one engine',
      () => ({ images: Images.onEngine({ rabbitmq: 'rabbitmq:local', proxy: 'proxy:local' }) }),
      'stack/ecs: image rabbitmq:local is on the engine of one machine only: name it with a registry by Images.fromRegistry',
    ],
    [
      'an image without a registry',
      () => images('rabbitmq:4.0.9'),
      'stack/ecs: image rabbitmq:4.0.9 names no registry: write e.g. acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com/brokers/rabbitmq:4.0.9, or docker.io/library/rabbitmq:4.0.9 if Docker Hub is meant',
    ],
    [
      'an image of a user of Docker Hub',
      () => images('bitnami/rabbitmq:4.0'),
      'or docker.io/bitnami/rabbitmq:4.0 if Docker Hub is meant',
    ],
    [
      'an image that ends a shell word',
      () => images("registry.example.com/a'b"),
      "image registry.example.com/a'b has characters that no image name has",
    ],
    [
      'a registry with a path',
      (stack) => login('registry.example.com/brokers', 'robot', stack),
      'registryLogin.server must be host or host:port, got registry.example.com/brokers',
    ],
    [
      'a user with a quote',
      (stack) => login('registry.example.com', "rob'ot", stack),
      "registryLogin.username may have letters, digits and . _ @ + -, got rob'ot",
    ],
    [
      'a login in plain text',
      () => ({
        registryLogin: {
          server: 'registry.example.com',
          username: 'robot',
          password: 'x' as unknown as Secret,
        },
      }),
      'stack/ecs: registryLogin.password must be a Secret, got plain text',
    ],
  ];
  it.each(refused)('%s', (_, props, message) => {
    expect(() => {
      build(props);
    }).toThrow(message);
  });

  it.each(['docker.io/library/rabbitmq:4', 'localhost/rabbitmq', '10.0.0.5:5000/rabbitmq:4.0@sha256:abc'])(
    'but takes the image %s',
    (name) => {
      const stack = stackOf((made) => topology(made, platformIn(made, images(name))));
      const unit = userDataOf(stack, 'rabbitmq-1').files['/etc/systemd/system/rabbitmq.service'];
      expect(unit?.text).toContain(` --entrypoint /opt/brokers/unpack ${name} `);
    },
  );

  it('addresses of its hosts that are too few, and those of others', () => {
    stackOf((stack) => {
      const platform = platformIn(stack);
      const request = { group: 'app', role: 'rabbitmq', count: 3 } as const;
      expect(() => platform.reserveAddresses({ ...request, addresses: ['10.0.0.11'] })).toThrow(
        'stack/ecs: addresses of app must name one address a host, got 1 for 3 hosts',
      );
      expect(() =>
        platform.reserveAddresses({ ...request, addresses: ['10.0.0.11', '10.0.0.12', '10.0.2.13'] }),
      ).toThrow('stack/ecs: address 10.0.0.12 of app-2 is outside 10.0.1.0/24');
      expect(() =>
        platform.reserveAddresses({ group: 'last', role: 'proxy', count: 1, addresses: ['10.0.0.253'] }),
      ).toThrow('stack/ecs: address 10.0.0.253 of last-1 is outside 10.0.0.0/24');
      expect(() => platform.place(() => group(host('node-1', { address: '10.0.0.77' })))).toThrow(
        'host node-1 has an address that this platform did not give: reserve it',
      );
    });
  });

  it('names that the cloud does not take', () => {
    stackOf((stack) => {
      const platform = platformIn(stack);
      const placed = (name: string) => () => {
        const [address = ''] = platform.reserveAddresses({ group: name, role: 'rabbitmq', count: 1 });
        platform.place(() => ({ ...group(host(`${name}-1`, { address })), name }));
      };
      expect(placed('q')).toThrow(
        'stack/ecs/q/firewall: name must have 2 to 128 letters, digits, . : _ or -, a letter first, got "q": choose',
      );
      expect(placed('a--b')).toThrow(
        'stack/ecs/a--b: name must have single hyphens only, as the host name of a machine, got a--b: choose another name',
      );
      expect(placed('mq')).not.toThrow();
    });
  });

  it('a floating address before its hosts, a group without hosts, and a host name twice', () => {
    stackOf((stack) => {
      const platform = platformIn(stack);
      expect(() => platform.reserveFloatingAddress('app')).toThrow(
        'stack/ecs: app has no hosts yet: reserve their addresses first',
      );
      expect(() => platform.place(() => group())).toThrow('stack/ecs: group app has no hosts');
      const [address = ''] = platform.reserveAddresses({ group: 'app', role: 'rabbitmq', count: 1 });
      const placed = host('node-1', { address });
      platform.place(() => group(placed));
      expect(() => platform.place(() => ({ ...group(placed), name: 'other' }))).toThrow(
        'stack/ecs: host name node-1 is used twice: rename one group',
      );
    });
  });
});
