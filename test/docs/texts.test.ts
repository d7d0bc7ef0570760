import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, textFiles } from './repository';

/** Each with a line that it finds, written in parts so that this file has none. */
const UNWANTED: readonly (readonly [what: string, found: RegExp, example: string])[] = [
  [
    'a folder of the machine that they were written on',
    /(?<![\w.@%})-])\/(?:work|root|home\/\w+|Users\/\w+)(?![\w-])/,
    `cd ${['', 'home', 'me'].join('/')}`,
  ],
  ['the folder of this checkout', new RegExp(ROOT.replace(/[.+^${}()|[\]\\]/g, '\\$&')), `cd ${ROOT}`],
  [
    'a package registry',
    /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org)\b/,
    `https://${['registry', 'npmjs', 'org'].join('.')}/cdktf`,
  ],
  [
    'a host of a private network',
    /https?:\/\/[\w.-]+\.(?:internal|corp|lan|intranet)\b/,
    `http://${['mirror', 'lan'].join('.')}/debian`,
  ],
];

describe('text files', () => {
  const files = textFiles();

  it.each(UNWANTED)('do not name %s', (_, found, example) => {
    expect(example).toMatch(found);
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'lib/index.ts']));
    const lines = files.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (found.test(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(lines).toEqual([]);
  });

  it('name no address of a package', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expect(lock).toMatch(/"resolved": "providers\//); // a workspace is no address
    expect(lock).not.toMatch(/"resolved": "(?!providers\/)/);
  });
});
