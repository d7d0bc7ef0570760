import { HostRole, PortSpec } from '../model/host';
import { TopologyFrontEnd, TopologyHost } from '../model/topology';
import { Outside, PictureNode } from './ends';
import { Junction, portText } from './picture';

const SOFTWARE: Readonly<Record<HostRole, string>> = { rabbitmq: 'RabbitMQ', proxy: 'HAProxy' };
/** A deploy checks the version of these; of others, what an image has may differ from what is declared. */
const VERSION_IS_CHECKED: readonly HostRole[] = ['rabbitmq'];

/** What a box looks like: colours by what it is about. */
export type BoxLook = 'broker' | 'proxy' | 'front-end' | 'outside' | 'messages';

const LOOKS: Readonly<Record<HostRole, BoxLook>> = { rabbitmq: 'broker', proxy: 'proxy' };

/** One line of text. */
export interface BoxLine {
  readonly text: string;
  readonly look: 'name' | 'plain' | 'soft';
}

/** Lines that belong together: the box's own, a container in it, or a disk. */
export interface BoxPart {
  readonly kind: 'own' | 'container' | 'disk';
  readonly lines: readonly BoxLine[];
}

/** What is written in a box. */
export interface Box {
  readonly look: BoxLook;
  readonly parts: readonly BoxPart[];
}

/** What is written in the box of `node`. */
export function boxOf(node: PictureNode | Junction): Box {
  switch (node.kind) {
    case 'host':
      return hostBox(node.host, node.paired);
    case 'front-end':
      return frontEndBox(node.frontEnd, node.names);
    case 'outside':
      return outsideBox(node.outside);
    case 'junction':
      return junctionBox(node);
  }
}

function hostBox({ name, address, image, machine, ports, disks }: TopologyHost, paired: boolean): Box {
  const audiences = ['clients', 'operators', ...(paired ? (['group'] as const) : [])] as const;
  return {
    look: LOOKS[image.role],
    parts: [
      {
        kind: 'own',
        lines: [
          { text: name, look: 'name' },
          plain([address, ...(machine === undefined ? [] : [machine])].join(', ')),
        ],
      },
      {
        kind: 'container',
        lines: [
          plain(
            [
              'container',
              SOFTWARE[image.role],
              ...(VERSION_IS_CHECKED.includes(image.role) ? [image.version] : []),
            ].join(' '),
          ),
          ...audiences.flatMap((audience) => portsFor(ports, audience)),
        ],
      },
      ...disks.map(({ kind, mountPath }): BoxPart => ({
        kind: 'disk',
        lines: [soft(`${kind}: ${mountPath}`)],
      })),
    ],
  };
}

function portsFor(ports: readonly PortSpec[], audience: PortSpec['audience']): BoxLine[] {
  return ports.filter((port) => port.audience === audience).map((port) => soft(portText(port)));
}

function frontEndBox({ kind, title, name, address, ports }: TopologyFrontEnd, names: readonly string[]): Box {
  return {
    look: 'front-end',
    parts: own([
      { text: /^[\d.]+$/.test(address) ? address : name, look: 'name' },
      plain(title),
      ...(kind === 'floating-address' ? [plain('held by one at a time')] : []),
      ...names.map(plain),
      ...ports.map((port) => soft(`${port.port} ${port.name}`)),
    ]),
  };
}

function outsideBox({ title, details, ports }: Outside): Box {
  return {
    look: 'outside',
    parts: own([{ text: title, look: 'name' }, ...details.map(plain), ...ports.map(soft)]),
  };
}

function junctionBox({ edges, title, group, lines, role }: Junction): Box {
  const look = edges === 'messages' ? 'messages' : LOOKS[role];
  return {
    look,
    parts: own([...(group === undefined ? [] : [plain(group)]), plain(title), ...lines.map(soft)]),
  };
}

function own(lines: readonly BoxLine[]): readonly BoxPart[] {
  return [{ kind: 'own', lines }];
}

function plain(text: string): BoxLine {
  return { text, look: 'plain' };
}

function soft(text: string): BoxLine {
  return { text, look: 'soft' };
}
