import { ErrorSubject, ValidationError } from '../model/errors';
import { assertHostName, assertNumberedHostName } from '../model/names';
import { assertExtraLines, assertNoContradiction } from './extra-lines';
import { assertInteger, assertIpv4, assertSeconds, isUnresolved } from './values';

/** A program that exits 0 while this host may hold the floating address. */
export interface KeepalivedCheck {
  /** Absolute path, no symbolic link, and writable by root only: Keepalived refuses to run anything else. */
  readonly path: string;
  /** Plain words. */
  readonly arguments?: readonly string[];
  /** User that runs it. It exists in the image. */
  readonly user: string;
  /**
   * Whole seconds: Keepalived takes no fractions.
   * @default 1
   */
  readonly intervalSeconds?: number;
  /**
   * Whole seconds after which a run counts as failed.
   * @default 2
   */
  readonly timeoutSeconds?: number;
  /**
   * Good runs in a row before the address may come.
   * @default 2
   */
  readonly rise?: number;
  /**
   * Bad runs in a row before the address goes.
   * @default 2
   */
  readonly fall?: number;
}

/** How the hosts of a pair tell each other that they live. Must be the same on both. */
export interface VrrpTimers {
  /**
   * Time between two adverts of the holder, in steps of 0.01, at most 40.95.
   * @default 0.1
   */
  readonly advertSeconds?: number;
  /**
   * Adverts that may fail to arrive before the other host takes the address, 1 to 100. With 0.1 s adverts the address
   * moves 0.46 to 0.56 s after its holder died; a holder that stands still for less keeps it.
   * @default 5
   */
  readonly missedAdverts?: number;
}

/** Everything that the `keepalived.conf` of one host depends on. */
export interface KeepalivedConfig extends VrrpTimers {
  /** Name of this host. */
  readonly host: string;
  /** Name of the pair. */
  readonly group: string;
  /** Own IPv4 address. */
  readonly address: string;
  /** IPv4 addresses of the other hosts. */
  readonly peers: readonly string[];
  readonly floatingAddress: string;
  /** Length of the network's prefix, e.g. 24. */
  readonly prefixLength: number;
  /** 1 to 255, the same on all hosts of the pair. */
  readonly virtualRouterId: number;
  /**
   * 1 to 254, different on each host: decides who takes the address when several could. The higher it is, the sooner a
   * host takes over from one that stops: after (256 - priority) / 256 of `advertSeconds`.
   */
  readonly priority: number;
  readonly check: KeepalivedCheck;
  /** Lines of the `vrrp_instance` block that come after all others, as they are. No blocks. */
  readonly extraLines?: readonly string[];
}

/** File on the host that says which network interface has the host's own address; `proxy-interface` writes it. */
export const INTERFACE_PATH = '/run/brokers/interface.conf';
/** What sets a line in the place of an extra line, by its first word. */
const WAYS = {
  virtual_router_id: 'use vrrp.virtualRouterId',
  advert_int: 'use vrrp.advertSeconds',
  down_timer_adverts: 'use vrrp.missedAdverts',
  unicast_src_ip: 'use addresses',
  unicast_peer: 'use addresses',
  virtual_ipaddress: 'use floatingAddress',
};
const PATH = /^(?:\/[A-Za-z0-9._-]+)+$/;
const WORD = /^[A-Za-z0-9._:/=-]+$/;
const USER = /^[a-z_][a-z0-9_-]*$/;

/**
 * keepalived.conf for `config`, for Keepalived 2.2.7 to 2.3. Pure: equal input gives equal bytes.
 *
 * All hosts begin as backup and with `nopreempt`, so an address that has moved stays where it is. The check starts as
 * failed: a host whose proxy does not serve never takes the address, not even for a moment. The network interface is found
 * out on the host.
 * @throws ValidationError when `config` is not valid
 */
export function renderKeepalived(config: KeepalivedConfig): string {
  assertKeepalived(config);
  const { check } = config;
  const instance = instanceLines(config);
  const extra = config.extraLines ?? [];
  assertNoContradiction(`keepalived of ${config.host}`, instance, extra, settingOf, WAYS);
  return `${[
    `include ${INTERFACE_PATH}`,
    '',
    'global_defs {',
    `  router_id ${config.host}`,
    '  vrrp_version 3',
    '  enable_script_security',
    `  script_user ${check.user}`,
    // No real-time scheduling, which would need a further capability, and no warning about that.
    '  max_auto_priority -1',
    '}',
    '',
    'vrrp_script proxy {',
    `  script "${[check.path, ...(check.arguments ?? [])].join(' ')}"`,
    `  interval ${check.intervalSeconds ?? 1}`,
    `  timeout ${check.timeoutSeconds ?? 2}`,
    `  rise ${check.rise ?? 2}`,
    `  fall ${check.fall ?? 2}`,
    '  init_fail',
    '}',
    '',
    `vrrp_instance ${config.group} {`,
    ...instance.map((line) => `  ${line}`),
    ...(extra.length === 0 ? [] : ['  # extra lines', ...extra.map((line) => `  ${line}`)]),
    '}',
  ].join('\n')}\n`;
}

function instanceLines(config: KeepalivedConfig): readonly string[] {
  return [
    'state BACKUP',
    'nopreempt',
    'interface $INTERFACE',
    `virtual_router_id ${config.virtualRouterId}`,
    `priority ${config.priority}`,
    `advert_int ${config.advertSeconds ?? 0.1}`,
    `down_timer_adverts ${config.missedAdverts ?? 5}`,
    `unicast_src_ip ${config.address}`,
    'unicast_peer {',
    ...config.peers.map((peer) => `  ${peer}`),
    '}',
    'check_unicast_src',
    // Neighbours that missed the first announcement hear the next ones.
    'garp_master_delay 1',
    'garp_master_repeat 3',
    'garp_master_refresh 10',
    // After both held the address the one that keeps it announces itself again.
    'garp_lower_prio_repeat 3',
    'higher_prio_send_advert true',
    'virtual_ipaddress {',
    `  ${config.floatingAddress}/${config.prefixLength} dev $INTERFACE`,
    '}',
    'track_script {',
    '  proxy',
    '}',
  ];
}

/** What a line sets, be it for one host only: `@proxy-1 priority 200`, see "Conditional configuration" in its manual. */
function settingOf(line: string): string {
  const [word = ''] = line
    .replace(/^\s*@\S*/, '')
    .trim()
    .split(/\s+/);
  return /^(?:no)?preempt(?:_delay)?$/.test(word) ? 'preemption' : word;
}

function assertKeepalived(config: KeepalivedConfig): void {
  const subject = `keepalived of ${config.host}`;
  assertNumberedHostName(subject, config.host);
  assertHostName(subject, config.group);
  assertAddresses(subject, config);
  assertInteger(subject, 'prefixLength', config.prefixLength, 1, 32);
  assertInteger(subject, 'virtualRouterId', config.virtualRouterId, 1, 255);
  assertInteger(subject, 'priority', config.priority, 1, 254);
  assertTimers(subject, config);
  assertCheck(subject, config.check);
  assertExtraLines(subject, config.extraLines, (line) =>
    /[{}]/.test(line)
      ? `extra line must not open or close a block, got "${line}": write plain settings`
      : undefined,
  );
}

function assertAddresses(subject: ErrorSubject, { address, peers, floatingAddress }: KeepalivedConfig): void {
  if (peers.length === 0) {
    // Without peers Keepalived before 2.2.4 would fall back to multicast.
    throw new ValidationError(subject, 'peers must not be empty, got none: name the other host');
  }
  const all = [address, ...peers, floatingAddress];
  for (const candidate of all) assertIpv4(subject, candidate);
  const twice = all.find((candidate, index) => all.indexOf(candidate) !== index);
  if (twice === undefined) return;
  throw new ValidationError(subject, `own, peer and floating address must differ, got ${twice} twice`);
}

/**
 * Checks the timers of a pair.
 * @throws ValidationError for a time that VRRP version 3 cannot carry
 */
export function assertTimers(subject: ErrorSubject, { advertSeconds, missedAdverts }: VrrpTimers): void {
  if (advertSeconds !== undefined) {
    assertSeconds(subject, 'advertSeconds', advertSeconds);
    const hundredths = advertSeconds * 100;
    if (Math.abs(hundredths - Math.round(hundredths)) > 1e-6 || advertSeconds > 40.95) {
      throw new ValidationError(
        subject,
        `advertSeconds must be whole hundredths from 0.01 to 40.95, got ${advertSeconds}: VRRP carries no other`,
      );
    }
  }
  if (missedAdverts !== undefined) assertInteger(subject, 'missedAdverts', missedAdverts, 1, 100);
}

function assertCheck(subject: ErrorSubject, check: KeepalivedCheck): void {
  assertWord(subject, 'path of the check', check.path, PATH);
  for (const argument of check.arguments ?? []) assertWord(subject, 'argument of the check', argument, WORD);
  assertWord(subject, 'user of the check', check.user, USER);
  for (const name of ['intervalSeconds', 'timeoutSeconds', 'rise', 'fall'] as const) {
    const value = check[name];
    if (value !== undefined) assertInteger(subject, name, value, 1, 1000);
  }
}

function assertWord(subject: ErrorSubject, name: string, value: string, pattern: RegExp): void {
  if (pattern.test(value) || isUnresolved(value)) return;
  throw new ValidationError(subject, `${name} must be a plain word, got "${value}"`);
}
