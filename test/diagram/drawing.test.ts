import { App, TerraformStack } from 'cdktf';
import { drawStack, topologyOf } from '../../lib/diagram';
import { renderDot } from '../../lib/diagram/dot';
import { layOut, Rectangle } from '../../lib/diagram/layout';
import { Picture, pictureOf } from '../../lib/diagram/picture';
import { paint } from '../../lib/diagram/svg';
import { Topology } from '../../lib/model/topology';
import { createApp } from '../../stacks/app';
import { thirtyHosts } from './topologies';

const NOTHING: Topology = {
  areas: [],
  hosts: [],
  frontEnds: [],
  links: [],
  peerings: [],
  firewalls: [],
  names: [],
};

function stackOf(name: string): Picture {
  return pictureOf(name, topologyOf(createApp({}).node.findChild(name)));
}

function inside(inner: Rectangle, outer: Rectangle): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(one: Rectangle, other: Rectangle): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Elements that are not closed in their order, in an SVG document. */
function unclosed(svg: string): string[] {
  const open: string[] = [];
  for (const [, close = '', name = '', alone = ''] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (alone === '/') continue;
    if (close === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else open.push(`/${name}`);
  }
  return open;
}

const pictures = [
  ['local', stackOf('local')],
  ['prod', stackOf('prod')],
  ['warren', stackOf('warren')],
  ['thirty hosts', pictureOf('thirty', topologyOf(thirtyHosts()))],
] as const;

describe.each(pictures)('the layout of %s', (_, picture) => {
  it('has no box over another, and each in its frame', async () => {
    const { boxes, frames, width, height } = await layOut(renderDot(picture), picture);
    expect(boxes).toHaveLength(picture.nodes.length);
    boxes.forEach((box, index) => {
      expect(boxes.filter((other) => other !== box && overlap(box, other))).toEqual([]);
      expect(inside(box, { x: 0, y: 0, width, height })).toBe(true);
      const area = picture.nodes[index]?.area;
      const frame = frames[picture.areas.findIndex(({ id }) => id === area)];
      expect(frame === undefined).toBe(area === undefined);
      if (frame !== undefined) expect(inside(box, frame)).toBe(true);
    });
    expect(picture.nodes.filter(({ kind, area }) => kind === 'host' && area === undefined)).toEqual([]);
  });

  it('has a description that names every host', async () => {
    const stack = picture.title === 'thirty' ? thirtyHosts() : createApp({}).node.findChild(picture.title);
    const svg = await drawStack(stack);
    const description = /<desc[^>]*>(.*)<\/desc>/.exec(svg)?.[1] ?? '';
    const hosts = picture.nodes.flatMap((node) => (node.kind === 'host' ? node.host.name : []));
    expect(hosts.length).toBeGreaterThanOrEqual(2);
    expect(hosts.filter((host) => !new RegExp(`\\b${host}\\b`).test(description))).toEqual([]);
  });
});

// A zone of prod has one host.
it.each(pictures.filter(([name]) => name !== 'prod'))(
  'the hosts of a group in a zone of %s are from top to bottom in their order',
  async (_, picture) => {
    const { boxes } = await layOut(renderDot(picture), picture);
    const tops = new Map<string, number[]>();
    picture.nodes.forEach((node, index) => {
      if (node.kind !== 'host') return;
      const key = `${node.host.group.id} ${node.area ?? ''}`;
      tops.set(key, [...(tops.get(key) ?? []), boxes[index]?.y ?? NaN]);
    });
    const columns = [...tops.values()].filter((column) => column.length > 1);
    expect(columns.length).toBeGreaterThan(1);
    for (const column of columns) expect(column).toEqual([...new Set(column)].sort((a, b) => a - b));
  },
);

describe('a drawing', () => {
  it('is the same bytes for the same constructs', async () => {
    expect(await drawStack(thirtyHosts())).toBe(await drawStack(thirtyHosts()));
  });

  it('is well formed, needs nothing else, and knows no tokens', async () => {
    const svg = await drawStack(thirtyHosts());
    expect(unclosed(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|\$\{|<!|href|url\(|@import|<script/);
    expect(svg.match(/https?:/g)).toEqual(['http:']);
    expect(svg).toContain('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(svg).toMatch(/role="img" aria-labelledby="title description"/);
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  it('takes names that mean something to the layouter or to XML', async () => {
    const name = 'a "b" <c> & \\N d';
    const picture = pictureOf(name, {
      ...NOTHING,
      areas: [{ id: 'area', kind: 'network', name, details: [name] }],
      hosts: ['cluster0', name].map((host, index) => ({
        name: host,
        address: `10.0.0.${index + 1}`,
        ports: [],
        group: { id: host, name: host },
        image: { role: 'rabbitmq', version: '4.0' },
        area: index === 0 ? 'area' : 'not described',
        disks: [],
      })),
      links: [
        {
          kind: 'messages',
          name,
          from: [{ name, address: '10.0.0.2' }],
          to: [{ name: '<x>', address: '10.0.0.9' }],
          ports: [],
        },
      ],
    });
    const svg = paint(picture, await layOut(renderDot(picture), picture), name);
    expect(unclosed(svg)).toEqual([]);
    expect(svg.match(/a "b" &lt;c&gt; &amp; \\N d/g)).toHaveLength(9);
  });

  it('is refused where there is nothing to draw', async () => {
    const stack = new TerraformStack(new App(), 'empty');
    await expect(drawStack(stack)).rejects.toThrow(
      /empty.*nothing to draw, got no hosts: add e\.g\. a RabbitMqCluster/s,
    );
  });
});

describe('the text for the layouter', () => {
  it('has a subgraph for each frame, room for the text of each box, and each line', () => {
    const dot = renderDot(
      pictureOf('two', {
        ...NOTHING,
        areas: [
          { id: 'n', kind: 'network', name: 'net', details: ['VPC 10.0.0.0/16'] },
          { id: 'z', kind: 'zone', name: 'zone', details: [], within: 'n' },
        ],
        hosts: [
          {
            name: 'a',
            address: '10.0.0.1',
            ports: [],
            group: { id: 'g', name: 'g' },
            image: { role: 'rabbitmq', version: '4.0' },
            area: 'z',
            disks: [{ kind: 'volume', mountPath: '/data' }],
          },
        ],
        links: [
          {
            kind: 'serves',
            from: [{ name: 'elsewhere', address: '192.0.2.1' }],
            to: [{ name: 'a', address: '10.0.0.1' }],
            ports: [],
          },
        ],
      }),
    );
    expect(dot).toBe(`digraph {
  graph [rankdir="LR", ranksep=0.4, nodesep=0.16, fontname="DejaVu Sans", fontsize=11];
  node [shape="box", margin="0.139,0", fontname="DejaVu Sans", fontsize=10];
  subgraph clusterAll {
    graph [label=<two>, labelloc="b", margin=12];
    box1 [height=0.564, label=<<FONT POINT-SIZE="12"><B>elsewhere</B></FONT><BR/>192.0.2.1>];
    subgraph cluster0 {
      graph [label=<net · VPC 10.0.0.0/16>, labelloc="b", margin=12];
      subgraph cluster1 {
        graph [label=<zone>, labelloc="b", margin=12];
        box0 [height=1.036, label=<<FONT POINT-SIZE="12"><B>a</B></FONT><BR/>10.0.0.1<BR/>container RabbitMQ 4.0<BR/>volume: /data     >];
      }
    }
  }
  box1 -> box0 [id="line0"];
}
`);
  });
});
