import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretReference } from '../../lib/model/secret-reference';
import { renderSecretReferences } from '../../lib/node/secret-references';
import { pythonScript } from '../../lib/node/script';
import { CommandResult, run } from '../e2e/support/command';
import { acs3Signature } from './acs3';
import { refusal, SecretServices } from './secret-services';

const services = new SecretServices();
const SCRIPT = join(__dirname, '../../lib/node/fetch-secrets.py');
/** What a broken proxy of the environment would make unreachable. */
const PROXIES = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
const TRICKY = 'a"b\\c$d&e\'f`g ü表🐇 ${x} %{y} @@secret:cookie@@\nsecond line\t\r\n';

let folder = '';
let secrets = '';

beforeAll(async () => {
  await services.start({
    names: 'IP:127.0.0.1,DNS:kms-vpc.cn-hangzhou.aliyuncs.com,DNS:oos-vpc.cn-beijing.aliyuncs.com',
  });
});
afterAll(() => {
  services.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokers-fetch-'));
  secrets = join(folder, 'secrets');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  services.reset();
});

/** Runs the script for `references` by the name of their file. */
function fetchFrom(
  references: Record<string, SecretReference>,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const list = join(folder, 'references.json');
  const named = Object.entries(references).map(([name, reference]) => ({
    name,
    secret: { value: 'never rendered', reference },
  }));
  writeFileSync(list, renderSecretReferences(named));
  return run(
    'python3',
    [SCRIPT, list, secrets, '--metadata', services.metadataUrl, '--timeout', '20', ...args],
    {
      env: { ...process.env, ...PROXIES, ...env },
    },
  );
}

/** A reference to the stand-in, which has its own authority. */
const at = <T extends SecretReference>(reference: T): T => ({
  ...reference,
  endpoint: services.endpoint,
  certificateAuthority: services.certificate,
});
const kms = (name: string, options: object = {}): SecretReference => at({ store: 'kms', name, ...options });
const oos = (name: string, options: object = {}): SecretReference => at({ store: 'oos', name, ...options });
const read = (name: string): string => readFileSync(join(secrets, name), 'utf8');
const calls = (): string[] => services.journal.filter((line) => line.startsWith('Get'));

describe('the signature check of the stand-in', () => {
  it('gives the published signature of the published request', () => {
    // "Fixed parameter values" of "Request syntax and signature method V3".
    const headers = {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-version': '2014-05-26',
    };
    const url = '/?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd';
    expect(
      acs3Signature({ method: 'POST', url, headers, body: '' }, Object.keys(headers), 'YourAccessKeySecret'),
    ).toBe('06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0');
  });
});

describe('fetch-secrets', () => {
  it('writes values unchanged, for root alone, and prints none of them', async () => {
    services.kms.set('prod/rabbitmq+a=b@c.d', { versions: { v1: TRICKY } });
    services.oos.set('brokers-admin', { versions: { 1: 'päss wörd' } });
    const result = await fetchFrom({
      cookie: kms('prod/rabbitmq+a=b@c.d'),
      'user-admin': oos('brokers-admin'),
    });
    expect(result).toMatchObject({ code: 0, output: 'fetch-secrets: 2 fetched, 0 kept\n' });
    expect([read('cookie'), read('user-admin')]).toEqual([TRICKY, 'päss wörd']);
    const modes = [secrets, join(secrets, 'cookie'), join(secrets, 'user-admin')].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '400', '400']);
    expect(readdirSync(secrets)).toEqual(['cookie', 'user-admin']);
  });

  it('asks the metadata service in its hardened mode', async () => {
    services.kms.set('cookie', { versions: { v1: 'x' } });
    await fetchFrom({ cookie: kms('cookie') });
    expect(services.journal.slice(0, 4)).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/region-id',
      'GET /latest/meta-data/ram/security-credentials/',
      'GET /latest/meta-data/ram/security-credentials/brokers-node',
    ]);
  });

  it('takes a version, a field and binary data', async () => {
    services.kms.set('json', { versions: { v1: '{"a~b é":"one"}', v2: '{"a~b é":"two"}' } });
    services.kms.set('bytes', {
      versions: { v1: Buffer.from([1, 0, 255]).toString('base64') },
      type: 'binary',
    });
    services.oos.set('json', { versions: { 1: '{"password":"old"}', 2: '{"password":"new"}' } });
    const { code } = await fetchFrom({
      current: kms('json', { field: 'a~b é', versionStage: 'ACSCurrent' }),
      fixed: kms('json', { field: 'a~b é', versionId: 'v1' }),
      bytes: kms('bytes'),
      newest: oos('json', { field: 'password' }),
      first: oos('json', { field: 'password', version: 1 }),
    });
    expect(code).toBe(0);
    expect(['current', 'fixed', 'newest', 'first'].map(read)).toEqual(['two', 'one', 'new', 'old']);
    expect([...readFileSync(join(secrets, 'bytes'))]).toEqual([1, 0, 255]);
    expect(calls()[0]).toBe('GetSecretValue 2016-01-20 {"SecretName":"json","VersionStage":"ACSCurrent"}');
    expect(calls()[4]).toBe(
      'GetSecretParameter 2019-06-01 {"Name":"json","ParameterVersion":"1","WithDecryption":"true"}',
    );
  });

  it('calls the endpoints of the VPC, checked against what the machine trusts', async () => {
    services.kms.set('cookie', { versions: { v1: 'from kms' } });
    services.oos.set('cookie', { versions: { 1: 'from oos' } });
    const resolver = join(folder, 'python');
    mkdirSync(resolver);
    writeFileSync(
      join(resolver, 'sitecustomize.py'),
      'import socket\n' +
        'real = socket.getaddrinfo\n' +
        `def local(host, port, *rest):\n  return real('127.0.0.1', ${services.apiPort} if port == 443 else port, *rest)\n` +
        'socket.getaddrinfo = local\n',
    );
    const result = await fetchFrom(
      { a: { store: 'kms', name: 'cookie' }, b: { store: 'oos', name: 'cookie', region: 'cn-beijing' } },
      [],
      { PYTHONPATH: resolver, SSL_CERT_FILE: services.certificatePath },
    );
    expect(result).toMatchObject({ code: 0 });
    expect([read('a'), read('b')]).toEqual(['from kms', 'from oos']);
  });

  it('refuses an endpoint that the machine does not trust', async () => {
    const reference: SecretReference = { store: 'kms', name: 'cookie', endpoint: services.endpoint };
    const result = await fetchFrom({ cookie: reference }, ['--timeout', '0']);
    expect(result.code).toBe(75);
    expect(result.output).toMatch(/^fetch-secrets: gave up: 127\.0\.0\.1: .*certificate verify failed/i);
    expect(calls()).toEqual([]);
  });

  it('reads certificates that Terraform put into the list with their line breaks', async () => {
    services.kms.set('cookie', { versions: { v1: 'x' } });
    const reference = { ...kms('cookie'), certificateAuthority: 'TOKEN' };
    const list = join(folder, 'list.json');
    const text = renderSecretReferences([{ name: 'cookie', secret: { value: '', reference } }]);
    writeFileSync(list, text.replace('TOKEN', services.certificate));
    const result = await run('python3', [SCRIPT, list, secrets, '--metadata', services.metadataUrl]);
    expect(result).toMatchObject({ code: 0 });
    expect(read('cookie')).toBe('x');
  });
});

describe('fetch-secrets, when it is run again', () => {
  it('keeps what is there and asks nobody', async () => {
    services.kms.set('cookie', { versions: { v1: 'first' } });
    await fetchFrom({ cookie: kms('cookie') });
    services.reset();
    const again = await fetchFrom({ cookie: kms('cookie') });
    expect(again).toMatchObject({ code: 0, output: 'fetch-secrets: 0 fetched, 1 kept\n' });
    expect([read('cookie'), services.journal]).toEqual(['first', []]);
  });

  it('fetches only what is missing', async () => {
    services.kms.set('cookie', { versions: { v1: 'first' } });
    await fetchFrom({ cookie: kms('cookie') });
    services.kms.set('cookie', { versions: { v2: 'rotated' } }).set('admin', { versions: { v1: 'new' } });
    const again = await fetchFrom({ cookie: kms('cookie'), admin: kms('admin') });
    expect(again.output).toBe('fetch-secrets: 1 fetched, 1 kept\n');
    expect([read('cookie'), read('admin')]).toEqual(['first', 'new']);
  });

  it('replaces all with --refresh, or none when one is refused', async () => {
    services.kms.set('cookie', { versions: { v1: 'first' } });
    await fetchFrom({ cookie: kms('cookie') });
    services.kms.set('cookie', { versions: { v2: 'rotated' } });
    const refused = await fetchFrom({ cookie: kms('cookie'), admin: kms('missing') }, ['--refresh']);
    expect([refused.code, read('cookie'), readdirSync(secrets)]).toEqual([1, 'first', ['cookie']]);
    const refreshed = await fetchFrom({ cookie: kms('cookie') }, ['--refresh']);
    expect([refreshed.code, read('cookie')]).toEqual([0, 'rotated']);
  });
});

describe('fetch-secrets, when a service does not answer', () => {
  it.each([
    refusal(503, 'ServiceUnavailableTemporary'),
    refusal(400, 'Throttling.User'),
    refusal(403, 'Rejected.Throttling'),
    refusal(429, 'TooManyRequests'),
    refusal(400, 'RequestTimeTooSkewed'),
    refusal(400, 'InvalidSecurityToken.Expired'),
    refusal(400, 'InvalidTimeStamp.Expired'),
    { status: 502, body: '<html>' },
  ])('tries again after $status $body.Code', async (failure) => {
    services.kms.set('cookie', { versions: { v1: 'x' } });
    services.failures.push(failure);
    const result = await fetchFrom({ cookie: kms('cookie') });
    expect(result.code).toBe(0);
    expect(result.output).toMatch(
      /^fetch-secrets: trying again: cookie: KMS secret "cookie" in cn-hangzhou: \S.* from 127\.0\.0\.1:\d+\n/,
    );
    expect([calls().length, read('cookie')]).toEqual([2, 'x']);
  });

  it('ends with 75 and the last reason when the time is over', async () => {
    services.attached = false;
    const result = await fetchFrom({ cookie: kms('cookie') }, ['--timeout', '1']);
    expect(result.code).toBe(75);
    expect(result.output).toContain(
      'fetch-secrets: gave up: metadata service: HTTP 404 for meta-data/ram/security-credentials/, attach a RAM role\n',
    );
    expect(readdirSync(secrets)).toEqual([]);
  });

  it('waits for the role of a new instance', async () => {
    services.kms.set('cookie', { versions: { v1: 'x' } });
    services.attached = false;
    const running = fetchFrom({ cookie: kms('cookie') });
    await vi.waitFor(() => {
      expect(services.journal).toContain('GET /latest/meta-data/ram/security-credentials/');
    }, 10_000);
    services.attached = true;
    expect(await running).toMatchObject({ code: 0 });
    expect(read('cookie')).toBe('x');
  });
});

describe('fetch-secrets, when trying again would not help', () => {
  const cases: readonly (readonly [string, SecretReference['store'], ReturnType<typeof refusal>, string])[] =
    [
      [
        'a missing permission of KMS',
        'kms',
        refusal(403, 'Forbidden.NoPermission'),
        'cookie: KMS secret "x" in cn-hangzhou: Forbidden.NoPermission: allow RAM role "brokers-node" ' +
          'kms:GetSecretValue on it and kms:Decrypt on its key (request 7F14FB7C)',
      ],
      [
        'a missing permission of OOS',
        'oos',
        refusal(400, 'NoPermission'),
        'cookie: OOS parameter "x" in cn-hangzhou: NoPermission: allow RAM role "brokers-node" ' +
          'oos:GetSecretParameter on it and kms:GetSecretValue on its KMS secret (request 7F14FB7C)',
      ],
      [
        'a secret that is not there',
        'kms',
        refusal(404, 'Forbidden.ResourceNotFound'),
        'cookie: KMS secret "x" in cn-hangzhou: Forbidden.ResourceNotFound: create it, or correct its name, version or ' +
          'region (request 7F14FB7C)',
      ],
      [
        'anything else, without the token that the message may quote',
        'kms',
        refusal(400, 'SignatureDoesNotMatch', `server got ${services.credentials.SecurityToken} from you`),
        'cookie: KMS secret "x" in cn-hangzhou: SignatureDoesNotMatch: server got *** from you (request 7F14FB7C)',
      ],
    ];
  it.each(cases)('says what to do about %s', async (_what, store, failure, sentence) => {
    services.failures.push(failure);
    const result = await fetchFrom({ cookie: store === 'kms' ? kms('x') : oos('x') });
    expect(result).toMatchObject({ code: 1, output: `fetch-secrets: ${sentence}\n` });
    expect(calls()).toHaveLength(1);
    expect(existsSync(join(secrets, 'cookie'))).toBe(false);
  });

  it.each([
    ['text that is no JSON', 'hunter2'],
    ['an object without it', '{"other":"hunter2"}'],
    ['a list', '["hunter2"]'],
    ['a value that is no string', '{"password":[["hunter2"]]}'],
    ['an empty string', '{"password":""}'],
    ['half a character', '{"password":"hunter2\\ud800"}'],
  ])('does not take a field of %s, nor prints it', async (_what, value) => {
    services.kms.set('x', { versions: { v1: value } });
    const result = await fetchFrom({ cookie: kms('x', { field: 'password' }) });
    expect(result.output).toBe(
      'fetch-secrets: cookie: KMS secret "x" in cn-hangzhou has no text in password\n',
    );
    expect(result.code).toBe(1);
  });

  it('needs the list, and says which file it is', async () => {
    const result = await run('python3', [SCRIPT, join(folder, 'no-list'), secrets]);
    expect(result.code).toBe(1);
    expect(result.output).toMatch(/^fetch-secrets: \[Errno 2\] .*no-list'\n$/);
  });
});

describe('the script in user data', () => {
  it('is small, since user data holds 32 KB', () => {
    const { name, text } = pythonScript('fetch-secrets');
    expect(name).toBe('fetch-secrets');
    expect(Buffer.byteLength(text)).toBeLessThan(7 * 1024);
  });
});
