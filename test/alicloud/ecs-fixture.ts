import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { EcsPlatform, EcsPlatformProps } from '../../lib/alicloud/ecs-platform';
import { MachineOptions } from '../../lib/alicloud/machine';
import { MachineImage } from '../../lib/alicloud/machine-image';
import { Network } from '../../lib/alicloud/network';
import { Images } from '../../lib/images';
import { HaproxyListener } from '../../lib/proxy/haproxy-listener';
import { HaproxyPair } from '../../lib/proxy/haproxy-pair';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';

const ZONES = ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'];

export const BROKER: MachineOptions = { instanceType: 'ecs.g8i.large' };
/** A floating address lives in one zone. */
export const PROXY: MachineOptions = { instanceType: 'ecs.c8i.large', zoneSpread: 1 };

/** Machines as ever, but for the brokers' `options`. */
export function broker(options: Partial<MachineOptions>): Partial<EcsPlatformProps> {
  return { machines: { rabbitmq: { ...BROKER, ...options }, proxy: PROXY } };
}

/** A platform over three zones, with machines for brokers and for proxies in the first zone. */
export function platformIn(stack: Construct, props: Partial<EcsPlatformProps> = {}): EcsPlatform {
  return new EcsPlatform(stack, 'ecs', {
    network: props.network ?? new Network(stack, 'network', { cidr: '10.0.0.0/16', zones: ZONES }),
    images: Images.fromRegistry({
      rabbitmq: 'registry.example.com/brokers/rabbitmq:4.0.9',
      proxy: 'registry.example.com/brokers/proxy:3.0',
    }),
    machineImage: MachineImage.of('debian_13_x64_20G_alibase_20260815.vhd', 'debian-13'),
    machines: { rabbitmq: BROKER, proxy: PROXY },
    ...props,
  });
}

/** Three brokers and a pair of proxies in front of them. */
export function topology(
  stack: TerraformStack,
  platform: EcsPlatform,
  nodes = 3,
): { readonly cluster: RabbitMqCluster; readonly pair: HaproxyPair } {
  const cluster = new RabbitMqCluster(stack, 'rabbitmq', { platform, nodes, version: RabbitMqVersion.V4_0 });
  const pair = new HaproxyPair(stack, 'proxy', { platform, listeners: [HaproxyListener.amqp(cluster)] });
  return { cluster, pair };
}
