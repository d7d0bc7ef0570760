import { createHash, createHmac } from 'node:crypto';

/** A request as it came in. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const ALGORITHM = 'ACS3-HMAC-SHA256';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** RFC 3986 as "Request syntax and signature method V3" asks: all but unreserved characters as %XX. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature of `request` over the headers in `signed`, from "Request syntax and signature method V3". */
export function acs3Signature(request: SignedRequest, signed: readonly string[], secret: string): string {
  const { pathname, searchParams } = new URL(request.url, 'https://any');
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`).join('');
  const canonical = [request.method, pathname, query, headers, signed.join(';'), sha256(request.body)];
  return createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(canonical.join('\n'))}`)
    .digest('hex');
}

/** Why the service would refuse the signature of `request`; undefined when it is right. */
export function acs3Problem(request: SignedRequest, accessKeyId: string, secret: string): string | undefined {
  const form = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/;
  const [, credential, names = '', signature] =
    form.exec(String(request.headers['authorization'] ?? '')) ?? [];
  if (credential !== accessKeyId) return 'InvalidAccessKeyId.NotFound';
  const signed = names.split(';');
  const required = Object.keys(request.headers).filter((name) => /^(?:host|x-acs-.*)$/.test(name));
  const complete = ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-version'].every(
    (name) => required.includes(name),
  );
  if (!complete || signed.join() !== [...signed].sort().join()) return 'MissingParameter';
  if (!required.every((name) => signed.includes(name))) return 'IncompleteSignature';
  if (request.headers['x-acs-content-sha256'] !== sha256(request.body)) return 'InvalidContentSha256';
  const date = String(request.headers['x-acs-date']);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date)) return 'InvalidTimeStamp.Format';
  if (Math.abs(Date.now() - Date.parse(date)) > 15 * 60_000) return 'InvalidTimeStamp.Expired';
  return signature === acs3Signature(request, signed, secret) ? undefined : 'SignatureDoesNotMatch';
}
