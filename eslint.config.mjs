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
    files: ['scripts/**/*.mjs', 'providers/*/scripts/*.mjs', 'eslint.config.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
