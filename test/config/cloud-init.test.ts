import fc from 'fast-check';
import { parse } from 'yaml';
import {
  assertUserDataSize,
  CloudInitDocument,
  CloudInitFile,
  renderCloudInit,
  USER_DATA_LIMIT_BYTES,
} from '../../lib/config/cloud-init';
import { ValidationError } from '../../lib/model/errors';
import { anyCloudInit, parsed, TYPICAL } from './cloud-inits';

function render(document: Partial<CloudInitDocument>): string {
  return renderCloudInit('app', { hostname: 'node', files: [], commands: [], ...document });
}

const file = (path: string): CloudInitFile => ({ path, content: '', permissions: '0644' });

describe('renderCloudInit', () => {
  it('renders the document of a machine', async () => {
    const text = renderCloudInit('app', TYPICAL);
    await expect(text).toMatchFileSnapshot('../golden/cloud-init/typical.yaml');
  });

  it('is told from other user data by its first line', () => {
    expect(render({})).toMatch(/^#cloud-config\n/);
  });

  it('writes permissions as text: YAML 1.1 would read 0644 as the number 420', () => {
    const text = render({ files: [file('/a')] });
    expect(parse(text, { version: '1.1' })).toMatchObject({ write_files: [{ permissions: '0644' }] });
  });

  it('comes back from a parser of YAML 1.1 as it was, whatever the files and commands', () => {
    fc.assert(
      fc.property(anyCloudInit, (document) => {
        const text = renderCloudInit('app', document);
        expect(parse(text, { version: '1.1' })).toEqual(parsed(document));
      }),
    );
  });

  const refused: [string, CloudInitFile[], string][] = [
    ['a relative path', [file('etc/x')], 'path of a file must be absolute, got etc/x: write /etc/x'],
    [
      'a line break that only YAML 1.1 has',
      [{ ...file('/a'), content: 'one\u2028line' }],
      'user data must not have the character U+2028: encode the file that has it',
    ],
    ['a file written twice', [file('/a'), file('/b'), file('/a')], 'file /a is written twice: remove one'],
  ];
  it.each(refused)('refuses %s', (_, files, message) => {
    expect(() => render({ files })).toThrow(ValidationError);
    expect(() => render({ files })).toThrow(message);
  });
});

describe('assertUserDataSize', () => {
  it('takes what the platform takes', () => {
    expect(() => {
      assertUserDataSize('app', USER_DATA_LIMIT_BYTES, []);
    }).not.toThrow();
  });

  it('names the three biggest parts of more, and those of one size in order', () => {
    const parts = Object.entries({ d: 10, b: 100, c: 100, a: 20_000 });
    expect(() => {
      assertUserDataSize(
        'app',
        USER_DATA_LIMIT_BYTES + 1,
        parts.map(([name, bytes]) => ({ name, bytes })),
      );
    }).toThrow(
      'app: user data must fit in 32768 bytes, got 32769; its biggest parts in bytes: a 20000, b 100, c 100. Declare',
    );
  });
});
