import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { createApp } from '../../stacks/app';
import { codeOf, pages, proseOf, ROOT, textFiles } from './repository';

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

describe.each(pages())('$path', ({ path, text }) => {
  it('links only to what exists', () => {
    const broken = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(?:https?|mailto):/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
        return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const missing = codeOf(text)
      .filter(({ language }) => language === '')
      .map((code) => code.text)
      .filter((code) =>
        /^(?:lib|test|stacks|scripts|images|docs|examples|bench|providers|\.ci)(?:\/[\w./-]*)?$/.test(code),
      )
      .filter((code) => !existsSync(join(ROOT, normalize(code))));
    expect(missing).toEqual([]);
  });

  it('names only stacks that exist', () => {
    expect(stacks).toEqual(expect.arrayContaining(['local', 'prod']));
    const commands = codeOf(text)
      .filter(({ language }) => language !== 'ts')
      .flatMap((code) => [
        ...code.text.matchAll(/(?:^|npx |npm run )cdktf (?:-- )?([a-z]+)(?: ([a-z][\w-]*))?/gm),
      ]);
    for (const [command, verb, stack] of commands) {
      expect(CDKTF_COMMANDS, command).toContain(verb);
      if (stack !== undefined) expect(stacks, command).toContain(stack);
    }
  });

  it('names only variables that something reads', () => {
    const variables = codeOf(text).flatMap((code) => [
      ...code.text.matchAll(/\b(BROKERS_[A-Z_]*[A-Z])\b(?:=(\S+))?/g),
    ]);
    for (const [, name = '', value = ''] of variables) {
      if (name.startsWith('BROKERS_PROD_')) createApp({ [name]: value });
      else expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});

describe('npm commands', () => {
  it.each(textFiles().filter(({ text }) => text.includes('npm run ')))(
    'of $path are in package.json',
    ({ text }) => {
      const commands = text.matchAll(/\bnpm run (?:--silent )?([a-z][a-z:-]*)(?: -w ([@\w/-]+))?/g);
      const unknown = [...commands].filter(
        ([, name = '', workspace]) => scriptsOf(workspace)[name] === undefined,
      );
      expect(unknown.map(([command]) => command)).toEqual([]);
    },
  );

  it.each(pages())('of $path have the options that they tell of', ({ text }) => {
    const commands = codeOf(text).flatMap((code) => [
      ...code.text.matchAll(/\bnpm run (?:--silent )?(?!cdktf\b)([a-z][a-z:-]*) -- ([^\n]*)/g),
    ]);
    for (const [command, name = '', options = ''] of commands) {
      const [script = ''] = /scripts\/\S+/.exec(scriptsOf()[name] ?? '') ?? [];
      const help = script === '' ? '' : readFileSync(join(ROOT, script), 'utf8');
      for (const [option] of options.matchAll(/--[a-z-]+/g)) expect(help, command).toContain(`  ${option} `);
    }
  });

  it.each(pages())('of $path are known to npm', ({ text }) => {
    const names = codeOf(text).flatMap((code) =>
      [...code.text.matchAll(/\bnpm (?:--silent )?(?!run\b)([a-z]+)/g)].map(([, name = '']) => name),
    );
    const known = [...NPM_COMMANDS, ...Object.keys(scriptsOf()).filter((name) => name === 'test')];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
