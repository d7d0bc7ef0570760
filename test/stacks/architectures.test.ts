import { App, Testing } from 'cdktf';
import { Images } from '../../lib/images';
import { createApp } from '../../stacks/app';
import { ARCHITECTURE_NAMES, ARCHITECTURES, ArchitectureName } from '../../stacks/architectures';
import { LocalStack, LocalStackProps } from '../../stacks/local';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { Resources } from '../docker/fixture';

const IMAGES = { rabbitmq: { '3.10': 'rabbitmq:3.10', '4.0': 'rabbitmq:4.0' }, proxy: 'proxy:test' };
const SETTINGS = {
  region: 'cn-beijing',
  zones: ['cn-beijing-h', 'cn-beijing-i', 'cn-beijing-k'],
  instanceType: 'ecs.g8i.large',
  image: 'm-1',
  os: 'debian-12',
  registry: 'registry.example.com/brokers',
  frontEnd: 'nlb',
  clients: ['10.0.0.0/8'],
};

interface Synthesised {
  readonly resource: Resources;
  readonly output: Readonly<Record<string, { readonly value: unknown }>>;
}

function local(architecture: ArchitectureName, props: Partial<LocalStackProps> = {}): Synthesised {
  const images = Images.onEngine(IMAGES);
  const stack = new LocalStack(new App(), 'stack', { images, architecture, ...props });
  return JSON.parse(Testing.synth(stack, true)) as Synthesised;
}

function prod(settings: object): string {
  return Testing.synth(
    new ProdStack(new App(), 'prod', parseSettings('test', { ...SETTINGS, ...settings })),
    true,
  );
}

/** The definitions that the first broker imports. */
function definitions({ resource }: Synthesised): Record<string, readonly Record<string, unknown>[]> {
  for (const [id, data] of Object.entries(resource['terraform_data'] ?? {})) {
    if (!id.includes('rabbitmq-1-files')) continue;
    const { files } = data['triggers_replace'] as { readonly files: Readonly<Record<string, string>> };
    return JSON.parse(files['/etc/rabbitmq/definitions.json'] ?? '') as never;
  }
  throw new Error('no broker has definitions');
}

const imagesIn = ({ resource }: Synthesised): unknown[] =>
  Object.values(resource['docker_image'] ?? {}).map(({ name }) => name);

/** Hosts of this one share a volume, which machines cannot. */
const ON_ONE_MACHINE: ArchitectureName = 'warren-moving-store';
/** A load balancer gives clients to all servers. */
const FRONT_ENDS: Partial<Record<ArchitectureName, string>> = { warren: 'haproxy-keepalived' };

describe.each(ARCHITECTURE_NAMES)('the architecture %s', (architecture) => {
  const { version } = ARCHITECTURES[architecture];

  it('runs on the engine, on the image of its own series', () => {
    expect(imagesIn(local(architecture))).toContain(`rabbitmq:${version.line}`);
  });

  it('has the queues that were asked for', () => {
    const names = definitions(local(architecture, { queues: ['a', 'b'] }))['queues']?.map(({ name }) => name);
    expect(names).toEqual(['a', 'b']);
  });
});

it.each(ARCHITECTURE_NAMES.filter((architecture) => architecture !== ON_ONE_MACHINE))(
  'the architecture %s runs on Alibaba Cloud, on the same series',
  (architecture) => {
    const frontEnd = FRONT_ENDS[architecture] ?? SETTINGS.frontEnd;
    const { version } = ARCHITECTURES[architecture];
    expect(prod({ architecture, frontEnd })).toContain(
      `registry.example.com/brokers/rabbitmq:${version.line}.`,
    );
  },
);

describe('architectures', () => {
  it('have queues of their own type', () => {
    const type = (architecture: ArchitectureName): unknown =>
      (definitions(local(architecture))['queues']?.[0]?.['arguments'] as Record<string, unknown>)[
        'x-queue-type'
      ];
    expect(ARCHITECTURE_NAMES.map((name) => [name, type(name)])).toEqual([
      ['mirrored', 'classic'],
      ['ordinary', 'classic'],
      ['quorum', 'quorum'],
      ['ram-nodes', 'classic'],
      ['single', 'quorum'],
      ['warren', 'quorum'],
      ['warren-moving-store', 'quorum'],
    ]);
  });

  it('take the image that an environment names', () => {
    expect(prod({ architecture: 'mirrored', images: { rabbitmq: 'mq:3' } })).toContain('/brokers/mq:3');
  });

  it('mirror to a majority of the nodes', () => {
    const copies = (nodes: number): unknown => {
      const [policy] = definitions(local('mirrored', { nodes }))['policies'] ?? [];
      return (policy?.['definition'] as Record<string, unknown>)['ha-params'];
    };
    expect([3, 5, 7].map(copies)).toEqual([2, 3, 4]);
  });

  it('mirror no quorum queue', () => {
    const { policies, queues } = definitions(local('mirrored', { quorumQueues: ['orders.2', 'a+b'] }));
    expect(
      queues?.map(({ name, arguments: values }) => [name, (values as object as never)['x-queue-type']]),
    ).toEqual([
      ['orders', 'classic'],
      ['orders.2', 'quorum'],
      ['a+b', 'quorum'],
    ]);
    const pattern = new RegExp(String(policies?.[0]?.['pattern']));
    const names = ['orders', 'orders.2', 'orders.22', 'ordersx2', 'a+b', 'aab', 'amq.gen-1', 'amqp'];
    expect(names.filter((name) => pattern.test(name))).toEqual([
      'orders',
      'orders.22',
      'ordersx2',
      'aab',
      'amqp',
    ]);
  });

  it('keep metadata on the disks of a majority, and leave every node its type when they grow', () => {
    const ram = (nodes: number): unknown => {
      const { resource } = local('ram-nodes', { nodes });
      return Object.entries(resource['terraform_data'] ?? {}).flatMap(([id, data]) => {
        const { files } = data['triggers_replace'] as { readonly files?: Readonly<Record<string, string>> };
        const peers = files?.['/etc/rabbitmq/conf.d/zz-20-cluster.conf'] ?? '';
        return peers.includes('node_type = ram') ? [/rabbitmq-(\d)-files/.exec(id)?.[1]] : [];
      });
    };
    expect([3, 5, 7].map(ram)).toEqual([['2'], ['2', '4'], ['2', '4', '6']]);
    expect(() => local('ram-nodes', { nodes: 1 })).toThrow('must be 3, 5 or 7, got 1');
  });

  it('that are deprecated are stacks for those who ask for them', () => {
    const names = (variables: NodeJS.ProcessEnv): string[] =>
      createApp(variables).node.children.map(({ node }) => node.id);
    expect(names({})).toEqual(expect.arrayContaining(['local', 'mirrored', 'ordinary', 'single']));
    expect(names({})).not.toContain('ram-nodes');
    expect(names({ BROKERS_DEPRECATED: '1' })).toContain('ram-nodes');
  });

  it('have one broker and no proxies when they are single', () => {
    const { resource, output } = local('single');
    expect(Object.values(resource['docker_container'] ?? {}).map(({ name }) => name)).toEqual(['rabbitmq-1']);
    expect(output['amqp_endpoint']?.value).toBe('172.29.0.11:5672');
    expect(() => local('single', { nodes: 3 })).toThrow(
      'nodes of the architecture single must be 1, got 3: leave it out, or choose the architecture quorum',
    );
    expect(() => prod({ architecture: 'single', nodes: 3 })).toThrow('must be 1, got 3');
  });

  it('give clients to one of two brokers in a warren, which a load balancer cannot', () => {
    expect(JSON.stringify(local('warren'))).toMatch(/server rabbitmq-2 [^"]*? backup\\n/);
    expect(() => local('warren', { nodes: 3 })).toThrow('got 3: use RabbitMqCluster with nodes 3');
    expect(() => prod({ architecture: 'warren' })).toThrow(
      'listener amqp: a load balancer uses all of its servers, got prod-rabbitmq-2 as a backup: put a HaproxyPair',
    );
  });

  it('move a store only where both hosts can have it', () => {
    const volumes = Object.values(local('warren-moving-store').resource['docker_volume'] ?? {});
    expect(volumes.map(({ name }) => name)).toContain('rabbitmq-store');
    expect(() => prod({ architecture: 'warren-moving-store' })).toThrow(
      'prod/ecs: a disk belongs to one machine, got volume prod-rabbitmq-store of prod-rabbitmq-1, which its group shares: ' +
        "let each host keep its own data (a Warren with store 'independent'), or copy it (a RabbitMqCluster with nodes 3)",
    );
  });

  it('name every broker where there are no proxies', () => {
    expect(local('quorum', { frontEnd: 'none' }).output['amqp_endpoint']?.value).toBe(
      '172.29.0.11:5672,172.29.0.12:5672,172.29.0.13:5672',
    );
  });

  it('need an image of their series', () => {
    const images = Images.onEngine({ ...IMAGES, rabbitmq: { '4.0': 'rabbitmq:4.0' } });
    expect(() => local('mirrored', { images })).toThrow(
      "no image for rabbitmq 3.10: name it in images, e.g. { rabbitmq: { '3.10': 'name:tag' } }",
    );
  });

  it('are one of those that exist', () => {
    expect(() => prod({ architecture: 'mirror' })).toThrow(
      /architecture: must be mirrored, ordinary, .* or warren-moving-store/,
    );
  });
});
