import { App, TerraformStack, Testing } from 'cdktf';
import { randomBytes } from 'node:crypto';
import { DockerPlatform } from '../../lib/docker/docker-platform';
import { Images } from '../../lib/images';
import { ValidationError } from '../../lib/model/errors';
import { NamedSecret } from '../../lib/model/secret';
import { Secret } from '../../lib/secret';
import { unpackFiles } from '../../lib/docker/agent/deliver';
import { preparedApp } from '../prepared-app';
import { applied } from '../terraform/applied';
import { group, host, IMAGES, one, platformIn, Resources, resourcesOf, stack } from './fixture';

describe('DockerPlatform', () => {
  it('makes a container with a fixed address, a volume and only the capabilities asked for', () => {
    const s = stack();
    platformIn(s).place(() => group(host('app-1')));
    const resources = resourcesOf(s);
    const container = one(resources, 'docker_container', 'app-1');
    expect(container).toMatchObject({
      name: 'app-1',
      hostname: 'app-1',
      entrypoint: ['/opt/brokers/unpack'],
      command: ['/opt/brokers/bin/start'],
      capabilities: { add: ['CAP_CHOWN'], drop: ['ALL'] },
      networks_advanced: [{ ipv4_address: '172.29.0.11' }],
      volumes: [{ container_path: '/data' }],
      healthcheck: { start_period: '1m30s', interval: '5s' },
      restart: 'unless-stopped',
    });
    expect(one(resources, 'docker_volume', 'app-1')).toMatchObject({ name: 'app-1-data' });
    expect(one(resources, 'docker_image', 'image')).toMatchObject({
      name: IMAGES.rabbitmq,
      keep_locally: true,
    });
  });

  it('lets the preflight look for all names before anything is made', () => {
    const s = stack();
    platformIn(s).place(() => group(host('app-1'), host('app-2', { address: '172.29.0.12' })));
    const resources = resourcesOf(s);
    expect(one(resources, 'terraform_data', 'preflight')['triggers_replace']).toMatchObject({
      hosts: ['app-1', 'app-2'],
      labels: { 'cdktf-brokers.stack': 'stack', 'cdktf-brokers.network': 'stack-docker' },
    });
    const preflight = Object.keys(resources['terraform_data'] ?? {}).find((id) => id.includes('preflight'));
    for (const type of ['docker_network', 'docker_volume', 'docker_image']) {
      for (const made of Object.values(resources[type] ?? {})) {
        expect(made['depends_on']).toEqual([`terraform_data.${preflight ?? ''}`]);
      }
    }
  });

  it('keeps the engine from giving away an address that it plans', () => {
    const s = stack();
    const platform = platformIn(s);
    expect(platform.reserveFloatingAddress('proxy')).toEqual({
      address: '172.29.0.10',
      prefixLength: 24,
    });
    expect(one(resourcesOf(s), 'docker_network', 'network')).toMatchObject({
      ipam_config: [{ subnet: '172.29.0.0/24', gateway: '172.29.0.1', ip_range: '172.29.0.128/25' }],
    });
  });

  it('shows the parts of a long file in the diff and delivers its text', () => {
    const s = stack();
    const text = Array.from({ length: 1600 }, (_, line) => `"\${${line}}"`).join('\n');
    const long = { path: '/etc/long', text, shownAs: { 'a ${b}': '1', c: '2' } };
    const [short] = host('app-1').files;
    const files = [
      { ...long, mode: '0644', owner: 'root', onChange: 'reload' as const },
      ...(short ? [short] : []),
    ];
    platformIn(s).place(() => group(host('app-1', { files })));
    const data = one(resourcesOf(s), 'terraform_data', 'app-1-files') as {
      triggers_replace: { files: Record<string, unknown> };
      provisioner: { 'local-exec': { environment: { BROKERS_FILES: string } } }[];
    };
    const shown = data.triggers_replace.files;
    expect(shown['/etc/long']).toEqual({ 'a $${b}': '1', c: '2' });
    const packed = data.provisioner[0]?.['local-exec'].environment.BROKERS_FILES ?? '';
    const [delivered = ''] = applied({
      locals: { files: shown },
      output: { texts: { value: [packed.replace('self.triggers_replace.files', 'local.files')] } },
    });
    expect(unpackFiles(delivered)).toMatchObject({
      '/etc/long': `${text}\n`,
      '/etc/app.conf': 'motd = ${x} %{y}\n',
    });
  });

  it('refuses files that no variable of a process holds', () => {
    const s = stack();
    const text = randomBytes(120_000).toString('hex');
    const file = {
      path: '/etc/long',
      text,
      shownAs: {},
      mode: '0644',
      owner: 'root',
      onChange: 'none' as const,
    };
    platformIn(s).place(() => group(host('app-1', { files: [file] })));
    expect(() => resourcesOf(s)).toThrow(
      /files of a host must be at most 125000 bytes when they are compressed, got 1\d{5}: declare fewer/,
    );
  });

  it('escapes file texts in the diff and in the first upload alike', () => {
    const s = stack();
    platformIn(s).place(() => group(host('app-1')));
    const resources = resourcesOf(s);
    const files = one(resources, 'terraform_data', 'app-1-files');
    expect(files).toMatchObject({ triggers_replace: { files: { '/etc/app.conf': 'motd = $${x} %%{y}\n' } } });
    expect(one(resources, 'docker_container', 'app-1')['upload']).toContainEqual({
      file: '/opt/brokers/bundle',
      content: [
        '@@file /opt/brokers/bin/start\n#!/bin/sh\n',
        '@@file /etc/brokers/manifest\n0644 root reload /etc/app.conf\n',
        '@@file /etc/brokers/hosts\n172.29.0.11 app-1\n',
        '@@file /etc/brokers/delivered/etc/app.conf\nmotd = $${x} %%{y}\n',
      ].join(''),
    });
  });

  it('ends every file with a line break, in the bundle and in the diff alike', () => {
    const s = stack();
    const file = {
      path: '/etc/open.conf',
      text: 'no end',
      mode: '0644',
      owner: 'root',
      onChange: 'none',
    } as const;
    platformIn(s).place(() => group(host('app-1', { files: [file] })));
    const resources = resourcesOf(s);
    expect(JSON.stringify(one(resources, 'docker_container', 'app-1')['upload'])).toContain('no end\\n');
    expect(one(resources, 'terraform_data', 'app-1-files')).toMatchObject({
      triggers_replace: { files: { '/etc/open.conf': 'no end\n' } },
    });
  });

  it('labels all it makes with the stack and the network', () => {
    const s = stack();
    platformIn(s).place(() => group(host('app-1')));
    const resources = resourcesOf(s);
    const labelled = Object.entries(resources).flatMap(([type, all]) =>
      Object.values(all).flatMap(({ labels }) => (labels === undefined ? [] : [[type, labels]])),
    );
    const labels = [
      { label: 'cdktf-brokers.stack', value: 'stack' },
      { label: 'cdktf-brokers.network', value: 'stack-docker' },
    ];
    expect(
      Object.keys(resources)
        .filter((type) => type.startsWith('docker_'))
        .sort(),
    ).toEqual([
      'docker_container',
      'docker_image', // which is on the engine already, and stays there
      'docker_network',
      'docker_volume',
    ]);
    expect(labelled.sort()).toEqual(
      ['docker_container', 'docker_network', 'docker_volume'].map((type) => [type, labels]),
    );
  });

  it('refuses a file that would be taken for two', () => {
    const s = stack();
    const file = {
      path: '/etc/a',
      text: '@@file /etc/b\n',
      mode: '0644',
      owner: 'root',
      onChange: 'none',
    } as const;
    platformIn(s).place(() => group(host('app-1', { files: [file] })));
    expect(() => resourcesOf(s)).toThrow('app-1: no line of /etc/brokers/delivered/etc/a may begin with');
  });

  it('asks for the files again at synth', () => {
    const s = stack();
    let text = 'early\n';
    const late = { path: '/etc/app.conf', mode: '0644', owner: 'root', onChange: 'none' } as const;
    platformIn(s).place(() => group(host('app-1', { files: [{ ...late, text }] })));
    text = 'late\n';
    expect(one(resourcesOf(s), 'terraform_data', 'app-1-files')).toMatchObject({
      triggers_replace: { files: { '/etc/app.conf': 'late\n' } },
    });
  });

  it('refuses secrets that only an ECS node can fetch, also those that come later', () => {
    const problem =
      'secrets must have a value in a container, got KMS secret "prod/cookie" as cookie of app-1, which only an ECS ' +
      'node can fetch: use Secret.generate, Secret.fromVariable or Secret.of';
    const fetched = [{ name: 'cookie', secret: Secret.fromKms('prod/cookie') }];
    expect(() => platformIn(stack()).place(() => group(host('app-1', { secrets: fetched })))).toThrow(
      new ValidationError('stack/docker/app', problem),
    );
    const s = stack();
    const secrets: NamedSecret[] = [];
    platformIn(s).place(() => group(host('app-1', { secrets })));
    secrets.push(...fetched);
    expect(() => resourcesOf(s)).toThrow(`[stack/docker/app] ${problem}`);
  });

  it('keeps secrets out of everything but the upload', () => {
    const s = stack();
    const secret = Secret.generate(s, 'cookie');
    platformIn(s).place(() => group(host('app-1', { secrets: [{ name: 'cookie', secret }] })));
    const resources = resourcesOf(s);
    expect(one(resources, 'docker_container', 'app-1')['upload']).toContainEqual({
      file: '/etc/brokers/secrets/cookie',
      content: '${sensitive(terraform_data.cookie.triggers_replace)}',
    });
    const having = Object.values(resources)
      .flatMap((all) => Object.entries(all))
      .filter(([, content]) => JSON.stringify(content).includes('terraform_data.cookie.'))
      .map(([id]) => id.replace(/_[0-9A-F]{8}$/, ''));
    // The hash of what it starts with says when a container has to be another one.
    expect(having.sort()).toEqual(['docker_app_app-1', 'docker_app_app-1-secrets']);
  });

  it('replaces a container when the value of a secret that it starts with changes', () => {
    const s = stack();
    const secrets: NamedSecret[] = [{ name: 'cookie', secret: Secret.generate(s, 'cookie') }];
    platformIn(s).place(() => group(host('app-1', { secrets })));
    const resources = resourcesOf(s);
    expect(one(resources, 'terraform_data', 'app-1-secrets')['triggers_replace']).toMatch(
      /^\$\{sensitive\(sha256\(join\(.*terraform_data\.cookie\./,
    );
    expect(one(resources, 'docker_container', 'app-1')).toMatchObject({
      lifecycle: {
        replace_triggered_by: [expect.stringMatching(/^terraform_data\.docker_app_app-1-secrets_\w+$/)],
      },
    });
  });

  it('delivers to one host after the other, and checks the group last', () => {
    const s = stack();
    platformIn(s).place(() => group(host('app-1'), host('app-2', { address: '172.29.0.12' })));
    const resources = resourcesOf(s);
    const ids = Object.keys(resources['terraform_data'] ?? {});
    const first = `terraform_data.${ids.find((id) => id.includes('app-1-files')) ?? ''}`;
    const second = `terraform_data.${ids.find((id) => id.includes('app-2-files')) ?? ''}`;
    expect(one(resources, 'terraform_data', 'app-2-files')['depends_on']).toEqual([first]);
    expect(one(resources, 'terraform_data', 'members')).toMatchObject({
      depends_on: [first, second],
      lifecycle: { replace_triggered_by: [first, second] },
      triggers_replace: { hosts: ['app-1', 'app-2'] },
    });
  });

  it('changes no argument of a container when a host is added', () => {
    const containers = (count: number): readonly object[] => {
      const s = stack();
      const hosts = Array.from({ length: count }, (_, n) =>
        host(`app-${n + 1}`, { address: `172.29.0.1${n + 1}` }),
      );
      platformIn(s).place(() => group(...hosts));
      return Object.values(resourcesOf(s)['docker_container'] ?? {});
    };
    const before = containers(3);
    expect(before).toHaveLength(3);
    expect(containers(5).slice(0, 3)).toEqual(before);
  });

  it.each(['agent', 'network', 'preflight', 'provider'])(
    'refuses a group called %s, as its own part is',
    (name) => {
      expect(() => platformIn(stack()).place(() => ({ ...group(host('app-1')), name }))).toThrow(
        `stack/docker: name must differ from the parts of the platform and its groups, got "${name}": choose another`,
      );
    },
  );

  it('comes after another stack as a whole, since Terraform takes no resource of it for a dependency', () => {
    const app = new App();
    const [brokers, front] = ['brokers', 'front'].map((id) => new TerraformStack(app, id));
    if (brokers === undefined || front === undefined) throw new Error('no stacks');
    const { ready } = platformIn(brokers).place(() => group(host('app-1')));
    platformIn(front).place(() => group(host('app-2')), [ready]);
    const { resource } = JSON.parse(preparedApp(app)['front'] ?? '') as { resource: Resources };
    expect(one(resource, 'terraform_data', 'app-2-files')['depends_on']).toEqual([]);
    expect(front.dependsOn(brokers)).toBe(true);
  });

  it('refuses the addresses of another platform of the stack on its engine', () => {
    const s = stack();
    const of = (id: string, subnet: string, engine: string): DockerPlatform =>
      new DockerPlatform(s, id, { subnet, engine, images: Images.onEngine(IMAGES) });
    of('a', '172.29.0.0/24', 'ssh://one');
    of('b', '172.29.0.0/24', 'ssh://two');
    expect(() => of('c', '172.29.0.128/25', 'ssh://two')).toThrow(
      'stack/c: platforms on one engine must not share addresses, got 172.29.0.128/25 beside 172.29.0.0/24 of b: ' +
        'give one of them another subnet',
    );
  });

  it('shares the provider of its engine with the other platforms of a stack', () => {
    const s = stack();
    const of = (id: string, engine?: string): DockerPlatform =>
      new DockerPlatform(s, id, {
        subnet: ['b', 'd'].includes(id) ? '172.29.1.0/24' : '172.29.0.0/24',
        images: Images.onEngine(IMAGES),
        ...(engine === undefined ? {} : { engine }),
      });
    [of('a'), of('b'), of('c', 'ssh://mq'), of('d', 'ssh://mq')].forEach((platform, index) => {
      const name = `app${index}`;
      platform.place(() => ({ ...group(host(`${name}-1`)), name }));
    });
    const { provider } = JSON.parse(Testing.synth(s, true)) as { provider: { docker: unknown[] } };
    expect(provider.docker).toEqual([{}, { alias: 'docker-stack-c', host: 'ssh://mq' }]);
    const containers = Object.values(resourcesOf(s)['docker_container'] ?? {});
    expect(containers.map((container) => container['provider'])).toEqual([
      'docker',
      'docker',
      'docker.docker-stack-c',
      'docker.docker-stack-c',
    ]);
  });

  it('refuses two hosts of one name', () => {
    const platform = platformIn(stack());
    platform.place(() => group(host('app-1')));
    expect(() => platform.place(() => ({ ...group(host('app-1')), name: 'other' }))).toThrow(
      'host name app-1 is used twice',
    );
  });
});
