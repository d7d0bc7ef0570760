import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, textFiles } from './repository';

/** Lines of the project's text files that match, as `path:line`. */
function linesWith(found: RegExp): string[] {
  return textFiles().flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (found.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

describe('text files', () => {
  it('name no folder of the machine that they were written on', () => {
    expect(linesWith(/(?<![\w.@%})-])\/(?:work|root|home\/\w+|Users\/\w+)(?![\w-])/)).toEqual([]);
    expect(linesWith(new RegExp(ROOT.replace(/[.+^${}()|[\]\\]/g, '\\$&')))).toEqual([]);
  });

  it('name no package registry and no host of a private network', () => {
    expect(linesWith(/\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|proxy\.golang\.org)\b/)).toEqual([]);
    expect(linesWith(/https?:\/\/[\w.-]+\.(?:internal|corp|lan|intranet)\b/)).toEqual([]);
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(
      /"resolved": "(?!providers\/)/, // a workspace is no address
    );
  });
});
