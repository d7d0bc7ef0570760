import {
  countDefinitions,
  definitionsByName,
  DefinitionsDocument,
  renderDefinitions,
} from '../config/definitions';
import { FileSpec } from '../model/host';
import { secretPlaceholder } from '../model/secret';
import { jsonWithTokens } from '../terraform/json';
import { DEFINITIONS_PATH } from './node-configuration';
import { MetadataStore, RabbitMqVersion } from './version';

/** Names under which the nodes know these secrets. */
export const COOKIE_SECRET = 'erlang-cookie';
export const ADMINISTRATOR_SECRET = 'administrator-password';

/** The Erlang cookie, which only the broker's user may read. */
export function cookieFile(): FileSpec {
  return {
    path: '/var/lib/rabbitmq/.erlang.cookie',
    text: `${secretPlaceholder(COOKIE_SECRET, 'raw')}\n`,
    mode: '0400',
    owner: 'rabbitmq',
    onChange: 'restart',
  };
}

/** What a node is told of its cluster, for its own scripts: version, metadata store and RAM nodes, then all nodes. */
export function membershipFile(
  version: RabbitMqVersion,
  store: MetadataStore,
  nodes: readonly string[],
  ramNodes: readonly string[],
): FileSpec {
  const erlangName = (node: string): string => `rabbit@${node}`;
  return {
    path: '/etc/brokers/cluster',
    text: [
      version.toString(),
      [store, ...ramNodes.map(erlangName)].join(' '),
      ...nodes.map(erlangName),
      '',
    ].join('\n'),
    mode: '0644',
    owner: 'root',
    onChange: 'none',
  };
}

/** From here on a diff of the list of all definitions takes seconds, and minutes with some thousand. */
const MOST_SHOWN_AS_TEXT = 500;

/** Vhosts, users, policies, exchanges, queues and bindings, with passwords once the node has put them in. */
export function definitionsFile(document: DefinitionsDocument): FileSpec {
  return {
    path: DEFINITIONS_PATH,
    text: jsonWithTokens(renderDefinitions(document)),
    ...(countDefinitions(document) > MOST_SHOWN_AS_TEXT ? { shownAs: shown(document) } : {}),
    mode: '0400',
    owner: 'rabbitmq',
    onChange: 'reload',
  };
}

function shown(document: DefinitionsDocument): Readonly<Record<string, string>> {
  const items = Object.entries(definitionsByName(document));
  return Object.fromEntries(items.map(([name, json]) => [name, jsonWithTokens(json)]));
}

/** Who the node's own scripts log in as; the password is the secret `ADMINISTRATOR_SECRET`. */
export function administratorFile(name: string): FileSpec {
  return {
    path: '/etc/brokers/administrator',
    text: `${name}\n`,
    mode: '0644',
    owner: 'root',
    onChange: 'none',
  };
}
