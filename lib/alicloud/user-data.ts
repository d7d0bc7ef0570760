import { Fn, Lazy, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';
import {
  assertUserDataSize,
  CloudInitFile,
  renderCloudInit,
  USER_DATA_LIMIT_BYTES,
  UserDataPart,
} from '../config/cloud-init';
import { DockerSource, MachineOs, renderDockerInstall } from '../config/docker-install';
import { EngineSettings, renderEngineSettings } from '../config/engine-settings';
import { renderContainerUnit } from '../config/systemd';
import { ValidationError } from '../model/errors';
import { HostSpec, SECRETS_DIRECTORY } from '../model/host';
import { ISecret, NamedSecret } from '../model/secret';
import { describeReference } from '../model/secret-reference';
import { BUNDLE_PATH, bundleOf, digestOf, hostBundle, UNPACK_PATH } from '../node/bundle';
import { nodeScript, pythonScript } from '../node/script';
import { fetchedSecrets, renderSecretReferences } from '../node/secret-references';
import { terraformText } from '../terraform/text';
import { PackedScript, PackedScripts } from './packed-scripts';
import { packedEstimate, packedExpression } from './packed-text';

/** What belongs to the machine and not to its container. */
const HOST_DIRECTORY = '/opt/brokers/host';
/** The program by which a machine fetches secrets, and its list of them. */
const FETCH_PATH = `${HOST_DIRECTORY}/fetch-secrets`;
const FETCH_LIST_PATH = `${HOST_DIRECTORY}/secrets.json`;
/** The other scripts of the machine in one file, which is smaller than each for itself. */
const HOST_BUNDLE_PATH = `${HOST_DIRECTORY}/bundle`;
const SETTINGS_PATH = `${HOST_DIRECTORY}/settings`;
const DATA_DIRECTORY = '/var/lib/brokers/data';
const DISK_TIMEOUT_SECONDS = 600;

/** Kernel settings of a node; the rest of the kernel's defaults suit brokers. */
const SYSCTL = [
  // Longer queues of connections that wait to be accepted, as all clients come back at once.
  'net.core.somaxconn = 4096',
  'net.ipv4.tcp_max_syn_backlog = 4096',
  // A broker that is swapped out is a broker that does not answer.
  'vm.swappiness = 1',
  '',
].join('\n');

/** A registry that asks for a login. */
export interface RegistryLogin {
  /** Host of the registry, e.g. `acme-registry-vpc.cn-hangzhou.cr.aliyuncs.com`. */
  readonly server: string;
  readonly username: string;
  readonly password: ISecret;
}

/** What the user data of a machine is made of. */
export interface UserDataProps {
  /** The host, asked again at synth. */
  readonly host: () => HostSpec;
  /** Image of its container, with registry and tag. */
  readonly image: string;
  readonly os: MachineOs;
  readonly docker: DockerSource;
  readonly engine: EngineSettings;
  /** Of the group. */
  readonly scripts: PackedScripts;
  readonly registryLogin?: RegistryLogin;
  /** Whether the machine has a RAM role, with which it can fetch secrets. */
  readonly hasRole: boolean;
  /** How the disk of the data names itself, usually a token; none for a host without volumes. */
  readonly diskSerial?: string;
}

/** A file of the document: plain text, text to be packed, a script of the group, or a secret. */
interface Part {
  readonly path: string;
  readonly permissions: string;
  readonly kind: 'plain' | 'packed' | 'script' | 'secret';
  /** Makes what a Terraform expression for it is made of. */
  readonly text: () => string;
}

/**
 * The user data of one machine: a cloud-init document with the host's bundle, its service and what the machine needs for
 * it. It is put together by Terraform, since secrets are known only there.
 */
export class UserData extends Construct {
  /** Base64, as the instance wants it. */
  public readonly base64: string;
  /** Terraform's condition that the platform takes it. */
  public readonly fits: string;
  /** Expressions by path, of secrets by value, made once: in the middle of a synth that is dear. */
  private readonly expressions = new Map<string, string>();
  /** What was rendered last: a synth asks several times for the same. */
  private rendered: { readonly from: string; readonly template: string } | undefined;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: UserDataProps,
  ) {
    super(scope, id);
    for (const part of this.scriptParts()) this.expressions.set(part.path, this.script(part).expression);
    for (const path of this.packedPaths()) {
      const text = Lazy.stringValue({ produce: () => terraformText(this.textOf(path)) });
      this.expressions.set(path, packedExpression(this, path, text));
    }
    for (const part of this.parts().filter(({ kind }) => kind === 'secret')) this.expression(part);
    const document = new TerraformLocal(
      this,
      'document',
      Lazy.stringValue({ produce: () => this.render(this.parts(), (part) => this.expression(part)) }),
    );
    this.base64 = Fn.base64encode(document.asString);
    this.fits = `\${length(local.${document.friendlyUniqueId}) <= ${USER_DATA_LIMIT_BYTES}}`;
    this.node.addValidation({
      validate: () => {
        this.assertRole();
        this.assertSize();
        return [];
      },
    });
  }

  /** Size in bytes as far as it is known before Terraform runs; every secret counts as 64 characters. */
  public get sizeBytes(): number {
    return Buffer.byteLength(this.render(this.parts(), (part) => this.estimate(part)));
  }

  /** Texts by path that a person reads of it in the diff, but for the host's own; without the disk, which only a deploy tells. */
  public get visibleFiles(): Readonly<Record<string, string>> {
    const shown = this.parts().filter(
      ({ kind, path }) => ['plain', 'packed'].includes(kind) && path !== BUNDLE_PATH,
    );
    return Object.fromEntries(
      shown.map(({ path, text }) => [
        path,
        path === SETTINGS_PATH ? this.settings(this.props.host(), '') : text(),
      ]),
    );
  }

  /** Digests by path of the scripts in it, but for the host's own. */
  public get visibleScripts(): Readonly<Record<string, string>> {
    const others = this.parts().filter(({ kind, path }) => kind === 'script' && path !== HOST_BUNDLE_PATH);
    return Object.fromEntries(
      [...this.hostScripts(), ...others].map(({ path, text }) => [path, digestOf(text())]),
    );
  }

  /** With the one that fetches secrets where a user whose password is fetched may be added until the synth. */
  private scriptParts(): readonly Part[] {
    const now = this.parts().filter(({ kind }) => kind === 'script');
    return this.props.hasRole ? [...now, fetchProgram()] : now;
  }

  /** Known now, unlike the texts, and as for the scripts. */
  private packedPaths(): ReadonlySet<string> {
    const now = this.parts().filter(({ kind }) => kind === 'packed');
    return new Set([...now.map(({ path }) => path), ...(this.props.hasRole ? [FETCH_LIST_PATH] : [])]);
  }

  private assertRole(): void {
    const [fetched] = fetchedSecrets(this.secrets());
    if (fetched === undefined || this.props.hasRole) return;
    throw new ValidationError(
      this,
      `${describeReference(fetched)} is fetched by the machine with its RAM role, and it has none: set ramRole`,
    );
  }

  private assertSize(): void {
    const parts = this.parts();
    const estimates = new Map(parts.map((part) => [part, this.estimate(part)]));
    const total = Buffer.byteLength(this.render(parts, (part) => estimates.get(part) ?? ''));
    const shares = parts.map((part): UserDataPart => ({
      name: part.path,
      bytes: estimates.get(part)?.length ?? 0,
    }));
    assertUserDataSize(this, total, shares);
  }

  private render(parts: readonly Part[], content: (part: Part) => string): string {
    return this.template(parts).replace(/@@content:(\d+)@@/g, (_, index: string) => {
      const part = parts[Number(index)];
      return part === undefined ? '' : content(part);
    });
  }

  /** The document with a marker in the place of each part that is no plain text. */
  private template(parts: readonly Part[]): string {
    const files = parts.map(({ path, permissions, kind, text }, index): CloudInitFile => {
      if (kind === 'plain') return { path, permissions, content: text() };
      const encoding = kind === 'secret' ? 'b64' : 'gz+b64';
      return { path, permissions, encoding, content: `@@content:${index}@@` };
    });
    const document = {
      hostname: this.props.host().name,
      files,
      commands: [[UNPACK_PATH, `${HOST_DIRECTORY}/bootstrap`]],
    };
    const from = JSON.stringify(document);
    if (this.rendered?.from !== from) {
      this.rendered = { from, template: terraformText(renderCloudInit(this, document)) };
    }
    return this.rendered.template;
  }

  private expression(part: Part): string {
    const key = part.kind === 'secret' ? part.text() : part.path;
    const expression = this.expressions.get(key) ?? Fn.base64encode(key);
    this.expressions.set(key, expression);
    return expression;
  }

  private script({ path, text }: Part): PackedScript {
    return this.props.scripts.pack(path, text());
  }

  /** What a part will be as long as, where its value is not known yet. */
  private estimate(part: Part): string {
    switch (part.kind) {
      case 'plain':
        return part.text();
      case 'packed':
        return packedEstimate(part.text());
      case 'script':
        return this.script(part).estimate;
      case 'secret':
        return Buffer.alloc(64).toString('base64');
    }
  }

  private textOf(path: string): string {
    return (
      this.parts()
        .find((part) => part.path === path)
        ?.text() ?? ''
    );
  }

  private parts(): readonly Part[] {
    const { engine } = this.props;
    const host = this.props.host();
    const unit = serviceOf(host);
    return [
      plain('/etc/docker/daemon.json', () => renderEngineSettings(this, engine)),
      plain('/etc/sysctl.d/90-brokers.conf', () => SYSCTL),
      packed(`/etc/systemd/system/${unit}`, '0644', () => this.unit(host)),
      plain(SETTINGS_PATH, () => this.settings(host, this.props.diskSerial)),
      { ...script(HOST_BUNDLE_PATH, () => this.hostBundle()), permissions: '0600' },
      script(UNPACK_PATH, () => nodeScript('unpack').text),
      packed(BUNDLE_PATH, '0600', () => hostBundle(host)),
      ...this.secretParts(host),
    ];
  }

  private hostBundle(): string {
    return bundleOf(this.hostScripts().map(({ path, text }) => ({ path, text: text() })));
  }

  private hostScripts(): readonly Part[] {
    const { os, docker } = this.props;
    const hostScript = (name: string): Part =>
      script(`${HOST_DIRECTORY}/${name}`, () => nodeScript(`host-${name}`).text);
    return [
      hostScript('bootstrap'),
      hostScript('prepare'),
      ...(this.props.host().container.volumes.length === 0 ? [] : [hostScript('data-disk')]),
      script(`${HOST_DIRECTORY}/install-docker`, () => renderDockerInstall(this, os, docker)),
    ];
  }

  /** Values that Terraform knows, and for the others where the machine fetches them. */
  private secretParts(host: HostSpec): readonly Part[] {
    const places = [
      { secrets: host.secrets, directory: SECRETS_DIRECTORY, list: FETCH_LIST_PATH },
      {
        secrets: this.registrySecrets(),
        directory: HOST_DIRECTORY,
        list: `${HOST_DIRECTORY}/registry.json`,
      },
    ];
    const fetches = fetchedSecrets(this.secrets()).length > 0;
    return [
      ...(fetches ? [fetchProgram()] : []),
      ...places.flatMap(({ secrets, directory, list }): Part[] => [
        ...(fetchedSecrets(secrets).length === 0
          ? []
          : [packed(list, '0600', () => renderSecretReferences(secrets))]),
        ...secrets
          .filter(({ secret }) => secret.reference === undefined)
          .map(({ name, secret }): Part => ({
            path: `${directory}/${name}`,
            permissions: '0400',
            kind: 'secret',
            text: () => secret.value,
          })),
      ]),
    ];
  }

  private secrets(): readonly NamedSecret[] {
    return [...this.props.host().secrets, ...this.registrySecrets()];
  }

  private registrySecrets(): readonly NamedSecret[] {
    const { registryLogin } = this.props;
    return registryLogin === undefined ? [] : [{ name: 'registry-password', secret: registryLogin.password }];
  }

  private unit(host: HostSpec): string {
    return renderContainerUnit({
      name: host.container.image.role,
      description: `${host.container.image.role} ${host.container.image.version} of ${host.name}`,
      image: this.props.image,
      container: host.container,
      entryPoint: UNPACK_PATH,
      sharedDirectories: ['/etc/brokers', '/opt/brokers'],
      dataDirectory: DATA_DIRECTORY,
      before: [`${HOST_DIRECTORY}/prepare`],
    });
  }

  /** Read by the shell scripts of the host; no value needs quoting within single quotes. */
  private settings(host: HostSpec, diskSerial = ''): string {
    const { image, registryLogin } = this.props;
    const values = {
      SERVICE: serviceOf(host),
      IMAGE: image,
      REGISTRY: registryLogin?.server ?? '',
      REGISTRY_USER: registryLogin?.username ?? '',
      VOLUMES: host.container.volumes.map(({ name }) => name).join(' '),
      DISK_SERIAL: diskSerial,
      DISK_TIMEOUT_SECONDS: String(DISK_TIMEOUT_SECONDS),
    };
    return Object.entries(values)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join('');
  }
}

function serviceOf(host: HostSpec): string {
  return `${host.container.image.role}.service`;
}

function plain(path: string, text: () => string): Part {
  return { path, permissions: '0644', kind: 'plain', text };
}

function fetchProgram(): Part {
  return script(FETCH_PATH, () => pythonScript('fetch-secrets').text);
}

function script(path: string, text: () => string): Part {
  return { path, permissions: '0755', kind: 'script', text };
}

function packed(path: string, permissions: string, text: () => string): Part {
  return { path, permissions, kind: 'packed', text };
}
