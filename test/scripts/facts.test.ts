import { load } from './load';

interface Resource {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

describe('versions', () => {
  it.each([
    ['20.9.0', true],
    ['20.10.1', true],
    ['22.0.0', true],
    ['20.8.9', false],
    ['18.20.4', false],
  ])('%s is 20.9.0 or newer: %s', async (version, expected) => {
    const { isAtLeast } = await load<{ isAtLeast: (have: string, wanted: string) => boolean }>('system');
    expect(isAtLeast(version, '20.9.0')).toBe(expected);
  });

  it.each([
    ['rabbitmq:4.0.9', '4.0'],
    ['registry.example.com:5000/brokers/rabbitmq:4.1.2-management', '4.1'],
    ['rabbitmq:v3.13.7', '3.13'],
    ['registry.example.com:5000/rabbitmq', undefined],
    ['rabbitmq:latest', undefined],
    ['rabbitmq@sha256:0123', undefined],
  ])('stand in the tag of %s: %s', async (image, expected) => {
    const { versionInTag } = await load<{ versionInTag: (image: string) => string | undefined }>('images');
    expect(versionInTag(image)).toBe(expected);
  });

  it('of Debian packages become tags', async () => {
    const { tagOf } = await load<{ tagOf: (version: string, parts: number) => string }>('build-image');
    expect(tagOf('4.0.5-6+deb13u2', 3)).toBe('4.0.5');
    expect(tagOf('1:3.0.11-1', 2)).toBe('3.0');
  });
});

describe('what docker pull says', () => {
  it.each([
    ['dial tcp: lookup registry.example.com on 10.0.0.1:53: no such host', 'not reachable, no such host'],
    [
      'net/http: request canceled while waiting for connection',
      'not reachable, request canceled while waiting for connection',
    ],
    [
      'Error response from daemon: manifest for a:1 not found: manifest unknown: manifest unknown',
      'the registry does not have it',
    ],
    [
      "pull access denied for a, repository does not exist or may require 'docker login'",
      'the registry does not have it',
    ],
    ['toomanyrequests: You have reached your pull rate limit', 'its limit of pulls is reached'],
  ])('%s: %s', async (stderr, reason) => {
    const { describeFailure } = await load<{
      describeFailure: (stderr: string) => { reason: string; unreachable: boolean };
    }>('pull');
    expect(describeFailure(`Trying\n${stderr}\n`)).toEqual({
      reason,
      unreachable: reason.startsWith('not reachable'),
    });
  });
});

describe('leftovers', () => {
  const resources: Resource[] = [
    { kind: 'container', id: 'c1', name: 'rabbitmq-1' },
    { kind: 'container', id: 'c2', name: 'rabbitmq-2' },
    { kind: 'volume', id: 'rabbitmq-1-data', name: 'rabbitmq-1-data' },
  ];
  const state = {
    resources: [{ instances: [{ attributes: { id: 'c1' } }] }, { instances: [{ attributes: {} }, {}] }, {}],
  };
  const resourcesModule = () =>
    load<{
      unknownTo: (state: object | undefined, resources: readonly Resource[]) => Resource[];
      summary: (resources: readonly Resource[]) => string;
    }>('resources');

  it('are what the state does not know', async () => {
    const { unknownTo } = await resourcesModule();
    expect(unknownTo(state, resources).map(({ id }) => id)).toEqual(['c2', 'rabbitmq-1-data']);
    expect(unknownTo(undefined, resources)).toHaveLength(3);
  });

  it('are summed up by kind', async () => {
    const { summary } = await resourcesModule();
    expect(summary(resources)).toBe('2 containers, 1 volume');
  });
});

describe('cdktf', () => {
  const local = { BROKERS_SKIP_PROVIDER_LOCK: '1' };
  it.each([
    [['deploy', 'local'], local, ['deploy', 'local', '--skip-provider-lock']],
    [['diff', 'local', '--skip-provider-lock'], local, ['diff', 'local', '--skip-provider-lock']],
    [['output', 'local'], local, ['output', 'local', '--skip-provider-lock']],
    [['synth'], local, ['synth']],
    [['deploy', 'local'], {}, ['deploy', 'local']],
  ])('%j with %j is called with %j', async (args, environment, expected) => {
    const { cdktfArguments } = await load<{
      cdktfArguments: (args: string[], environment: object) => string[];
    }>('cdktf-arguments');
    expect(cdktfArguments(args, environment)).toEqual(expected);
  });
});
