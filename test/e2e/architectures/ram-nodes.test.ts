import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check, CHECK_TIMEOUT_MILLISECONDS } from '../checker/check';
import { diskAlarm } from '../checker/disk-alarm';
import { anyOf, kill, killAll, pause, stop } from '../checker/host-faults';
import { cutOff } from '../checker/network-cut';
import { broken } from '../checker/report';
import { siteOf } from '../support/broker';
import { eventually, must, run } from '../support/command';
import { Deployment, Outputs } from '../support/deployment';
import { ask, NodeDescription } from '../support/management';
import { provideImages } from '../support/test-images';
import { connect, drain, publish } from '../support/traffic';

const PREFIX = 'e2e-m4';
const [DISC, RAM, OTHER_DISC] = [1, 2, 3].map((number) => `${PREFIX}-rabbitmq-${number}`) as [
  string,
  string,
  string,
];
const MESSAGES = 500;
/** An entry point that did not wait for another node would have started the broker long before. */
const ALONE_MILLISECONDS = 2000;

const deployment = new Deployment({
  prefix: PREFIX,
  subnet: '172.30.73.0/24',
  architecture: 'ram-nodes',
  frontEnd: 'none',
});
let outputs: Outputs;

interface TypedNode extends NodeDescription {
  readonly type: 'disc' | 'ram';
}

function nodesAt(url = ''): Promise<readonly TypedNode[]> {
  return ask<TypedNode[]>(outputs, url, '/api/nodes');
}

async function runs(host: string, program: string): Promise<boolean> {
  return (await run('docker', ['exec', host, 'pgrep', '-x', program])).code === 0;
}

/** Whether each node sees three that run. */
async function isWhole(): Promise<true | undefined> {
  for (const url of outputs.management_urls) {
    const nodes = await nodesAt(url);
    if (nodes.length !== 3 || nodes.some(({ running }) => !running)) return undefined;
  }
  return true;
}

async function whole(): Promise<void> {
  await eventually('three running nodes, each seeing all', 120, isWhole);
}

beforeAll(async () => {
  await provideImages();
  await deployment.mustDeploy();
  outputs = await deployment.outputs();
});

afterAll(async () => {
  await deployment.remove();
});

describe('a cluster with a RAM node', () => {
  it('was warned of', () => {
    expect(deployment.transcript).toMatch(/WARN.*ramNodes \[2\]: RabbitMQ advises against RAM nodes/);
  });

  it('has the types that were declared, as every node sees them', async () => {
    for (const url of outputs.management_urls) {
      const types = (await nodesAt(url)).map(({ name, type }) => [name.replace('rabbit@', ''), type]);
      expect(Object.fromEntries(types)).toEqual({ [DISC]: 'disc', [RAM]: 'ram', [OTHER_DISC]: 'disc' });
    }
  });

  it('comes back after a stop of all nodes with its messages, but not from the RAM node alone', async () => {
    const connection = connect(outputs);
    const { confirmed } = await publish(connection, 'orders', MESSAGES);
    await connection.close();
    await must('docker', 'stop', '--time', '60', DISC, OTHER_DISC, RAM);

    await must('docker', 'start', RAM);
    await eventually(`${RAM} waits`, 30, async () => ((await runs(RAM, 'sleep')) ? true : undefined));
    const alone = performance.now();
    while (performance.now() - alone < ALONE_MILLISECONDS) expect(await runs(RAM, 'beam.smp')).toBe(false);
    const started = performance.now();
    await must('docker', 'start', DISC, OTHER_DISC);
    await whole();
    console.log(
      `ram-nodes: whole ${((performance.now() - started) / 1000).toFixed(1)} s after the disc nodes were started`,
    );

    const again = connect(outputs);
    const consumed = await drain(again, 'orders', MESSAGES);
    await again.close();
    expect(confirmed.filter((id) => !consumed.has(id))).toEqual([]);
  });

  it('does not let a node be declared of another type than it has', async () => {
    const ready = ['exec', DISC, 'bash', '-c'];
    const file = '/etc/brokers/cluster';
    await must('docker', ...ready, `sed -i.bak 's/^mnesia .*/mnesia/' ${file}`);
    await expect(must('docker', ...ready, '/opt/brokers/bin/rabbitmq-ready')).rejects.toThrow(
      `${RAM} is a ram node, declared is disc: a node keeps the type that it joined with`,
    );
    await must('docker', ...ready, `mv ${file}.bak ${file} && /opt/brokers/bin/rabbitmq-ready`);
  });
});

describe('a cluster with a RAM node under the checker', () => {
  it(
    'keeps what it confirmed',
    async () => {
      const site = siteOf(outputs);
      const ram = (): Promise<string> => Promise.resolve(RAM);
      const brokers = [DISC, RAM, OTHER_DISC];
      const outcome = await check({
        architecture: 'ram-nodes',
        programs: [`RabbitMQ ${await must('docker', 'exec', DISC, 'rabbitmqctl', 'version')}`],
        publishers: [{ group: 'publishers', site, count: 4, routingKey: 'orders' }],
        consumers: [{ group: 'consumers', site, count: 3, queue: 'orders' }],
        faults: [
          kill('kill RAM node', ram),
          kill('kill disc node', anyOf([DISC, OTHER_DISC])),
          stop('stop RAM node', ram),
          pause('pause RAM node', ram, [2, 5]),
          cutOff('cut RAM node off', ram, brokers),
          diskAlarm(anyOf(brokers)),
          killAll(brokers),
        ],
        whole: isWhole,
        // Mnesia may keep a node that was cut off out of the cluster for good: a person restarts it.
        repair: () => must('docker', 'restart', '--time', '60', RAM),
        healSeconds: 45,
        promises: ({ faults }) => ({
          lost: { atMost: 0 },
          unhealed: { atMost: faults.filter(({ isolated }) => isolated.length > 0).length },
        }),
      });
      expect(broken(outcome)).toEqual([]);
      expect(outcome.findings.confirmed).toBeGreaterThan(1000);
    },
    CHECK_TIMEOUT_MILLISECONDS,
  );
});
