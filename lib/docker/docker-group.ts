import { Container } from '@cdktf/provider-docker/lib/container';
import { Image } from '@cdktf/provider-docker/lib/image';
import { Network } from '@cdktf/provider-docker/lib/network';
import { Volume } from '@cdktf/provider-docker/lib/volume';
import { Fn, ITerraformDependable, Lazy, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { Connections } from '../connections/connections';
import { ValidationError } from '../model/errors';
import { GroupSpec, HostSpec, ImageSpec } from '../model/host';
import { describeReference } from '../model/secret-reference';
import { ITopologySource, Topology, topologyHost } from '../model/topology';
import { deliveredFiles, scriptDigests, UNPACK_PATH } from '../node/bundle';
import { fetchedSecrets } from '../node/secret-references';
import { IPlacedGroup } from '../platform';
import { dependsOn } from '../terraform/dependencies';
import { TerraformData } from '../terraform/terraform-data';
import { shownFiles } from '../terraform/shown-files';
import { terraformText } from '../terraform/text';
import { packedFiles, uploads } from './delivery';

/** What a `DockerGroup` needs of its platform. */
export interface DockerGroupProps {
  readonly spec: () => GroupSpec;
  readonly after: readonly ITerraformDependable[];
  readonly network: Network;
  /** Comes before anything is made. */
  readonly preflight: ITerraformDependable;
  /** The network in a `Topology`. */
  readonly area: string;
  readonly provider: TerraformProvider;
  /** Tell to whom what is on an engine belongs. */
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly engine?: string;
  /** The shell command that runs `action` of the agent. */
  readonly agentCommand: (action: string) => string;
  readonly image: (spec: ImageSpec) => Image;
}

/**
 * The containers of one group, the delivery of their files one host after the other, and the check that the whole group
 * serves. A changed file reaches the running container; the container itself stays.
 */
export class DockerGroup extends Construct implements IPlacedGroup, ITopologySource {
  public readonly ready: ITerraformDependable;
  /** A Docker network has no firewall. */
  public readonly connections = new Connections([]);
  private readonly volumes = new Map<string, Volume>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: DockerGroupProps,
  ) {
    super(scope, id);
    const deliveries: TerraformData[] = [];
    const own = dependsOn(this, props.after);
    const hosts = props.spec().hosts;
    const [unreachable] = unreachableSecrets(hosts);
    if (unreachable !== undefined) throw new ValidationError(this, unreachable);
    // Users may be added until the stack is synthesised.
    this.node.addValidation({ validate: () => unreachableSecrets(this.props.spec().hosts) });
    for (const host of hosts) {
      const container = this.createContainer(host);
      deliveries.push(this.createDelivery(host.name, container, [...deliveries.slice(-1), ...own]));
    }
    this.ready = this.createMembership(hosts, deliveries);
  }

  public describeTopology(): Partial<Topology> {
    const { spec, area } = this.props;
    const { name, hosts } = spec();
    return {
      hosts: hosts.map((host) =>
        topologyHost(host, {
          group: { id: this.node.path, name },
          area,
          disks: host.container.volumes.map(({ mountPath, shared = false }) => ({
            kind: shared ? 'shared volume' : 'volume',
            mountPath,
          })),
        }),
      ),
    };
  }

  private createContainer(host: HostSpec): Container {
    const { provider, network } = this.props;
    const { container } = host;
    const labels = this.props.labels.map((label) => ({ ...label }));
    const volumes = container.volumes.map((volume) => ({
      containerPath: volume.mountPath,
      volumeName: this.volume(volume.shared === true ? volume.name : `${host.name}-${volume.name}`).name,
    }));
    const secrets = new TerraformData(this, `${host.name}-secrets`, {
      // Users that are added later have passwords as well.
      triggersReplace: Lazy.stringValue({
        produce: () => {
          const values = this.host(host.name).secrets.map(({ secret }) => secret.value);
          return Token.asString(Fn.sensitive(Fn.sha256(Fn.join('\n', values))));
        },
      }),
    });
    return new Container(this, host.name, {
      name: host.name,
      hostname: host.name,
      image: this.props.image(container.image).imageId,
      provider,
      init: true,
      restart: 'unless-stopped',
      entrypoint: [UNPACK_PATH],
      command: [...container.command],
      env: Object.entries(container.environment).map(([key, value]) => terraformText(`${key}=${value}`)),
      capabilities: { add: container.capabilities.map((name) => `CAP_${name}`), drop: ['ALL'] },
      networksAdvanced: [{ name: network.name, ipv4Address: host.address }],
      volumes,
      labels,
      healthcheck: {
        test: ['CMD', ...container.healthCheck.command],
        interval: goDuration(container.healthCheck.intervalSeconds),
        timeout: goDuration(container.healthCheck.timeoutSeconds),
        startPeriod: goDuration(container.healthCheck.startPeriodSeconds),
        retries: container.healthCheck.retries,
      },
      logDriver: 'json-file',
      logOpts: { 'max-size': '10m', 'max-file': '3' },
      stopTimeout: container.stopTimeoutSeconds,
      destroyGraceSeconds: container.stopTimeoutSeconds,
      ...(container.memoryMiB === undefined
        ? {}
        : { memory: container.memoryMiB, memorySwap: container.memoryMiB }),
      ...(container.openFiles === undefined
        ? {}
        : { ulimit: [{ name: 'nofile', soft: container.openFiles, hard: container.openFiles }] }),
      upload: Lazy.anyValue({ produce: () => uploads(this.host(host.name)) }),
      lifecycle: {
        // First boot only: later contents arrive by delivery, without a new container.
        ignoreChanges: ['upload'],
        // A new cookie or password cannot be mixed with the old one.
        replaceTriggeredBy: [secrets.address],
      },
    });
  }

  /** The volume `name`, made for the first host that asks. */
  private volume(name: string): Volume {
    const { provider, labels, preflight } = this.props;
    const made = this.volumes.get(name);
    if (made !== undefined) return made;
    const volume = new Volume(this, name, {
      name,
      provider,
      labels: labels.map((label) => ({ ...label })),
      dependsOn: [preflight],
    });
    this.volumes.set(name, volume);
    return volume;
  }

  /** Files of one host as text in the diff; a change delivers them, after those in `previous`. */
  private createDelivery(
    name: string,
    container: Container,
    previous: readonly ITerraformDependable[],
  ): TerraformData {
    const files = Lazy.anyValue({ produce: () => shownFiles(deliveredFiles(this.host(name))) });
    const scripts = Lazy.anyValue({ produce: () => scriptDigests(this.host(name)) });
    return new TerraformData(this, `${name}-files`, {
      triggersReplace: { container: container.id, files, scripts },
      dependsOn: [...previous],
      provisioners: [
        {
          type: 'local-exec',
          command: this.props.agentCommand('deliver'),
          environment: {
            BROKERS_GROUP: this.json(() => this.agentGroup()),
            BROKERS_HOST: this.json(() => agentHost(this.host(name))),
            BROKERS_FILES: Lazy.stringValue({
              produce: () => packedFiles(name, deliveredFiles(this.host(name))),
            }),
          },
        },
      ],
    });
  }

  /**
   * Exists while the group serves. Its replacement first takes hosts that are no longer declared out of the group, while
   * their containers still run, then waits until all declared ones serve.
   */
  private createMembership(hosts: readonly HostSpec[], deliveries: readonly TerraformData[]): TerraformData {
    const group = this.json(() => this.agentGroup());
    return new TerraformData(this, 'members', {
      triggersReplace: { hosts: hosts.map(({ name }) => name) },
      dependsOn: [...deliveries],
      lifecycle: { replaceTriggeredBy: deliveries.map((delivery) => delivery.address) },
      provisioners: [
        {
          type: 'local-exec',
          when: 'destroy',
          command: this.props.agentCommand('leave'),
          // Only `self` and literals may stand here: `self` has the hosts so far, the literal those that stay.
          environment: {
            BROKERS_GROUP: group,
            BROKERS_MEMBERS: '${jsonencode(self.triggers_replace.hosts)}',
          },
        },
        {
          type: 'local-exec',
          command: this.props.agentCommand('ready'),
          environment: { BROKERS_GROUP: group },
        },
      ],
    });
  }

  private host(name: string): HostSpec {
    const host = this.props.spec().hosts.find((candidate) => candidate.name === name);
    if (host === undefined)
      throw new Error(`group ${this.node.id} lost host ${name} between construction and synth`);
    return host;
  }

  private agentGroup(): Record<string, unknown> {
    const { name, hosts, readyCommand, readyTimeoutSeconds, joinedCommand, leaveCommand } = this.props.spec();
    return {
      name,
      engine: this.props.engine,
      hosts: hosts.map((host) => host.name),
      readyCommand,
      readyTimeoutSeconds,
      joinedCommand,
      leaveCommand,
    };
  }

  private json(produce: () => unknown): string {
    return Lazy.stringValue({ produce: () => terraformText(JSON.stringify(produce())) });
  }
}

function agentHost(host: HostSpec): Record<string, unknown> {
  return {
    name: host.name,
    targets: deliveredFiles(host).map(({ path, deliveredTo }) => ({ path, deliveredTo })),
    scripts: Object.fromEntries(host.scripts.map(({ name, text }) => [name, text])),
    checkCommand: host.container.checkCommand,
    reloadCommand: host.container.reloadCommand,
    stopTimeoutSeconds: host.container.stopTimeoutSeconds,
  };
}

/** Seconds as the engine prints a duration, e.g. 90 as `1m30s`; any other form differs in every diff. */
function goDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

/** What is wrong with the secrets of `hosts`: a container has no RAM role to fetch one with. */
function unreachableSecrets(hosts: readonly HostSpec[]): string[] {
  return hosts.flatMap((host) =>
    fetchedSecrets(host.secrets).map(
      (secret) =>
        `secrets must have a value in a container, got ${describeReference(secret)} as ${secret.file} of ${host.name}, ` +
        'which only an ECS node can fetch: use Secret.generate, Secret.fromVariable or Secret.of',
    ),
  );
}
