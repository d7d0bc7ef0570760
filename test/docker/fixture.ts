import { App, TerraformStack, Testing } from 'cdktf';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { GroupSpec, HostSpec } from '../../lib/model/host';

/** Synthesised resources by type and logical id. */
export type Resources = Record<string, Record<string, Record<string, unknown>>>;

export const IMAGES = { rabbitmq: 'rabbitmq:test', proxy: 'proxy:test' };

export function platformIn(stack: TerraformStack, subnet = '172.29.0.0/24'): DockerPlatform {
  return new DockerPlatform(stack, 'docker', { subnet, images: Images.onEngine(IMAGES) });
}

/** The platform that `platformIn` made in `stack`. */
export function platformOf(stack: TerraformStack): DockerPlatform {
  const found = stack.node.findChild('docker');
  if (!(found instanceof DockerPlatform)) throw new Error('the stack has no platform');
  return found;
}

export function host(name: string, overrides: Partial<HostSpec> = {}): HostSpec {
  return {
    name,
    address: '172.29.0.11',
    container: {
      image: { role: 'rabbitmq', version: '4.0' },
      command: ['/opt/brokers/bin/start'],
      environment: {},
      capabilities: ['CHOWN'],
      volumes: [{ name: 'data', mountPath: '/data' }],
      healthCheck: {
        command: ['true'],
        intervalSeconds: 5,
        timeoutSeconds: 2,
        retries: 3,
        startPeriodSeconds: 90,
      },
      stopTimeoutSeconds: 30,
    },
    files: [
      { path: '/etc/app.conf', text: 'motd = ${x} %{y}\n', mode: '0644', owner: 'root', onChange: 'reload' },
    ],
    scripts: [{ name: 'start', text: '#!/bin/sh\n' }],
    secrets: [],
    ports: [],
    aliases: [{ name, address: '172.29.0.11' }],
    ...overrides,
  };
}

export function group(...hosts: readonly HostSpec[]): GroupSpec {
  return { name: 'app', hosts, readyCommand: ['ready'], readyTimeoutSeconds: 60, leaveCommand: ['leave'] };
}

export function stack(): TerraformStack {
  return new TerraformStack(new App(), 'stack');
}

export function resourcesOf(of: TerraformStack): Resources {
  return (JSON.parse(Testing.synth(of, true)) as { resource: Resources }).resource;
}

/** The only resource of `type` whose logical id contains `part`. */
export function one(resources: Resources, type: string, part: string): Record<string, unknown> {
  const found = Object.entries(resources[type] ?? {}).filter(([id]) => id.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} match ${part}`);
  return found[0]?.[1] ?? {};
}
