import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { RabbitMqCluster } from '../../lib/rabbitmq/cluster';
import { RabbitMqClusterProps } from '../../lib/rabbitmq/cluster-props';
import { RabbitMqVersion } from '../../lib/rabbitmq/version';
import { Secret } from '../../lib/secret';
import { IMAGES, one, platformIn, resourcesOf, stack } from '../docker/fixture';

/** Two clusters on one engine: `north` with three nodes, and `south` with one, each with a user `link` and a queue. */
export interface Sites {
  readonly stack: TerraformStack;
  readonly north: RabbitMqCluster;
  readonly south: RabbitMqCluster;
}

export function sites(props: Partial<RabbitMqClusterProps> = {}): Sites {
  const s = stack();
  const platform = platformIn(s);
  const [north, south] = (['north', 'south'] as const).map((name) => {
    const nodes = name === 'north' ? 3 : 1;
    const cluster = new RabbitMqCluster(s, name, {
      platform,
      nodes,
      version: RabbitMqVersion.V4_0,
      ...props,
    });
    cluster.addQueue('orders');
    cluster.addUser('link', { password: Secret.generate(s, `${name}-link`), permissions: [{ write: '.*' }] });
    return cluster;
  });
  if (north === undefined || south === undefined) throw new Error('two sites');
  return { stack: s, north, south };
}

/** One more cluster, with one node, on an engine of its own. */
export function another({ stack: s }: Sites, name: string): RabbitMqCluster {
  const scope = new Construct(s, `${name}-site`);
  const platform = new DockerPlatform(scope, 'docker', {
    subnet: '172.29.1.0/24',
    images: Images.onEngine(IMAGES),
    networkName: name,
  });
  return new RabbitMqCluster(scope, name, { platform, nodes: 1, version: RabbitMqVersion.V4_0 });
}

/** A parameter in the definitions. */
export interface Parameter {
  readonly vhost: string;
  readonly component: string;
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What the nodes of a site get. @throws what synth has against the stack */
export function delivered({ stack: s }: Sites, node: string): Readonly<Record<string, string>> {
  const { triggers_replace: triggers } = one(resourcesOf(s), 'terraform_data', `${node}-files`);
  return (triggers as { files: Record<string, string> }).files;
}

export function parameters(of: Sites, node: string): readonly Parameter[] {
  const text = delivered(of, node)['/etc/rabbitmq/definitions.json'];
  if (text === undefined) throw new Error(`${node} has no definitions`);
  return (JSON.parse(text) as { parameters?: readonly Parameter[] }).parameters ?? [];
}

/** The settings of the first parameter. */
export function settings(of: Sites, node: string): Parameter['value'] {
  const [first] = parameters(of, node);
  if (first === undefined) throw new Error(`${node} has no parameters`);
  return first.value;
}
