import { Construct } from 'constructs';
import { createShovelSites, ShovelSites } from './architectures/shovel';
import { SitesStack, SitesStackProps } from './sites';

/** What can be varied of the stack with shovels. */
export interface ShovelStackProps extends SitesStackProps {
  /** Queues with a dynamic shovel each. @default one named `orders` */
  readonly queues?: readonly string[];
  /** Queues with a static shovel each. @default none */
  readonly staticQueues?: readonly string[];
}

/** Two clusters: what is published at the near one comes to the queues of the far one. */
export class ShovelStack extends SitesStack {
  public readonly sites: ShovelSites;

  public constructor(scope: Construct, id: string, props: ShovelStackProps) {
    super(scope, id, props);
    const { queues = ['orders'], staticQueues = [], reconnectDelaySeconds = 5 } = props;
    this.sites = createShovelSites(this, {
      near: this.site('near'),
      far: this.site('far'),
      queues,
      staticQueues,
      reconnectDelaySeconds,
    });
    this.describe('near', this.sites.near);
    this.describe('far', this.sites.far);
  }
}
