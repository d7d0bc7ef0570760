import fc from 'fast-check';
import { CloudInitDocument, renderCloudInit } from '../../lib/config/cloud-init';
import { ContainerUnit, renderContainerUnit } from '../../lib/config/systemd';
import { anyCloudInit, parsed, TYPICAL } from '../config/cloud-inits';
import { FULL, SMALL } from '../config/container-units';
import { eventually } from '../e2e/support/command';
import { Machine } from '../e2e/support/machines/machine';
import { MachineNetwork } from '../e2e/support/machines/network';

let network: MachineNetwork;
let machine: Machine;

/** Stands for the engine: it notes the arguments of each call, and a container runs until it is stopped. */
const DOCKER = `#!/bin/sh
printf '%s\\0' "$@" > "/run/called-$1"
[ "$1" != run ] || exec sleep infinity
`;
const ENGINE = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n';

beforeAll(async () => {
  network = await MachineNetwork.create(`e2e-files-${process.pid}`, '172.30.22.0/24');
  machine = await Machine.start(network, {
    name: 'machine',
    address: '172.30.22.11',
    userData: renderCloudInit('test', {
      hostname: 'machine',
      files: [
        { path: '/usr/bin/docker', permissions: '0755', content: DOCKER },
        { path: '/etc/systemd/system/docker.service', permissions: '0644', content: ENGINE },
        {
          path: '/opt/brokers/host/prepare',
          permissions: '0755',
          content: '#!/bin/sh\ntouch /run/prepared\n',
        },
      ],
      commands: [],
    }),
  });
  expect(await machine.waitForCloudInit(90)).toMatchObject({ status: 'done', complaints: [] });
});

afterAll(async () => {
  await network.remove();
});

describe('cloud-init', () => {
  it('finds the document in its schema', async () => {
    await machine.put({ '/var/tmp/typical.yaml': renderCloudInit('test', TYPICAL) });
    expect(await machine.must('cloud-init schema --config-file /var/tmp/typical.yaml')).toMatch(
      /^Valid schema/,
    );
  });

  it('reads any document as it was meant', async () => {
    const documents: CloudInitDocument[] = fc.sample(anyCloudInit, 200);
    const rendered = documents.map((document) => renderCloudInit('test', document));
    await machine.put({ '/var/tmp/documents.json': JSON.stringify(rendered) });
    const read =
      'import json, yaml; print(json.dumps([yaml.safe_load(t) for t in json.load(open("/var/tmp/documents.json"))]))';
    expect(JSON.parse(await machine.must(`python3 -c '${read}'`))).toEqual(documents.map(parsed));
  });
});

describe('systemd', () => {
  /** Writes the unit as that of its container's name and starts it. */
  async function start(unit: ContainerUnit): Promise<void> {
    await machine.put({ [`/etc/systemd/system/${unit.name}.service`]: renderContainerUnit(unit) });
    await machine.must(`rm -f /run/called-*; systemctl daemon-reload; systemctl restart ${unit.name}`);
  }

  async function called(action: string): Promise<string[]> {
    const path = `/run/called-${action}`;
    const text = await eventually(`docker ${action}`, 30, async () => {
      const { code, stdout } = await machine.exec(`cat ${path}`);
      return code === 0 && stdout !== '' ? stdout : undefined;
    });
    return text.split('\0').slice(0, -1);
  }

  it.each([SMALL, FULL])('has nothing to say against the unit of $description', async (unit) => {
    const path = `/etc/systemd/system/${unit.name}.service`;
    await machine.put({ [path]: renderContainerUnit(unit) });
    expect((await machine.exec(`systemd-analyze verify --man=no ${path}`)).output).toBe('');
  });

  it('starts a container after what it needs, again when it ends, and stops it in order', async () => {
    await start(FULL);
    expect((await called('run')).slice(0, 3)).toEqual(['run', '--name', 'rabbitmq']);
    expect(await machine.must('ls /run/prepared')).toBe('/run/prepared');
    expect(await called('rm')).toEqual(['rm', '--force', 'rabbitmq']);

    await machine.must('rm /run/called-run; systemctl kill --signal=KILL rabbitmq');
    expect(await called('run')).toContain('rabbitmq');

    await machine.must('systemctl stop rabbitmq');
    expect(await called('stop')).toEqual(['stop', 'rabbitmq']);
  });

  it('passes every word on as it is', async () => {
    const hard = [
      '',
      ';',
      '\\',
      '"',
      "'",
      ' ',
      '$',
      '$$HOME',
      '${HOME}',
      '%',
      '%n',
      '%%',
      '#',
      '\\x41',
      '\n',
      '\t\r',
    ];
    // An argument has no NUL, and systemd takes a line with a noncharacter of Unicode for broken.
    const word = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replace(/\0|\p{Noncharacter_Code_Point}/gu, ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(word, fc.constantFrom(...hard)), { maxLength: 100 }),
        async (words) => {
          const environment = Object.fromEntries(words.map((value, index) => [`NAME_${index}`, value]));
          const { healthCheck } = SMALL.container;
          await start({
            ...SMALL,
            container: { ...SMALL.container, environment, command: words, healthCheck },
          });
          const got = await called('run');
          const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
          expect(got.filter((_, index) => got[index - 1] === '--env')).toEqual(assignments);
          expect(got.slice(got.indexOf(SMALL.image) + 1)).toEqual(words);
        },
      ),
      { numRuns: 8, examples: [[hard]] },
    );
  });

  it('passes the words of a health check on to a shell, which takes them apart again', async () => {
    const command = ['printf', '%s,', "it's", 'two words', '$HOME', '`id`', '\\', '"', ''];
    const { healthCheck } = SMALL.container;
    await start({ ...SMALL, container: { ...SMALL.container, healthCheck: { ...healthCheck, command } } });
    const got = await called('run');
    await machine.put({ '/var/tmp/health': got[got.indexOf('--health-cmd') + 1] ?? '' });
    expect(await machine.must('sh /var/tmp/health')).toBe(command.slice(2).join(',') + ',');
  });
});
