import { must } from '../support/command';
import { Fault, Step } from './fault';
import { Target } from './host-faults';

/** Has `iptables`, which an image of a broker has no reason to have. */
const TOOLS_IMAGE = 'cdktf-brokers-test/network-tools:trixie';
const CHAIN = 'CHECKER-CUT';

/** Which hosts reach each other no longer. */
export interface Cut {
  /** The hosts on whose side packets are dropped, both those that come and those that go. */
  readonly hosts: readonly string[];
  /** IPv4 addresses that these hosts reach no longer. */
  readonly from: readonly string[];
  /** Those of the hosts that cannot reach a majority. @default none */
  readonly isolated?: readonly string[];
}

/** Longer than a node needs to notice with the default tick time. */
const HOLD_SECONDS: Fault['holdSeconds'] = [10, 14];

/**
 * Cuts a network inside of the network namespaces of `hosts`, so that everybody else still reaches both sides. Packets
 * vanish without an answer, as in a switch that fails.
 */
export function cut(
  name: string,
  choose: (draw: number) => Promise<Cut>,
  holdSeconds: Fault['holdSeconds'] = HOLD_SECONDS,
): Fault {
  return {
    name,
    holdSeconds,
    aim: async (draw) => {
      const { hosts, from, isolated = [] } = await choose(draw);
      return {
        target: `${hosts.join(', ')} from ${from.join(', ')}`,
        isolated,
        inject: hosts.map((host) => inNetworkOf(host, dropRules(from))),
        // A host that was started again meanwhile has a new namespace, without the rules.
        heal: hosts.map((host) => inNetworkOf(host, REMOVAL, /not running|No such container/)),
      };
    },
  };
}

/** Cuts one of `hosts` off from all others, so that it is a minority of one. */
export function cutOff(
  name: string,
  target: Target,
  hosts: readonly string[],
  holdSeconds: Fault['holdSeconds'] = HOLD_SECONDS,
): Fault {
  const choose = async (draw: number): Promise<Cut> => {
    const host = await target(draw);
    const others = hosts.filter((each) => each !== host);
    return {
      hosts: [host],
      from: await Promise.all(others.map((each) => addressOf(each))),
      isolated: [host],
    };
  };
  return cut(name, choose, holdSeconds);
}

const REMOVAL = [
  `iptables -w -D INPUT -j ${CHAIN}`,
  `iptables -w -D OUTPUT -j ${CHAIN}`,
  `iptables -w -F ${CHAIN}`,
  `iptables -w -X ${CHAIN}`,
  // Fails while the chain is there.
  `! iptables -w -S ${CHAIN} >&2`,
].join('\n');

/** Address of a container. @param network is needed when it has several */
export async function addressOf(host: string, network?: string): Promise<string> {
  const format = '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{.IPAddress}}\n{{end}}';
  const listing = (await must('docker', 'inspect', '--format', format, host)).split('\n');
  const all = listing
    .map((text) => text.split(' '))
    .filter(([name]) => network === undefined || name === network);
  const [[, address] = []] = all;
  if (address === undefined || address === '' || all.length > 1) {
    throw new Error(`${host} must have one address, got networks ${listing.join(', ')}: name one`);
  }
  return address;
}

function dropRules(addresses: readonly string[]): string {
  return [
    REMOVAL,
    'set -e',
    `iptables -w -N ${CHAIN}`,
    ...addresses.flatMap((address) => [
      `iptables -w -A ${CHAIN} -s ${address} -j DROP`,
      `iptables -w -A ${CHAIN} -d ${address} -j DROP`,
    ]),
    // The chain is complete before it takes effect, so that the cut happens in one moment for all addresses.
    `iptables -w -I INPUT -j ${CHAIN}`,
    `iptables -w -I OUTPUT -j ${CHAIN}`,
  ].join('\n');
}

function inNetworkOf(host: string, script: string, doneAlready?: RegExp): Step {
  return {
    command: [
      'docker',
      'run',
      '--rm',
      '--network',
      `container:${host}`,
      '--cap-drop',
      'ALL',
      '--cap-add',
      'NET_ADMIN',
      '--cap-add',
      'NET_RAW',
      TOOLS_IMAGE,
      'sh',
      '-c',
      script,
    ],
    ...(doneAlready === undefined ? {} : { doneAlready }),
  };
}
