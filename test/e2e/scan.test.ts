import { App, Testing } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ProdStack } from '../../stacks/prod';
import { parseSettings } from '../../stacks/settings';
import { ROOT } from '../scripts/load';
import { scan, ScanResult } from './support/scan/checkov';
import { EXPLAINED, explains } from './support/scan/explained';
import { POLICIES } from './support/scan/policies';

const FILE = parse(readFileSync(join(ROOT, 'environments', 'prod.yaml'), 'utf8')) as object;
const FRONT_ENDS = ['slb', 'nlb', 'haproxy-keepalived'];
/** What the settings can add to a stack. */
const MORE = {
  natGateway: true,
  operators: ['10.9.0.0/16'],
  dnsZone: 'brokers.internal',
  secrets: 'kms',
  ramRole: 'brokers',
  keyPair: 'operators',
  kmsKey: 'key-hzz0123456789abcdef',
  registryUser: 'puller',
  queues: ['orders'],
};
/** Rules of checkov itself that know a resource of ours. */
const OWN_RULES = ['CKV_ALI_2', 'CKV_ALI_3'];

function prod(changes: object): string {
  const settings = parseSettings('test', { ...FILE, ...changes });
  return Testing.synth(new ProdStack(new App(), 'prod', settings), true);
}

/** A stack with one resource for each rule that breaks it. */
function wrong(): string {
  const resource: Record<string, Record<string, object>> = {};
  for (const { id, violation } of POLICIES) {
    resource[violation.type] = {
      ...resource[violation.type],
      [id]: { ...violation.arguments, tags: { rule: id } },
    };
  }
  return JSON.stringify({ resource }, undefined, 2);
}

let results: readonly ScanResult[];
const ofProd = (): readonly ScanResult[] => results.filter(({ stack }) => stack !== 'wrong');

beforeAll(async () => {
  const stacks = FRONT_ENDS.flatMap((frontEnd) => [
    [frontEnd, prod({ frontEnd })],
    [`${frontEnd}-and-more`, prod({ frontEnd, ...MORE })],
  ]);
  results = await scan({ ...(Object.fromEntries(stacks) as Record<string, string>), wrong: wrong() });
});

it.each(POLICIES)('$id tells what breaks it', ({ id, violation }) => {
  const found = results.filter(({ stack, rule, passed }) => stack === 'wrong' && rule === id && !passed);
  expect(found.map(({ resource }) => resource)).toContain(`${violation.type}.${id}`);
});

it('every rule is asked of some stack', () => {
  const asked = new Set(ofProd().map(({ rule }) => rule));
  expect([...POLICIES.map(({ id }) => id), ...OWN_RULES].filter((rule) => !asked.has(rule))).toEqual([]);
});

describe.each(FRONT_ENDS)('prod behind %s', (frontEnd) => {
  it.each([frontEnd, `${frontEnd}-and-more`])('has no finding without an explanation: %s', (name) => {
    const found = ofProd().filter(({ stack, passed }) => stack === name && !passed);
    expect(ofProd().filter(({ stack }) => stack === name).length).toBeGreaterThan(20);
    expect(
      found.filter((finding) => !EXPLAINED.some((explanation) => explains(explanation, finding))),
    ).toEqual([]);
  });
});

it('no explanation is left without a finding', () => {
  const found = ofProd().filter(({ passed }) => !passed);
  expect(EXPLAINED.filter((explanation) => !found.some((finding) => explains(explanation, finding)))).toEqual(
    [],
  );
});
