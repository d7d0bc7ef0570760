import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { textFiles } from '../docs/repository';
import { must, run } from '../e2e/support/command';
import { provideImages } from '../e2e/support/test-images';

const IMAGE = 'cdktf-brokers-test/shellcheck:trixie';
const NAME = `e2e-shellcheck-${process.pid}`;
const FOLDER = '/scripts';

/** What ShellCheck has something to say about, and no shell can read. */
const CONTROL = { path: 'control.sh', text: '#!/bin/sh\necho $1\nif\n' };

/** Every script of the project, the rendered ones as golden files; each says in its first line which shell it is for. */
const scripts = [...textFiles(), CONTROL].flatMap(({ path, text }) => {
  const shell = /^#!.*\b(sh|bash)\n/.exec(text)?.[1];
  return shell === undefined ? [] : [{ path, text, parser: shell === 'sh' ? 'dash' : shell }];
});

interface Comment {
  readonly file: string;
  readonly line: number;
  readonly code: number;
  readonly message: string;
}
let comments: readonly Comment[];

beforeAll(async () => {
  await provideImages();
  const root = mkdtempSync(join(tmpdir(), 'brokers-scripts-'));
  try {
    for (const { path, text } of scripts) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    await must('docker', 'create', '--init', '--name', NAME, '--network', 'none', IMAGE, 'sleep', 'infinity');
    await must('docker', 'cp', root, `${NAME}:${FOLDER}`);
  } finally {
    rmSync(root, { recursive: true });
  }
  await must('docker', 'start', NAME);
  // SC1091: what a script sources is on the node only.
  const check = ['shellcheck', '--format=json', '--exclude=SC1091', ...scripts.map(({ path }) => path)];
  const { stdout } = await run('docker', ['exec', '--workdir', FOLDER, NAME, ...check]);
  comments = JSON.parse(stdout) as Comment[];
});

afterAll(async () => {
  await must('docker', 'rm', '--force', NAME);
});

it('finds the scripts of the nodes and what is rendered for them', () => {
  const paths = scripts.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['lib/node/host-bootstrap.sh', 'lib/node/install-files.sh']));
  expect(paths.filter((path) => path.startsWith('test/golden/docker-install/'))).toHaveLength(10);
});

it('would say no to a wrong one', async () => {
  expect(comments.filter(({ file }) => file === CONTROL.path).length).toBeGreaterThan(0);
  for (const parser of ['dash', 'bash']) {
    const { code } = await run('docker', ['exec', NAME, parser, '-n', `${FOLDER}/${CONTROL.path}`]);
    expect(code).not.toBe(0);
  }
});

describe.each(scripts.filter(({ path }) => path !== CONTROL.path))('$path', ({ path, parser }) => {
  it(`is read by ${parser}`, async () => {
    const { code, output } = await run('docker', ['exec', NAME, parser, '-n', `${FOLDER}/${path}`]);
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  it('gives ShellCheck nothing to say', () => {
    expect(comments.filter(({ file }) => file === path)).toEqual([]);
  });
});
