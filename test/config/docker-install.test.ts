import { DockerSource, MachineOs, renderDockerInstall } from '../../lib/config/docker-install';
import { ValidationError } from '../../lib/model/errors';

const MIRROR: DockerSource = { kind: 'mirror', url: 'http://mirrors.cloud.aliyuncs.com/docker-ce/linux' };
const SYSTEMS: readonly MachineOs[] = ['debian-12', 'debian-13', 'ubuntu-22.04', 'ubuntu-24.04', 'alinux-3'];

describe('renderDockerInstall', () => {
  it.each(SYSTEMS)('installs Docker CE from a mirror on %s', async (os) => {
    const text = renderDockerInstall('app', os, MIRROR);
    await expect(text).toMatchFileSnapshot(`../golden/docker-install/${os}-mirror.sh`);
  });

  it.each(SYSTEMS.slice(0, -1))('installs the package of the distribution on %s', async (os) => {
    const text = renderDockerInstall('app', os, { kind: 'distribution' });
    await expect(text).toMatchFileSnapshot(`../golden/docker-install/${os}-distribution.sh`);
  });

  it('installs nothing where the image has an engine, whatever the system', async () => {
    const texts = SYSTEMS.map((os) => renderDockerInstall('app', os, { kind: 'image' }));
    await expect(texts[0]).toMatchFileSnapshot('../golden/docker-install/image.sh');
    expect(new Set(texts).size).toBe(1);
  });

  it.each(['https://mirror.example.com', 'http://10.0.0.5:8080/docker-ce/linux'])(
    'takes the mirror %s',
    (url) => {
      expect(renderDockerInstall('app', 'debian-12', { kind: 'mirror', url })).toContain(` ${url}/debian `);
    },
  );

  const refused: [string, MachineOs, DockerSource, string][] = [
    [
      'the package of a system that has none',
      'alinux-3',
      { kind: 'distribution' },
      'app: alinux-3 has no Docker engine among its packages: install it from a mirror, or use an image that has it',
    ],
    ...[
      'mirror.example.com/docker-ce',
      'https://mirror.example.com/docker-ce/',
      'ftp://mirror.example.com',
      'https://mirror.example.com/$(reboot)',
      "https://mirror.example.com/a'b",
      'https://mirror.example.com/a b',
      'https://mirror.example.com\n',
      '',
    ].map((url): [string, MachineOs, DockerSource, string] => [
      `the mirror ${JSON.stringify(url)}`,
      'debian-13',
      { kind: 'mirror', url },
      `app: the Docker mirror must be an address without a slash at its end, got ${url}: write e.g. http`,
    ]),
  ];
  it.each(refused)('refuses %s', (_, os, source, message) => {
    expect(() => renderDockerInstall('app', os, source)).toThrow(ValidationError);
    expect(() => renderDockerInstall('app', os, source)).toThrow(message);
  });
});
