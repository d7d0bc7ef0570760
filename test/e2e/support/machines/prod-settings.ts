import { EngineImages } from '../engine-images';
import { Registry } from './registry';

/** Names of the five instances of `prodSettings`. */
export const BROKERS = [1, 2, 3].map((number) => `prod-rabbitmq-${number}`);
export const PROXIES = [1, 2].map((number) => `prod-proxy-${number}`);

/** Settings of an environment whose machines boot here: three brokers behind two proxies, Docker in the image. */
export function prodSettings(registry: Registry, images: EngineImages, cidr: string): object {
  return {
    region: 'cn-hangzhou',
    zones: ['cn-hangzhou-h', 'cn-hangzhou-i', 'cn-hangzhou-j'],
    cidr,
    instanceType: 'ecs.g8i.large',
    image: 'debian_13_1_x64_20G_alibase_20260815.vhd',
    os: 'debian-13',
    docker: 'image',
    registry: `${registry.endpoint}/${registry.namespace}`,
    insecureRegistries: [registry.endpoint],
    images: { rabbitmq: images.rabbitmq.split('/').at(-1), proxy: images.proxy.split('/').at(-1) },
    frontEnd: 'haproxy-keepalived',
    clients: ['10.0.0.0/8'],
    queues: ['orders'],
    memoryMiB: 1024,
    openFiles: 16_384,
    deletionProtection: false,
  };
}
