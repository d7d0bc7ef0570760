import fc from 'fast-check';
import { countDefinitions, definitionsByName, renderDefinitions } from '../../lib/config/definitions';
import { ADMINISTRATOR, anyTopology, builder, declare, shop } from '../rabbitmq/topologies';

describe('renderDefinitions', () => {
  it('renders a shop with every kind of object', async () => {
    await expect(renderDefinitions(shop().toDocument(ADMINISTRATOR))).toMatchFileSnapshot(
      '../golden/rabbitmq/definitions.json',
    );
  });

  it('renders the same bytes whatever the order of the arguments', () => {
    const render = (values: Record<string, number>): string => {
      const definitions = builder();
      definitions.addQueue('q', { arguments: values });
      return renderDefinitions(definitions.toDocument(ADMINISTRATOR));
    };
    expect(render({ a: 1, b: 2, c: 3 })).toBe(render({ c: 3, b: 2, a: 1 }));
  });

  it('has a name for every item, the same in any order', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const definitions = builder();
        declare(definitions, 'v', topology);
        const document = definitions.toDocument(ADMINISTRATOR);
        const items = Object.values(definitionsByName(document));
        expect(items).toHaveLength(countDefinitions(document));
        const rendered = JSON.parse(renderDefinitions(document)) as Record<string, unknown[]>;
        expect(items.map((item) => JSON.parse(item) as unknown)).toEqual(Object.values(rendered).flat());
      }),
    );
  });

  it('renders settings of plugins, single and in lists, sorted by name', () => {
    const parameters = [
      {
        vhost: '/',
        component: 'shovel',
        name: 's',
        value: { 'src-uri': ['amqp:///%2F'], 'ack-mode': 'no-ack' },
      },
      {
        vhost: '/',
        component: 'federation-upstream-set',
        name: 'u',
        value: [{ upstream: 'b', exchange: 'a' }],
      },
    ];
    const text = renderDefinitions(builder().toDocument(ADMINISTRATOR, parameters));
    expect((JSON.parse(text) as { parameters: unknown }).parameters).toEqual(parameters);
    expect(text.indexOf('"ack-mode"')).toBeLessThan(text.indexOf('"src-uri"'));
    expect(text.indexOf('"exchange": "a"')).toBeLessThan(text.indexOf('"upstream": "b"'));
    expect(renderDefinitions(builder().toDocument(ADMINISTRATOR))).not.toContain('parameters');
  });

  it('changes lines of the changed object only', () => {
    const lines = (maxLength: number): string[] => {
      const definitions = shop();
      definitions.addQueue('last', { maxLength });
      return renderDefinitions(definitions.toDocument(ADMINISTRATOR)).split('\n');
    };
    const after = lines(2);
    expect(lines(1).filter((line, index) => line !== after[index])).toEqual(['        "x-max-length": 1,']);
  });

  it("leaves Terraform's markers as they are", () => {
    const definitions = builder();
    definitions.addQueue('${a} %{b}', { arguments: { 'x-own': '$${c}' } });
    const text = renderDefinitions(definitions.toDocument(ADMINISTRATOR));
    expect(text).toContain('"name": "${a} %{b}"');
    expect(text).toContain('"x-own": "$${c}"');
  });

  it('keeps everything, in its order, for any valid input', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const definitions = builder();
        declare(definitions, 'v', topology);
        const document = definitions.toDocument(ADMINISTRATOR);
        for (const kind of ['queues', 'exchanges', 'policies'] as const) {
          expect(document[kind].map(({ name }) => name)).toEqual(topology[kind].map(({ name }) => name));
        }
        const text = renderDefinitions(document);
        expect(JSON.parse(text)).toEqual(document);
        expect(text.endsWith('\n}\n')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
