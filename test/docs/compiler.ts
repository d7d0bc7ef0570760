import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './repository';

const PATH = join(ROOT, 'stacks', 'snippet.ts');
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says about `text`, with the name of the package standing for the source. */
export function problemsOf(text: string): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...config.compilerOptions,
      incremental: false,
      tsBuildInfoFile: null,
      types: ['node'],
      noUnusedLocals: false,
      paths: { 'cdktf-brokers': ['./lib/index.ts'] },
    },
    ROOT,
  );
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => {
    if (name === PATH) return ts.createSourceFile(name, text, version);
    if (!parsed.has(name)) parsed.set(name, read(name, version));
    return parsed.get(name);
  };
  const program = ts.createProgram([PATH], options, host);
  const snippet = program.getSourceFile(PATH);
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(snippet),
    ...program.getSemanticDiagnostics(snippet),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
