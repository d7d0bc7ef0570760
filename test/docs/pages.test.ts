import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { createApp } from '../../stacks/app';
import { codeOf, having, pages, proseOf, ROOT, TextFile, textFiles } from './repository';

/** What npm itself knows. */
const NPM_COMMANDS = ['ci', 'install', 'pack', 'publish'];
const CDKTF_COMMANDS = ['list', 'synth', 'diff', 'deploy', 'output', 'destroy'];

interface Package {
  readonly name: string;
  readonly scripts: Record<string, string>;
}

const packages = ['.', 'providers/alicloud'].map(
  (folder) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Package,
);
/** The commands of a workspace by its name, or those of the project. */
const scriptsOf = (workspace?: string): Record<string, string> =>
  packages.find(({ name }, index) => (workspace === undefined ? index === 0 : name === workspace))?.scripts ??
  {};

const sources = textFiles()
  .filter(({ path }) => !path.endsWith('.md') && !path.startsWith('test/docs/'))
  .map(({ text }) => text)
  .join('\n');

const stacks = createApp({ BROKERS_DEPRECATED: '1' }).node.children.map(({ node }) => node.id);

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links to files of the project. */
const linksOf = ({ text }: TextFile): string[] =>
  [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(?:https?|mailto):/.test(target));

/** Files and folders that are named as such. */
const namedPathsOf = ({ text }: TextFile): string[] =>
  codeOf(text)
    .filter(({ language }) => language === '')
    .map((code) => code.text)
    .filter((code) =>
      /^(?:lib|test|stacks|scripts|images|docs|examples|bench|providers|\.ci)(?:\/[\w./-]*)?$/.test(code),
    );

/** All that `pattern` matches in the code of a page which is not TypeScript. */
const commandsOf =
  (pattern: RegExp) =>
  ({ text }: TextFile): RegExpExecArray[] =>
    codeOf(text)
      .filter(({ language }) => language !== 'ts')
      .flatMap((code) => [...code.text.matchAll(pattern)]);

describe('a page', () => {
  it.each(having(pages(), linksOf))('links only to what exists: $path', ({ path, found }) => {
    const broken = found.filter((target) => {
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
      return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it.each(having(pages(), namedPathsOf))('names only files and folders that exist: $path', ({ found }) => {
    expect(found.filter((named) => !existsSync(join(ROOT, normalize(named))))).toEqual([]);
  });

  it.each(having(pages(), commandsOf(/(?:^|npx |npm run )cdktf (?:-- )?([a-z]+)(?: ([a-z][\w-]*))?/gm)))(
    'names only stacks and commands that exist: $path',
    ({ found }) => {
      for (const [command, verb, stack] of found) {
        expect(CDKTF_COMMANDS, command).toContain(verb);
        if (stack !== undefined) expect(stacks, command).toContain(stack);
      }
    },
  );

  it.each(
    having(pages(), ({ text }) =>
      codeOf(text).flatMap((code) => [...code.text.matchAll(/\b(BROKERS_[A-Z_]*[A-Z])\b(?:=(\S+))?/g)]),
    ),
  )('names only variables that something reads: $path', ({ found }) => {
    for (const [, name = '', value = ''] of found) {
      if (name.startsWith('BROKERS_PROD_')) expect(() => createApp({ [name]: value }), name).not.toThrow();
      else expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});

it('a variable of an environment that nothing reads is told', () => {
  expect(() => createApp({ BROKERS_PROD_NODEZ: '3' })).toThrow('BROKERS_PROD_NODEZ');
});

describe('npm commands', () => {
  it.each(
    having(textFiles(), ({ text }) => [
      ...text.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:-]*)(?: -w ([@\w/-]+))?/g),
    ]),
  )('of $path are in package.json', ({ found }) => {
    const unknown = found.filter(([, name = '', workspace]) => scriptsOf(workspace)[name] === undefined);
    expect(unknown.map(([command]) => command)).toEqual([]);
  });

  it.each(
    having(pages(), ({ text }) =>
      codeOf(text)
        .flatMap((code) => [
          ...code.text.matchAll(/\bnpm run (?:--silent )?(?!cdktf\b)([a-z][a-z:-]*) -- ([^\n]*)/g),
        ])
        .flatMap(([command, name = '', options = '']) =>
          [...options.matchAll(/--[a-z-]+/g)].map(([option]) => ({ command, name, option })),
        ),
    ),
  )('of $path have the options that they tell of', ({ found }) => {
    for (const { command, name, option } of found) {
      const [script = ''] = /scripts\/\S+/.exec(scriptsOf()[name] ?? '') ?? [];
      const help = script === '' ? '' : readFileSync(join(ROOT, script), 'utf8');
      expect(help, command).toContain(`  ${option} `);
    }
  });

  it.each(having(pages(), commandsOf(/\bnpm (?:--silent )?(?!run\b)([a-z]+)/g)))(
    'of $path are known to npm',
    ({ found }) => {
      const known = [...NPM_COMMANDS, ...Object.keys(scriptsOf()).filter((name) => name === 'test')];
      expect(found.map(([, name = '']) => name).filter((name) => !known.includes(name))).toEqual([]);
    },
  );
});
