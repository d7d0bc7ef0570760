import { settingsOf } from '../config/rabbitmq-extra';
import { ErrorSubject, ValidationError } from '../model/errors';

/** Where others find the management pages of brokers. */
export interface ManagementPages {
  /** Path of the pages, with a slash at both ends. */
  readonly path: string;
  /** Whether others than the host itself reach the port. */
  readonly reachable: boolean;
}

/** Addresses that stand for all of a host. */
const EVERYWHERE = ['0.0.0.0', '::'];

/**
 * Where the pages are with a user's lines of `rabbitmq.conf`: what asks for them from outside goes by it.
 * @param addresses of the brokers, which all have these lines
 * @throws ValidationError for a path that no URL can have, or an address that only one of several brokers has
 */
export function managementPages(
  subject: ErrorSubject,
  lines: readonly string[],
  addresses: readonly string[],
): ManagementPages {
  const settings = settingsOf(lines);
  const prefix = settings.get('management.path_prefix') ?? '';
  if (!/^[\w.~/-]*$/.test(prefix)) {
    throw new ValidationError(
      subject,
      `management.path_prefix must be letters, digits, and / . _ ~ -, got "${prefix}": write e.g. /rabbitmq`,
    );
  }
  const ip = settings.get('management.tcp.ip') ?? '::';
  const local = ip.startsWith('127.') || ip === '::1';
  if (addresses.length > 1 && !local && !EVERYWHERE.includes(ip) && /^[\d.]+$/.test(ip)) {
    throw new ValidationError(
      subject,
      `management.tcp.ip must suit all ${addresses.length} brokers, got ${ip}, which one of them has at most: the others ` +
        'would not start; use 127.0.0.1 for pages that only the hosts themselves reach, or leave the line out',
    );
  }
  const names = prefix.split('/').filter((name) => name !== '');
  return { path: `/${names.map((name) => `${name}/`).join('')}`, reachable: !local };
}
