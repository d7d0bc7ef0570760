import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { must } from './support/command';
import { Deployment, Settings } from './support/deployment';
import { engineImages } from './support/engine-images';

const PREFIX = 'e2e-f';
const SUBNET = '172.30.12.0/24';
let deployment: Deployment | undefined;

function prepare(settings: Partial<Settings>): Deployment {
  deployment = new Deployment({ prefix: PREFIX, subnet: SUBNET, ...settings });
  return deployment;
}

/** Fails the deploy and returns what was printed on one line, since Terraform wraps its errors. */
async function failingDeploy(settings: Partial<Settings>, prepared = prepare(settings)): Promise<string> {
  const result = await prepared.deploy();
  expect(result.code).not.toBe(0);
  expect(result.output).not.toContain('Apply complete!');
  return result.output.replace(/[\s│]+/g, ' ');
}

afterEach(async () => {
  await deployment?.remove();
  expect(await deployment?.leftovers()).toEqual([]);
});

describe('a deploy that cannot work fails with a sentence', () => {
  it('when the engine is unreachable', async () => {
    const output = await failingDeploy({ engine: 'unix:///nonexistent/docker.sock' });
    expect(output).toMatch(/unix:\/\/\/nonexistent\/docker\.sock/);
    expect(output).toMatch(/Docker (server|daemon)/);
    deployment?.change({ engine: undefined as never });
  });

  it('when the subnet is taken', async () => {
    await must('docker', 'network', 'create', '--subnet', '172.30.12.128/25', 'e2e-taken');
    try {
      expect(await failingDeploy({})).toContain(
        `subnet ${SUBNET} is taken: Docker network e2e-taken has 172.30.12.128/25; choose another subnet`,
      );
    } finally {
      await must('docker', 'network', 'rm', 'e2e-taken');
    }
  });

  it('when a host name is taken, before anything is made', async () => {
    const [name, label] = [`${PREFIX}-proxy-1`, 'cdktf-brokers.stack=messaging'];
    const { proxy } = engineImages();
    const prepared = prepare({});
    // Terraform takes it for none; without one, all of this name would be swept away.
    writeFileSync(prepared.stateFile, '');
    await must('docker', 'create', '--name', name, '--label', label, proxy);
    try {
      expect(await failingDeploy({}, prepared)).toContain(
        `host name ${name} is taken: stack messaging has a container of that name on this engine; choose another name`,
      );
      expect(await prepared.leftovers()).toEqual([name]);
    } finally {
      await must('docker', 'rm', '--volumes', name);
    }
  });

  it('when an image is missing', async () => {
    const image = 'cdktf-brokers/no-such-image:0';
    expect(await failingDeploy({ rabbitmqImage: image })).toContain(`image ${image} is not on the engine`);
  });

  it('when a broker does not start, quoting its reason', async () => {
    const settings = { nodes: 1, readyTimeoutSeconds: 20, userLines: ['log.consle.level = info'] };
    expect(await failingDeploy(settings)).toMatch(
      /rabbitmq does not serve after 20 s: container e2e-f-rabbitmq-1 .*: You've tried to set log\.consle\.level, but there is no setting with that name/,
    );
  });

  it('when one node has another cookie, naming that node', async () => {
    const output = await failingDeploy({ strangerHost: `${PREFIX}-rabbitmq-3`, readyTimeoutSeconds: 30 });
    expect(output).toContain(`${PREFIX}-rabbitmq does not serve after 30 s`);
    expect(output).toContain(`${PREFIX}-rabbitmq-3 refuses this node: its Erlang cookie differs`);
  });
});
