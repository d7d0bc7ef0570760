import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acs3Problem, SignedRequest } from './acs3';

/** Answer of one call. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A secret as KMS or OOS keeps it. */
export interface StoredSecret {
  /** Value by version; the last one is current. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of KMS; `binary` values are Base64. */
  readonly type?: 'text' | 'binary';
}

/** Where the services are. */
export interface SecretServicesProps {
  /** Names of the certificate, as in `subjectAltName`. */
  readonly names: string;
  /** @default '127.0.0.1' */
  readonly address?: string;
  /** @default some free ones */
  readonly ports?: { readonly metadata: number; readonly api: number };
}

const ROLE = 'brokers-node';
const REGION = 'cn-hangzhou';

/** The metadata service of an instance, in its hardened mode only, with KMS and OOS beside it over TLS. */
export class SecretServices {
  /** Certificate of KMS and OOS, its own authority. */
  public certificate = '';
  /** Where the certificate is. */
  public certificatePath = '';
  /** `METHOD path` of each metadata request, and each action called, in order. */
  public readonly journal: string[] = [];
  /** Answers that the next calls of KMS or OOS get, whatever they ask. */
  public readonly failures: Answer[] = [];
  public readonly kms = new Map<string, StoredSecret>();
  public readonly oos = new Map<string, StoredSecret>();
  /** Whether the instance has a RAM role. */
  public attached = true;
  public readonly credentials = {
    AccessKeyId: 'STS.node',
    AccessKeySecret: 'the secret of the key',
    SecurityToken: `CAIS${'t'.repeat(40)}+/=`,
  };
  private readonly tokens = new Set<string>();
  private readonly nonces = new Set<string>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'brokers-services-'));
  private metadataServer?: Server;
  private apiServer?: Server;

  public async start({
    names,
    address = '127.0.0.1',
    ports = { metadata: 0, api: 0 },
  }: SecretServicesProps): Promise<void> {
    this.certificatePath = join(this.folder, 'server.crt');
    const keyPath = join(this.folder, 'server.key');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=KMS', '-addext', `subjectAltName=${names}`],
        ...['-addext', 'keyUsage=critical,digitalSignature,keyCertSign'],
        ...['-keyout', keyPath, '-out', this.certificatePath],
      ],
      { stdio: 'ignore' },
    );
    this.certificate = readFileSync(this.certificatePath, 'utf8');
    this.metadataServer = createHttpServer(listener((request) => this.metadata(request)));
    this.apiServer = createHttpsServer(
      { cert: this.certificate, key: readFileSync(keyPath) },
      listener((request) => this.api(request)),
    );
    await listen(this.metadataServer, ports.metadata, address);
    await listen(this.apiServer, ports.api, address);
  }

  public stop(): void {
    this.metadataServer?.close();
    this.apiServer?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Forgets what happened, and all secrets. */
  public reset(): void {
    for (const list of [this.journal, this.failures]) list.length = 0;
    this.kms.clear();
    this.oos.clear();
    this.attached = true;
  }

  public get metadataUrl(): string {
    return `http://127.0.0.1:${portOf(this.metadataServer)}`;
  }

  public get endpoint(): string {
    return `127.0.0.1:${portOf(this.apiServer)}`;
  }

  public get apiPort(): number {
    return portOf(this.apiServer);
  }

  private metadata({ method, url, headers }: SignedRequest): Answer {
    this.journal.push(`${method} ${url}`);
    if (method === 'PUT' && url === '/latest/api/token') {
      const seconds = Number(headers['x-aliyun-ecs-metadata-token-ttl-seconds']);
      if (!(seconds >= 1 && seconds <= 21_600)) return { status: 400, body: 'bad ttl' };
      const token = randomUUID();
      this.tokens.add(token);
      return { status: 200, body: token };
    }
    if (!this.tokens.has(String(headers['x-aliyun-ecs-metadata-token'])))
      return { status: 403, body: 'no token' };
    const roles = '/latest/meta-data/ram/security-credentials/';
    if (url === '/latest/meta-data/region-id') return { status: 200, body: REGION };
    if (url === roles && this.attached) return { status: 200, body: ROLE };
    if (url === `${roles}${ROLE}` && this.attached)
      return { status: 200, body: { ...this.credentials, Code: 'Success' } };
    return { status: 404, body: 'not found' };
  }

  private api(request: SignedRequest): Answer {
    const { headers, url } = request;
    const query = Object.fromEntries(new URL(url, 'https://any').searchParams);
    const call = `${String(headers['x-acs-action'])} ${String(headers['x-acs-version'])}`;
    this.journal.push(`${call} ${JSON.stringify(query)}`);
    const problem = acs3Problem(request, this.credentials.AccessKeyId, this.credentials.AccessKeySecret);
    if (problem !== undefined) return refusal(400, problem);
    if (headers['x-acs-security-token'] !== this.credentials.SecurityToken)
      return refusal(400, 'InvalidSecurityToken.Malformed');
    const nonce = String(headers['x-acs-signature-nonce']);
    if (this.nonces.has(nonce)) return refusal(400, 'SignatureNonceUsed');
    this.nonces.add(nonce);
    const failure = this.failures.shift();
    if (failure !== undefined) return failure;
    if (call === 'GetSecretValue 2016-01-20') return this.kmsValue(query);
    if (call === 'GetSecretParameter 2019-06-01') return this.oosValue(query);
    return refusal(404, 'InvalidAction.NotFound');
  }

  private kmsValue(query: Readonly<Record<string, string>>): Answer {
    const secret = this.kms.get(query['SecretName'] ?? '');
    const version = query['VersionId'] ?? Object.keys(secret?.versions ?? {}).at(-1) ?? '';
    const value = secret?.versions[version];
    if (value === undefined) return refusal(404, 'Forbidden.ResourceNotFound');
    return {
      status: 200,
      body: {
        SecretName: query['SecretName'],
        SecretData: value,
        SecretDataType: secret?.type ?? 'text',
        VersionId: version,
        VersionStages: { VersionStage: [query['VersionStage'] ?? 'ACSCurrent'] },
      },
    };
  }

  private oosValue(query: Readonly<Record<string, string>>): Answer {
    const secret = this.oos.get(query['Name'] ?? '');
    const version = query['ParameterVersion'] ?? Object.keys(secret?.versions ?? {}).at(-1) ?? '';
    const value = secret?.versions[version];
    if (value === undefined) return refusal(404, 'EntityNotExists.Parameter');
    const shown = query['WithDecryption'] === 'true' ? { Value: value } : {};
    return { status: 200, body: { Parameter: { Name: query['Name'], Type: 'Secret', ...shown } } };
  }
}

/** An error as the services answer it. */
export function refusal(status: number, code: string, message = 'see the documentation'): Answer {
  return { status, body: { Code: code, Message: message, RequestId: '7F14FB7C' } };
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
}

function listener(answer: (request: SignedRequest) => Answer): RequestListener {
  return (incoming, response) => {
    void bodyOf(incoming).then((body) => {
      const { method = '', url = '', headers } = incoming;
      const { status, body: content } = answer({ method, url, headers, body });
      response.writeHead(status, { connection: 'close' });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    });
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk);
  return body;
}

function portOf(server: Server | undefined): number {
  return (server?.address() as AddressInfo).port;
}
