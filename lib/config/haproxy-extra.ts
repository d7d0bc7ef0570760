import { ErrorSubject, ValidationError } from '../model/errors';
import { assertExtraLines } from './extra-lines';
import { HaproxyConfig, HaproxyListenerConfig } from './haproxy-config';
import { noPlainSetting, unquoted } from './haproxy-validation';

/** What each server of ours says itself, so that it is never taken from `default-server`. */
const OF_EACH_SERVER = ['inter', 'rise', 'fall', 'on-marked-down'];
/** First words that HAProxy ignores in a section of mode tcp, or takes for HTTP only. */
const OF_HTTP = [
  'capture',
  'compression',
  'cookie',
  'errorfile',
  'errorfiles',
  'errorloc',
  'errorloc302',
  'errorloc303',
  'http-after-response',
  'http-error',
  'http-request',
  'http-response',
  'http-reuse',
  'monitor',
  'monitor-uri',
  'redirect',
  'stats',
];
/** The same, in two words. */
const OF_HTTP_OPTION =
  /^(?:option (?:accept-invalid-.*|forwardfor|forwarded|http-.*|httpclose|originalto)|timeout http-.*)$/;
/** Settings that every section of ours has itself, so that none takes them from the defaults. */
const OF_EACH_SECTION = ['mode', 'option httplog', 'option tcplog'];

/** Whether a line sets what the servers after it have in common. */
export function setsServerDefaults(line: string): boolean {
  return wordsOf(line)[0] === 'default-server';
}

/**
 * Checks the lines that a user adds to haproxy.cfg.
 * @throws ValidationError for a line that is no setting of its section, or that would do nothing where it is put
 */
export function assertHaproxyExtra(config: HaproxyConfig): void {
  const check = (
    subject: ErrorSubject,
    lines: readonly string[] | undefined,
    whyIdle: (line: string) => string | undefined,
  ): void => {
    assertExtraLines(subject, lines, noPlainSetting);
    for (const line of lines ?? []) {
      const why = whyIdle(line);
      if (why !== undefined) {
        throw new ValidationError(subject, `extra line has no effect here, got "${line}": ${why}`);
      }
    }
  };
  check('haproxy global', config.extraGlobalLines, (line) =>
    wordsOf(line)[0] === 'daemon'
      ? 'HAProxy stays in the foreground of its container; leave it out'
      : undefined,
  );
  check('haproxy defaults', config.extraDefaultsLines, whyIdleInDefaults);
  for (const listener of config.listeners) {
    check(`listener ${listener.name}`, listener.extraLines, (line) => whyIdleInListener(line, listener));
  }
}

function whyIdleInDefaults(line: string): string | undefined {
  const [first = '', second = ''] = wordsOf(line);
  if (first === 'balance') return 'every listener has its own; use its option balance';
  const own = OF_EACH_SECTION.find((setting) => setting === first || setting === `${first} ${second}`);
  return own === undefined ? whyIdleForServers(line) : `every section sets ${own} itself; leave it out`;
}

function whyIdleInListener(line: string, listener: HaproxyListenerConfig): string | undefined {
  const { mode, check, extraLines = [] } = listener;
  const [first = '', second = ''] = wordsOf(line);
  if (setsServerDefaults(line) && wordsOf(line).some((word) => word.startsWith('send-proxy'))) {
    return 'the servers would close every connection unless they expect it; use the option proxyProtocol';
  }
  if (mode === 'tcp' && (OF_HTTP.includes(first) || OF_HTTP_OPTION.test(`${first} ${second}`))) {
    return 'it is for HTTP, and this listener passes TCP through; leave it out';
  }
  const asks = (option: string): boolean =>
    extraLines.some((other) => wordsOf(other).slice(0, 2).join(' ') === `option ${option}`);
  const kind = check?.probe?.kind ?? 'tcp';
  if (first === 'http-check' && kind !== 'http' && !asks('httpchk')) {
    return `the probe of this listener is ${kind}; use check with a probe of kind http`;
  }
  if (first === 'tcp-check' && !['amqp', 'tcp-and-http'].includes(kind) && !asks('tcp-check')) {
    return `the probe of this listener is ${kind}; use check with another probe, or add "option tcp-check"`;
  }
  return whyIdleForServers(line);
}

function whyIdleForServers(line: string): string | undefined {
  if (!setsServerDefaults(line)) return undefined;
  const own = wordsOf(line).find((word) => OF_EACH_SERVER.includes(word));
  return own === undefined
    ? undefined
    : `every server sets ${own} itself; use the option check of its listener`;
}

/** Words after `no` or `default`, which take a setting back. */
function wordsOf(line: string): readonly string[] {
  const words = unquoted(line).trim().split(/\s+/);
  return words[0] === 'no' || words[0] === 'default' ? words.slice(1) : words;
}
