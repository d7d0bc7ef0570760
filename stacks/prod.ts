import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ARCHITECTURES } from './architectures';
import { EcsSite } from './ecs-site';
import { createProvider, keepState } from './provider';
import { EnvironmentSettings } from './settings';

/** Brokers of one architecture on Alibaba Cloud ECS, with what the settings choose in front of them. */
export class ProdStack extends TerraformStack {
  public constructor(scope: Construct, id: string, settings: EnvironmentSettings) {
    super(scope, id);
    createProvider(this, 'alicloud', settings);
    keepState(this, settings);
    const { version, create } = ARCHITECTURES[settings.architecture];
    const site = new EcsSite(this, settings, { name: id, version });
    const { queues, quorumQueues } = settings;
    site.serve(create(this, 'rabbitmq', { ...site.brokers(), queues, quorumQueues }));
  }
}
