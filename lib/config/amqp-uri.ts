import { secretPlaceholder } from '../model/secret';

/** How a link checks who it talks to. */
export interface AmqpUriTls {
  /** File on the node with the PEM certificates that the other end's own is checked against. */
  readonly certificateAuthorityPath: string;
  /** Name that the certificate must have. */
  readonly serverName: string;
}

/** Where a link connects to, and as whom. */
export interface AmqpUri {
  /** Host name, IPv4 or IPv6 address; may be known only when the stack is applied. */
  readonly host: string;
  readonly port: number;
  readonly vhost: string;
  readonly user: string;
  /** Name under which the node knows the password. */
  readonly passwordSecretName: string;
  /** Twice this without a byte, and the connection counts as dead. */
  readonly heartbeatSeconds: number;
  readonly connectTimeoutSeconds: number;
  readonly tls?: AmqpUriTls;
}

/**
 * The URI as RabbitMQ's own client reads it, with a placeholder for the password. It has no character that JSON or Erlang
 * treat in a special way. Source: "URI Query Parameters" in RabbitMQ's documentation.
 */
export function renderAmqpUri(uri: AmqpUri): string {
  const { tls } = uri;
  const scheme = tls === undefined ? 'amqp' : 'amqps';
  const login = `${percentEncoded(uri.user)}:${secretPlaceholder(uri.passwordSecretName, 'uri')}`;
  const host = uri.host.includes(':') ? `[${uri.host}]` : uri.host;
  const query: readonly (readonly [string, string])[] = [
    ['heartbeat', String(uri.heartbeatSeconds)],
    ['connection_timeout', String(Math.round(uri.connectTimeoutSeconds * 1000))],
    ...(tls === undefined
      ? []
      : ([
          ['cacertfile', tls.certificateAuthorityPath],
          ['verify', 'verify_peer'],
          ['server_name_indication', tls.serverName],
        ] as const)),
  ];
  const parameters = query.map(([name, value]) => `${name}=${value}`).join('&');
  return `${scheme}://${login}@${host}:${uri.port}/${percentEncoded(uri.vhost)}?${parameters}`;
}

/** The node itself, in a vhost: no network and no login. */
export function renderLocalUri(vhost: string): string {
  return `amqp:///${percentEncoded(vhost)}`;
}

/** RFC 3986: `encodeURIComponent` leaves out what only other schemes reserve. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
