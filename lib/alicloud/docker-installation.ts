import { DockerSource } from '../config/docker-install';

/** Reachable from inside a VPC only, without the internet; see "Alibaba Cloud image site" of the cloud's mirrors. */
const VPC_MIRROR = 'http://mirrors.cloud.aliyuncs.com/docker-ce/linux';

/** Where the machines have their Docker engine from. */
export class DockerInstallation {
  /**
   * Docker CE from a mirror of download.docker.com.
   * @param url what stands before `/debian`, `/ubuntu` and `/centos`; the default is Alibaba Cloud's inside a VPC
   */
  public static fromMirror(url: string = VPC_MIRROR): DockerInstallation {
    return new DockerInstallation({ kind: 'mirror', url });
  }

  /** The package of the distribution; Alibaba Cloud Linux 3 has none. */
  public static fromDistribution(): DockerInstallation {
    return new DockerInstallation({ kind: 'distribution' });
  }

  /** The machine's image has it already. */
  public static inImage(): DockerInstallation {
    return new DockerInstallation({ kind: 'image' });
  }

  private constructor(public readonly source: DockerSource) {}
}
