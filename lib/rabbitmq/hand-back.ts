import { settingsOf } from '../config/rabbitmq-extra';
import { ErrorSubject, ValidationError } from '../model/errors';

/** The user that a standby makes on the active broker for the time of a move; its script relies on the name. */
export const HAND_BACK_USER = 'hand-back';
/** What a standby needs to move messages. */
export const PLUGINS_OF_HAND_BACK = ['rabbitmq_shovel'] as const;

const INTERNAL = ['internal', 'rabbit_auth_backend_internal'];
const CACHE = ['cache', 'rabbit_auth_backend_cache'];

/**
 * Checks that a standby can log in to the active broker with a user's lines of `rabbitmq.conf`.
 * @throws ValidationError for lines with which RabbitMQ's own users, their passwords or plain AMQP connections are refused
 */
export function assertHandBack(subject: ErrorSubject, lines: readonly string[]): void {
  const settings = settingsOf(lines);
  const values = (key: RegExp): string[] =>
    [...settings].filter(([name]) => key.test(name)).map(([, value]) => value);
  const refuse = (got: string, way: string): never => {
    throw new ValidationError(
      subject,
      `a standby must be able to log in to the active broker to hand messages back, got "${got}": ${way}, or use store 'moving'`,
    );
  };
  if (settings.get('proxy_protocol') === 'true') {
    refuse('proxy_protocol = true', 'leave the line out');
  }
  const mechanisms = values(/^auth_mechanisms\.\d+$/);
  if (mechanisms.length > 0 && !mechanisms.some((name) => ['PLAIN', 'AMQPLAIN'].includes(name))) {
    refuse(`auth_mechanisms ${mechanisms.join(', ')}`, 'add PLAIN');
  }
  const backends = values(/^auth_backends\.\d+(?:\.auth[nz])?$/);
  if (backends.length > 0 && !knowsInternalUsers(settings)) {
    refuse(`auth_backends ${[...new Set(backends)].join(', ')}`, 'add one that is internal');
  }
}

/** Whether one backend both lets RabbitMQ's own users in and says what they may do. */
function knowsInternalUsers(settings: ReadonlyMap<string, string>): boolean {
  const cached = settings.get('auth_cache.cached_backend') ?? 'internal';
  const known = INTERNAL.includes(cached) ? [...INTERNAL, ...CACHE] : INTERNAL;
  const numbers = [...settings.keys()].map((key) => /^auth_backends\.(\d+)/.exec(key)?.[1]);
  return numbers.some(
    (number) =>
      number !== undefined &&
      ['authn', 'authz'].every((part) => {
        const key = `auth_backends.${number}`;
        return known.includes(settings.get(`${key}.${part}`) ?? settings.get(key) ?? '');
      }),
  );
}
