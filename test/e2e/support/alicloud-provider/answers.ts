import { Cloud } from './cloud';
import { madeUp } from './identifiers';
import { Attribute, Block, CtyType } from './schema';
import { ObjectValue, UNKNOWN, Value, isList, isObject } from './values';

/** Values that the cloud gives a resource, by attribute. */
type Answer = Readonly<Record<string, Value>>;

/** Values that a resource has once it exists: `values`, and what the cloud adds where they leave it open. */
export function completed(block: Block, values: ObjectValue, answer: Answer): ObjectValue {
  const result: Record<string, Value> = {};
  for (const [name, attribute] of block.attributes) {
    const value = values[name] ?? null;
    const open = value === UNKNOWN || (value === null && attribute.computed === true);
    result[name] = open ? (answer[name] ?? placeholder(attribute)) : value;
  }
  for (const [name, { nesting, block: inner }] of block.blocks) {
    const value = values[name] ?? null;
    if (isObject(value)) result[name] = completed(inner, value, {});
    else if (isList(value)) {
      result[name] = value.map((member) => (isObject(member) ? completed(inner, member, {}) : member));
    } else result[name] = answer[name] ?? (nesting === 'single' ? null : []);
  }
  return result;
}

/** What the cloud says of most resources. */
export function commonAnswer(cloud: Cloud, id: string): Answer {
  return {
    id,
    create_time: '2026-01-05T08:00:00Z',
    region_id: cloud.region,
    resource_group_id: `rg-${madeUp('default resource group', 0).slice(0, 12)}`,
    status: 'Available',
  };
}

function placeholder(attribute: Attribute): Value {
  return zeroOf(attribute.type);
}

function zeroOf(type: CtyType): Value {
  if (type === 'string') return '';
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  return type[0] === 'map' || type[0] === 'object' ? {} : [];
}

/** The values of a resource after it was created or updated. */
export function answerOf(
  cloud: Cloud,
  _type: string,
  block: Block,
  id: string,
  values: ObjectValue,
): ObjectValue {
  return completed(block, values, commonAnswer(cloud, id));
}
