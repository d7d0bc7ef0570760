import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedText, nodeScript } from '../../lib/node/script';
import { ROOT, textFiles } from './repository';

describe('a checkout', () => {
  it('has line ends that shells know, also where Git is told to write others', () => {
    const listing = execFileSync(
      'git',
      [
        '-c',
        'core.autocrlf=true',
        'check-attr',
        'eol',
        '--',
        'lib/node/unpack.sh',
        'images/proxy/Dockerfile',
        '.ci/run',
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect(
      listing
        .trim()
        .split('\n')
        .map((line) => line.split(': ').at(-1)),
    ).toEqual(['lf', 'lf', 'lf']);
    expect(
      textFiles()
        .filter(({ text }) => text.includes('\r\n'))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('whose scripts have other line ends installs the same ones', () => {
    const text = readFileSync(join(ROOT, 'lib/node/unpack.sh'), 'utf8');
    expect(installedText(text.replaceAll('\n', '\r\n'))).toBe(nodeScript('unpack').text);
  });
});
