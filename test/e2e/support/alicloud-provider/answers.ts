import { COMPUTE } from './answers-compute';
import { LOAD_BALANCING } from './answers-load-balancing';
import { NETWORK } from './answers-network';
import { SERVICES } from './answers-services';
import { Cloud } from './cloud';
import { madeUp } from './identifiers';
import { Block, zeroOf } from './schema';
import { ObjectValue, UNKNOWN, Value, isList, isObject, textOf } from './values';

/** Values that the cloud gives a resource where its configuration leaves them open. */
export type Answer = Readonly<Record<string, Value>>;

/** A resource that the cloud looks at. `known`: what its configuration says, with nothing unknown left in it. */
export interface Subject {
  readonly cloud: Cloud;
  readonly id: string;
  readonly known: ObjectValue;
}

export type Answers = Readonly<Record<string, (subject: Subject) => Answer>>;

const ANSWERS: Answers = { ...COMPUTE, ...NETWORK, ...LOAD_BALANCING, ...SERVICES };

/** Attributes that two names are for; what the first says is read back in the second as well. */
const ALIASES: readonly (readonly [string, string])[] = [
  ['vpc_name', 'name'],
  ['vswitch_name', 'name'],
  ['security_group_name', 'name'],
  ['load_balancer_name', 'name'],
  ['disk_name', 'name'],
  ['nat_gateway_name', 'name'],
  ['ha_vip_name', 'havip_name'],
  ['ha_vip_id', 'havip_id'],
  ['zone_id', 'availability_zone'],
  ['private_ip', 'primary_ip_address'],
  ['route_table_id', 'router_table_id'],
];

/** The values of a resource after it was created or updated: all that its configuration left open is known. */
export function answerOf(
  cloud: Cloud,
  type: string,
  block: Block,
  id: string,
  values: ObjectValue,
): ObjectValue {
  const subject: Subject = { cloud, id, known: withoutUnknown(values) };
  const answer = { ...commonAnswer(cloud, id), ...ANSWERS[type]?.(subject) };
  const result: Record<string, Value> = { ...completed(block, values, answer) };
  for (const [name, alias] of ALIASES) {
    if (block.attributes.get(alias)?.computed === true && textOf(result[name]) !== undefined) {
      result[alias] = result[name] ?? null;
    }
  }
  return result;
}

/** What the cloud says of most resources. */
function commonAnswer(cloud: Cloud, id: string): Answer {
  return {
    id,
    create_time: '2026-01-05T08:00:00Z',
    creation_time: '2026-01-05T08:00:00Z',
    region_id: cloud.region,
    resource_group_id: `rg-${madeUp('default resource group', 0).slice(0, 12)}`,
    status: 'Available',
  };
}

/** Members of a block's list are answered by the same name with one answer a member. */
function completed(block: Block, values: ObjectValue, answer: Answer): ObjectValue {
  const result: Record<string, Value> = {};
  for (const [name, attribute] of block.attributes) {
    const value = values[name] ?? null;
    const open = value === UNKNOWN || (value === null && attribute.computed === true);
    result[name] = open ? (answer[name] ?? zeroOf(attribute.type)) : value;
  }
  for (const [name, { nesting, block: inner }] of block.blocks) {
    const value = values[name] ?? null;
    const members = answer[name];
    if (isObject(value)) result[name] = completed(inner, value, {});
    else if (isList(value)) {
      result[name] = value.map((member, index) => {
        const given = isList(members) ? members[index] : undefined;
        return isObject(member) ? completed(inner, member, isObject(given) ? given : {}) : member;
      });
    } else result[name] = members ?? (nesting === 'single' ? null : []);
  }
  return result;
}

function withoutUnknown(values: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, Value] => [name, value === UNKNOWN ? null : value]),
  );
}
