import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'cdktf.out/', '.setup/', 'node_modules/', 'providers/*/lib/', 'providers/*/.build/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'max-lines': ['error', { max: 400, skipComments: false }],
    },
  },
  {
    // Rule of the architecture: what a topology is knows nothing of Terraform.
    files: ['lib/model/**/*.ts', 'lib/config/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['cdktf', 'cdktf/*', 'constructs', '@cdktf/*'] }],
    },
  },
  {
    // Kinds of tests that cannot fail.
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...Object.entries({
          "CallExpression[callee.property.name='toThrow'][callee.object.property.name='not'][arguments.length>0]":
            'it passes when nothing is refused: hold refusalOf(action) against what it must not say',
          "CallExpression[callee.property.name=/^to(Contain|Match|Throw)$/] > Literal[value='']":
            'every text has the empty one: name what is to be there',
          'CallExpression > MemberExpression[property.name=/^toBe(Defined|Truthy|Falsy)$/]':
            'nearly everything is: compare the content',
          "CallExpression[callee.object.name='Testing'][callee.property.name='synth'][arguments.length=1]":
            'it leaves the validations out: pass true',
          "CallExpression[callee.name='expect'] CallExpression[callee.property.name='parse'] > CallExpression[callee.property.name='stringify']":
            'JSON comes back as it was whatever the code does: compare the value',
          "CallExpression[callee.name='expect'] > CallExpression[callee.property.name='every']":
            'it is true of an empty list: compare what must be the same, or count as well',
          "ExpressionStatement > CallExpression[callee.name='expect']":
            'it asserts nothing: add what is expected',
          "ExpressionStatement > AwaitExpression > CallExpression[callee.name='expect']":
            'it asserts nothing: add what is expected',
          "CatchClause CallExpression[callee.name='expect']":
            'it does not run when nothing is thrown: use toThrow, rejects or refusalOf',
        }).map(([selector, message]) => ({ selector, message })),
      ],
    },
  },
  {
    files: ['scripts/**/*.mjs', 'providers/*/scripts/*.mjs', 'eslint.config.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
