import { Document, visit } from 'yaml';
import { ErrorSubject, ValidationError } from '../model/errors';

/** How the content of a file is written in the document. */
export type CloudInitEncoding = 'b64' | 'gz+b64';

/** One file that cloud-init writes at the first boot; it makes missing folders. */
export interface CloudInitFile {
  /** Absolute path. */
  readonly path: string;
  /** Plain text, or what `encoding` says. */
  readonly content: string;
  /** @default plain text */
  readonly encoding?: CloudInitEncoding;
  /** Octal, e.g. `0644`. */
  readonly permissions: string;
}

/** What a machine is told at its first boot. */
export interface CloudInitDocument {
  /** Host name of the machine. */
  readonly hostname: string;
  /** In their order. They belong to root. */
  readonly files: readonly CloudInitFile[];
  /** Run one after the other, once in the life of the machine, after the files are there. No shell reads them. */
  readonly commands: readonly (readonly string[])[];
}

/** The platform refuses more than this before its own encoding; see "Customize instance configurations with user data". */
export const USER_DATA_LIMIT_BYTES = 32 * 1024;

/** What YAML 1.1 refuses or takes for the end of a line; the other control characters are written as escapes. */
const UNREADABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

/**
 * `#cloud-config` for `document`, in the schema of cloud-init 19 and later. Equal input gives equal bytes.
 * @throws ValidationError for a path that is not absolute, two files with one path, or a character that YAML 1.1 lacks
 */
export function renderCloudInit(subject: ErrorSubject, document: CloudInitDocument): string {
  const paths = document.files.map(({ path }) => path);
  for (const path of paths) {
    if (!path.startsWith('/')) {
      throw new ValidationError(subject, `path of a file must be absolute, got ${path}: write /${path}`);
    }
    if (paths.indexOf(path) !== paths.lastIndexOf(path)) {
      throw new ValidationError(subject, `file ${path} is written twice: remove one`);
    }
  }
  const yaml = new Document({
    hostname: document.hostname,
    // The image's own template would overwrite our lines at every boot.
    manage_etc_hosts: false,
    // Its schema has no empty lists.
    ...(document.files.length === 0 ? {} : { write_files: document.files.map(written) }),
    ...(document.commands.length === 0 ? {} : { runcmd: document.commands.map((command) => [...command]) }),
  });
  // YAML 1.1, which cloud-init reads, takes the plain words 0644, yes and = for other things than texts.
  visit(yaml, {
    Scalar: (key, scalar) => {
      if (key === 'key' || typeof scalar.value !== 'string') return;
      scalar.type = scalar.value.includes('\n') ? 'BLOCK_LITERAL' : 'QUOTE_DOUBLE';
    },
  });
  const text = yaml.toString({ lineWidth: 0 });
  const [character] = UNREADABLE.exec(text) ?? [];
  if (character !== undefined) {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw new ValidationError(
      subject,
      `user data must not have the character U+${code}: encode the file that has it`,
    );
  }
  return `#cloud-config\n${text}`;
}

function written({ path, permissions, encoding, content }: CloudInitFile): object {
  return { path, permissions, ...(encoding === undefined ? {} : { encoding }), content };
}

/** A named share of the user data, for the message when it is too large. */
export interface UserDataPart {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Refuses user data that the platform would refuse.
 * @param total size in bytes before the platform's own Base64
 * @throws ValidationError naming the three biggest parts
 */
export function assertUserDataSize(
  subject: ErrorSubject,
  total: number,
  parts: readonly UserDataPart[],
): void {
  if (total <= USER_DATA_LIMIT_BYTES) return;
  const biggest = [...parts]
    .sort((one, other) => other.bytes - one.bytes || one.name.localeCompare(other.name))
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${bytes}`);
  throw new ValidationError(
    subject,
    `user data must fit in ${USER_DATA_LIMIT_BYTES} bytes, got ${total}; its biggest parts in bytes: ` +
      `${biggest.join(', ')}. Declare fewer objects in the stack and import the rest on a running cluster`,
  );
}
