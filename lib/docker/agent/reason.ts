/** Most lines that make a reason. */
const MOST_LINES = 6;
/** A line of RabbitMQ's log: level, process and text. */
const LOGGED = /^\S+ \S+ \[(\w+)\] <([\d.]+)> ?(.*)$/;
/** Says that there is a reason, and is none. */
const EMPTY = /^(=*|BOOT FAILED|Error preparing configuration .*|Are these files .*)$/;

interface Line {
  readonly level?: string;
  readonly process?: string;
  readonly text: string;
}

/**
 * Why a program did not start, by the log of its container, on one line: what HAProxy is alarmed by, or what RabbitMQ called an
 * error before it gave up. Undefined when the log has neither.
 */
export function bootFailure(log: string): string | undefined {
  const lines = log.split('\n').map((line) => parse(line.trimEnd()));
  const alarm = lines.find(({ text }) => text.includes('[ALERT]'));
  if (alarm !== undefined) return alarm.text;
  const ends = lines.flatMap(({ text }, index) => (text === 'BOOT FAILED' ? [index] : []));
  // The same is on the console, in the midst of what is logged.
  const end = ends.filter((index) => lines[index]?.process !== undefined).at(-1) ?? ends.at(-1);
  if (end === undefined || lines.slice(end).some(({ text }) => text.includes('startup complete')))
    return undefined;
  const before = reasons(errorsBefore(lines, end));
  const found = before.length > 0 ? before : reasons(ofProcess(lines.slice(end + 1), lines[end]));
  return found.length === 0 ? undefined : found.slice(0, MOST_LINES).join(' ');
}

function parse(line: string): Line {
  const [, level, process, text] = LOGGED.exec(line) ?? [];
  return level === undefined || process === undefined ? { text: line } : { level, process, text: text ?? '' };
}

/** What the process that gave up called an error just before, in the same boot. */
function errorsBefore(lines: readonly Line[], end: number): readonly Line[] {
  if (lines[end]?.process === undefined) return [];
  const crash = lines.slice(0, end).map(({ text }) => text.startsWith('Crash dump '));
  const own = ofProcess(lines.slice(crash.lastIndexOf(true) + 1, end), lines[end]);
  return own.slice(own.map(({ level }) => level !== 'error').lastIndexOf(true) + 1);
}

function ofProcess(lines: readonly Line[], of: Line | undefined): readonly Line[] {
  return lines.filter(({ process }) => process === of?.process);
}

function reasons(lines: readonly Line[]): readonly string[] {
  const texts = lines.map(({ text }) => text.replace(/^[ -]+/, '')).filter((text) => !EMPTY.test(text));
  return [...new Set(texts)];
}
