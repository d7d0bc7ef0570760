import fc from 'fast-check';
import { CloudInitDocument } from '../../lib/config/cloud-init';

/** Texts that a YAML writer has to quote, or to leave alone. */
const HARD = [
  '',
  '=',
  '<<',
  'a\tb',
  'yes',
  'no',
  'null',
  '~',
  '0644',
  '0x1f',
  '1e3',
  '190:20:30',
  '2026-01-01',
  '- item',
  'key: value',
  '# comment',
  '%directive',
  '@reserved',
  '`',
  '{flow}',
  '[flow]',
  '*alias',
  '&anchor',
  '!tag',
  '| block',
  '---\n',
  '...\n',
  ' leading',
  'trailing ',
  '\tindented\n  by both\n',
  'ends without a line break',
  '\n\nstarts and ends with empty lines\n\n\n',
  'carriage\r\nreturn\r',
  '"both" \'quotes\' and \\',
  'ü 表 🐇',
  '\u0007\u001b[31m',
];

/** The files and commands of a small machine. */
export const TYPICAL: CloudInitDocument = {
  hostname: 'rabbitmq-1',
  files: [
    { path: '/etc/app.conf', permissions: '0644', content: 'name = value # not a comment\n\n\ttab: yes\n' },
    {
      path: '/opt/app/start',
      permissions: '0755',
      encoding: 'gz+b64',
      content: 'H4sIAAAAAAAAAwMAAAAAAAAAAAA=',
    },
    { path: '/etc/app/secret', permissions: '0400', encoding: 'b64', content: 'c2VjcmV0' },
  ],
  commands: [['/opt/app/start'], ['echo', 'two words', '$HOME', '"']],
};

/** A character that YAML 1.1 has, most of them strange. */
const character = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((each) => !/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/.test(each));

const text = fc.oneof(
  fc.constantFrom(...HARD),
  fc.string({ unit: character }),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.lorem({ mode: 'sentences' }),
);

/** Any document. */
export const anyCloudInit: fc.Arbitrary<CloudInitDocument> = fc.record({
  hostname: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/),
  files: fc.uniqueArray(
    fc.record({
      path: fc.stringMatching(/^\/[a-z]{1,8}\/[\w.: #-]{1,20}$/),
      permissions: fc.stringMatching(/^0[0-7]{3}$/),
      content: text,
    }),
    { selector: ({ path }) => path, maxLength: 8 },
  ),
  commands: fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
});

/** What a parser makes of the rendered document. */
export function parsed({ hostname, files, commands }: CloudInitDocument): object {
  return {
    hostname,
    manage_etc_hosts: false,
    ...(files.length === 0 ? {} : { write_files: files }),
    ...(commands.length === 0 ? {} : { runcmd: commands }),
  };
}
