// Makes lib/ from schema.json: compiled bindings with their type declarations. Does nothing where lib/ is up to date.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = join(PACKAGE, 'schema.json');
const LIBRARY = join(PACKAGE, 'lib');
/** Within the package, so that the compiler finds its dependencies. */
const WORK = join(PACKAGE, '.build');
/** What a resource is, beside its `index.js`. */
const RESOURCE = 'resource.js';
/** Tells what `lib` was made from. */
const RECORD = join(LIBRARY, '.made-from');

const require = createRequire(import.meta.url);

function recipe() {
  const versions = ['@cdktf/provider-generator', 'codemaker', 'typescript'].map(
    (name) => require(`${name}/package.json`).version,
  );
  const hash = createHash('sha256').update(JSON.stringify(versions));
  for (const file of [SCHEMA, fileURLToPath(import.meta.url)]) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** Writes the TypeScript of all resources to `directory`. */
async function generate(directory) {
  // When it is loaded, the generator asks Terraform for its version, which isn't needed here, and reports to its makers
  // where that fails.
  process.env.CHECKPOINT_DISABLE = '1';
  process.env.TERRAFORM_BINARY_NAME = 'no-terraform';
  const { CodeMaker, TerraformProviderGenerator } = require('@cdktf/provider-generator');
  const code = new CodeMaker();
  new TerraformProviderGenerator(code, JSON.parse(readFileSync(SCHEMA, 'utf8'))).generateAll();
  await code.save(directory);
}

/** Compiles the TypeScript in `sources` to `directory`; false when it does not compile. */
function compile(sources, directory) {
  const options = {
    target: 'es2022',
    module: 'node16',
    moduleResolution: 'node16',
    strict: true,
    declaration: true,
    skipLibCheck: true,
    types: [],
    rootDir: sources,
    outDir: directory,
  };
  const project = join(WORK, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions: options, files: [join(sources, 'index.ts')] }));
  const { status } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', project], {
    stdio: 'inherit',
  });
  return status === 0;
}

/**
 * A module whose exports load what they are when they are asked for, by the expressions in `exported`. Node.js reads the
 * names for ES modules from the last line, which never runs, and hides those that it sees a getter for.
 */
function lazyModule(exported) {
  const names = Object.keys(exported);
  return [
    "'use strict';",
    "Object.defineProperty(exports, '__esModule', { value: true });",
    'const exported = {',
    ...names.map((name) => `  ${name}: () => ${exported[name]},`),
    '};',
    'for (const [name, get] of Object.entries(exported)) Object.defineProperty(exports, name, { enumerable: true, get });',
    `0 && (module.exports = { ${names.join(', ')} });`,
    '',
  ].join('\n');
}

/**
 * Lets the modules in `directory` load a resource when its class is used, and not where it is imported: a construct library
 * imports many more than one stack has. The index does so in published providers too. `sources` is the generated index.
 */
function makeLazy(directory, sources) {
  const folders = [...sources.matchAll(/^export \* as (\w+) from '(.+)';$/gm)];
  for (const [, , folder] of folders) {
    const index = join(directory, folder, 'index.js');
    const names = Object.keys(require(index));
    renameSync(index, join(directory, folder, RESOURCE));
    const exported = names.map((name) => [name, `require('./${RESOURCE}').${name}`]);
    writeFileSync(index, lazyModule(Object.fromEntries(exported)));
  }
  const exported = folders.map(([, name, folder]) => [name, `require('${folder}')`]);
  writeFileSync(join(directory, 'index.js'), lazyModule(Object.fromEntries(exported)));
}

/** Makes `lib` in one step at the end: what fails leaves the one that was there. @throws Error with one sentence */
async function make(wanted) {
  mkdirSync(WORK);
  await generate(WORK);
  const compiled = join(WORK, 'lib');
  const sources = join(WORK, 'providers', 'alicloud');
  if (!compile(sources, compiled)) {
    throw new Error('the bindings do not compile: is cdktf of the version in package.json?');
  }
  makeLazy(compiled, readFileSync(join(sources, 'index.ts'), 'utf8'));
  writeFileSync(join(compiled, '.made-from'), wanted);
  rmSync(LIBRARY, { recursive: true, force: true });
  renameSync(compiled, LIBRARY);
}

const wanted = recipe();
if (!existsSync(RECORD) || readFileSync(RECORD, 'utf8') !== wanted) {
  try {
    rmSync(WORK, { recursive: true, force: true });
    await make(wanted);
    console.log('made from schema.json');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    rmSync(WORK, { recursive: true, force: true });
  }
}
