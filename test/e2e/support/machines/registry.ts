import { createConnection } from 'node:net';
import { eventually, must, run } from '../command';
import { MachineNetwork } from './network';

const IMAGE = 'cdktf-brokers-test/registry:trixie';
const PORT = 5000;

/** A registry to start. */
export interface RegistryProps {
  readonly address: string;
  /** Name by which machines find it. @default none, the address alone */
  readonly hostName?: string;
  /** Serve with a certificate of its own instead of plain HTTP. @default false */
  readonly tls?: boolean;
  /** Names of images on the engine, e.g. `cdktf-brokers/proxy:3.0`. */
  readonly images: readonly string[];
}

/** A real registry on a network of machines. */
export class Registry {
  /** Starts the registry and pushes the images into it. */
  public static async start(network: MachineNetwork, props: RegistryProps): Promise<Registry> {
    const container = network.nameFor(props.hostName ?? 'registry');
    const names = [`IP:${props.address}`, ...(props.hostName === undefined ? [] : [`DNS:${props.hostName}`])];
    await must(
      'docker',
      'run',
      '--detach',
      ...network.labels,
      `--name=${container}`,
      `--network=${network.name}`,
      `--ip=${props.address}`,
      ...(props.hostName === undefined ? [] : [`--network-alias=${props.hostName}`]),
      ...(props.tls === true ? [`--env=CERTIFICATE_NAMES=${names.join(',')}`] : []),
      `--publish=127.0.0.1::${PORT}`, // engines push there without TLS or a known certificate
      IMAGE,
    );
    await eventually(`the registry at ${props.address}`, 30, () => listens(props.address));
    const [published = ''] = (await must('docker', 'port', container, String(PORT))).split('\n');
    const registry = new Registry(
      container,
      network.name,
      `${props.hostName ?? props.address}:${PORT}`,
      published,
    );
    await Promise.all(props.images.map((image) => registry.push(image)));
    return registry;
  }

  private constructor(
    public readonly container: string,
    /** Part of the images' names after the host. */
    public readonly namespace: string,
    /** Host and port for machines, e.g. `172.30.20.5:5000`. */
    public readonly endpoint: string,
    private readonly published: string,
  ) {}

  /** The name by which a machine pulls an image of the engine: `cdktf-brokers/proxy:3.0` → `172.30.20.5:5000/e2e-x/proxy:3.0`. */
  public nameOf(image: string): string {
    return `${this.endpoint}/${this.repositoryOf(image)}`;
  }

  /** PEM of the certificate that machines have to trust; only with `tls`. */
  public certificate(): Promise<string> {
    return must('docker', 'exec', this.container, 'cat', '/etc/docker/registry/server.crt');
  }

  private async push(image: string): Promise<void> {
    const target = `${this.published}/${this.repositoryOf(image)}`;
    await must('docker', 'tag', image, target);
    try {
      await must('docker', 'push', '--quiet', target);
    } finally {
      await run('docker', ['rmi', target]); // the name only, the image has another one
    }
  }

  private repositoryOf(image: string): string {
    return `${this.namespace}/${image.split('/').at(-1) ?? image}`;
  }
}

function listens(host: string): Promise<true> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port: PORT, timeout: 1000 });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}
