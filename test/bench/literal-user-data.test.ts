import { App, Testing } from 'cdktf';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { literalUserData } from '../../bench/literal-user-data';
import { SynthesisedStack } from '../../bench/synthesised-stack';
import { ProdStack } from '../../stacks/prod';
import { readEnvironments } from '../../stacks/environments';
import { ROOT } from '../scripts/load';

describe('literalUserData', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'literal-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('takes what Terraform puts in out of the user data of each machine, and nothing else', () => {
    const [prod] = readEnvironments(join(ROOT, 'environments'), {});
    if (prod === undefined || !('settings' in prod)) throw new Error('no environment of one network');
    const text = Testing.synth(new ProdStack(new App(), 'prod', prod.settings), true);
    mkdirSync(join(directory, 'stacks/prod'), { recursive: true });
    writeFileSync(join(directory, 'stacks/prod/cdk.tf.json'), text);
    const { machines, firstBoot } = literalUserData(new SynthesisedStack(directory, 'prod'));
    expect(Buffer.from(firstBoot, 'base64').toString()).toMatch(/^#!\/bin\/sh\n/);
    expect(Object.keys(machines)).toEqual(['prod-rabbitmq-1', 'prod-rabbitmq-2', 'prod-rabbitmq-3']);
    for (const { document, packed, shown } of Object.values(machines)) {
      expect(document).toContain('@@secret:erlang-cookie@@');
      expect(document).toContain("DISK_SERIAL='@@disk@@'");
      expect(document).not.toContain('${');
      const markers = [...document.matchAll(/@@packed:([\w-]+)@@/g)].map(([, name]) => name);
      expect(markers.length).toBeGreaterThan(0);
      expect(markers).toEqual(Object.keys(packed));
      expect(Object.keys(shown.files)).toContain('/etc/rabbitmq/definitions.json');
    }
  });
});
