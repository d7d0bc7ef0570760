import { erlangAtom, erlangBinary, erlangList, erlangString } from './erlang-term';

/** When the source forgets a message. */
export type ShovelAckMode = 'on-confirm' | 'on-publish' | 'no-ack';

/** A queue, or an exchange with a routing key. */
export type StaticShovelResource =
  { readonly queue: string } | { readonly exchange: string; readonly routingKey?: string };

/** One side of a static shovel. */
export interface StaticShovelSide {
  /** One is chosen by chance at each attempt to connect; with placeholders for passwords. */
  readonly uris: readonly string[];
  readonly resource: StaticShovelResource;
}

/** A shovel that stands in `advanced.config`. */
export interface StaticShovelConfig {
  readonly name: string;
  readonly source: StaticShovelSide;
  readonly destination: StaticShovelSide;
  readonly ackMode: ShovelAckMode;
  readonly reconnectDelaySeconds: number;
  readonly prefetchCount: number;
  readonly addForwardHeaders: boolean;
}

/**
 * The list of static shovels as an Erlang term that stands `indent` spaces in. Queues and exchanges are looked for, never
 * made: a shovel whose queue is missing tries again until it is there, and one without any `declarations` does not start
 * on 4.x (rabbitmq-server issue 14521).
 */
export function renderStaticShovels(shovels: readonly StaticShovelConfig[], indent: number): string {
  return erlangList(
    shovels.map((shovel) => renderShovel(shovel, indent + 2)),
    indent,
  );
}

function renderShovel(shovel: StaticShovelConfig, indent: number): string {
  const { source, destination } = shovel;
  const sides = indent + 2;
  const settings = [
    `{source, ${renderSide(source, [...sourceFields(source.resource), `{prefetch_count, ${shovel.prefetchCount}}`], sides)}}`,
    `{destination, ${renderSide(
      destination,
      [...destinationFields(destination.resource), `{add_forward_headers, ${shovel.addForwardHeaders}}`],
      sides,
    )}}`,
    `{ack_mode, ${shovel.ackMode.replace('-', '_')}}`,
    `{reconnect_delay, ${shovel.reconnectDelaySeconds}}`,
  ];
  return `{${erlangAtom(shovel.name)}, ${erlangList(settings, indent)}}`;
}

function renderSide({ uris }: StaticShovelSide, fields: readonly string[], indent: number): string {
  const list = erlangList(uris.map(erlangString), indent + 2);
  return erlangList(['{protocol, amqp091}', `{uris, ${list}}`, ...fields], indent);
}

function sourceFields(resource: StaticShovelResource): readonly string[] {
  if ('queue' in resource) {
    return [`{declarations, [${passiveQueue(resource.queue)}]}`, `{queue, ${erlangBinary(resource.queue)}}`];
  }
  const { exchange, routingKey = '' } = resource;
  const binding = `{'queue.bind', [{exchange, ${erlangBinary(exchange)}}, {queue, <<>>}, {routing_key, ${erlangBinary(routingKey)}}]}`;
  return [`{declarations, [{'queue.declare', [exclusive]}, ${binding}]}`, '{queue, <<>>}'];
}

function destinationFields(resource: StaticShovelResource): readonly string[] {
  if ('queue' in resource) {
    const fields = `[{exchange, <<>>}, {routing_key, ${erlangBinary(resource.queue)}}]`;
    return [`{declarations, [${passiveQueue(resource.queue)}]}`, `{publish_fields, ${fields}}`];
  }
  const { exchange, routingKey } = resource;
  const key = routingKey === undefined ? '' : `, {routing_key, ${erlangBinary(routingKey)}}`;
  return [
    `{declarations, [{'exchange.declare', [{exchange, ${erlangBinary(exchange)}}, passive]}]}`,
    `{publish_fields, [{exchange, ${erlangBinary(exchange)}}${key}]}`,
  ];
}

function passiveQueue(queue: string): string {
  return `{'queue.declare', [{queue, ${erlangBinary(queue)}}, passive]}`;
}
