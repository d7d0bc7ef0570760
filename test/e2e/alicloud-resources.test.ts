import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { answerOf } from './support/alicloud-provider/answers';
import { Cloud } from './support/alicloud-provider/cloud';
import { planResource } from './support/alicloud-provider/plan';
import { Block, CtyType, conform, loadSchema } from './support/alicloud-provider/schema';
import { ObjectValue, Value, hasUnknown, objectsOf } from './support/alicloud-provider/values';

const { resources } = loadSchema(resolve(__dirname, '../../providers/alicloud'));

/** Just what is required, at every level. */
function smallest(block: Block): ObjectValue {
  const values: Record<string, Value> = {};
  for (const [name, { type, required }] of block.attributes)
    if (required === true) values[name] = example(type);
  for (const [name, { block: inner }] of block.blocks) {
    if ([...inner.attributes.values()].some(({ required }) => required === true))
      values[name] = [smallest(inner)];
  }
  return conform(block, values);
}

function example(type: CtyType): Value {
  if (type === 'string') return 'x';
  if (type === 'number') return 1;
  if (type === 'bool') return true;
  return type[0] === 'map' || type[0] === 'object' ? { key: 'x' } : ['x'];
}

/** What Terraform proposes when the configuration stays as it is: computed values as they were. */
function proposed(block: Block, prior: ObjectValue, config: ObjectValue): ObjectValue {
  const values: Record<string, Value> = { ...config };
  for (const [name, { computed }] of block.attributes) {
    if (computed === true) values[name] = config[name] ?? prior[name] ?? null;
  }
  for (const [name, { block: inner, nesting }] of block.blocks) {
    if (nesting === 'single') continue;
    const before = objectsOf(prior[name]);
    values[name] = objectsOf(config[name]).map((member, index) =>
      proposed(inner, before[index] ?? {}, member),
    );
  }
  return values;
}

test('a resource of every type is wholly known once it exists, and then as planned', () => {
  const unsettled: Record<string, readonly string[]> = {};
  for (const [type, block] of resources) {
    const config = smallest(block);
    const { planned } = planResource(type, block, null, config);
    const created = conform(block, answerOf(new Cloud(), type, block, 'made-up', planned));
    const { changed } = planResource(type, block, created, proposed(block, created, config));
    const open = Object.keys(created).filter((name) => hasUnknown(created[name] ?? null));
    if (changed.length + open.length > 0) unsettled[type] = [...changed, ...open];
  }
  expect(resources.size).toBe(70);
  expect(unsettled).toEqual({});
});

test('a block that is added changes the resource even when nothing is set in it', () => {
  const type = 'alicloud_nat_gateway';
  const block = resources.get(type);
  if (block === undefined) throw new Error(`${type} is not in the schema`);
  const { planned } = planResource(type, block, null, smallest(block));
  const created = conform(block, answerOf(new Cloud(), type, block, 'made-up', planned));
  const wanted = conform(block, { ...created, access_mode: [{}] });
  expect(planResource(type, block, created, wanted)).toMatchObject({
    changed: ['access_mode'],
    requiresReplace: [['access_mode']],
  });
});
