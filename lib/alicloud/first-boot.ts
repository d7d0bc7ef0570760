import { EcsCommand } from '@cdktf/provider-alicloud/lib/ecs-command';
import { EcsInvocation } from '@cdktf/provider-alicloud/lib/ecs-invocation';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { nodeScript } from '../node/script';

/** How long the cloud lets the command run: more than the 3600 s that it waits for a boot by itself. */
const COMMAND_SECONDS = 3660;
/** How long the provider waits for the end of the command, and for the agent to begin with it. */
const INVOCATION_TIMEOUT = '65m';

/** One machine whose first boot is waited for. */
export interface BootingMachine {
  readonly name: string;
  /** A token. */
  readonly instanceId: string;
  /** Resources that the first boot needs. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Fails a deploy when the first boot of a machine of a group did not run or did not end well. No resource of the cloud tells,
 * so a command of Cloud Assistant looks from within. It waits, and changes nothing: that it may run again does no harm.
 */
export class FirstBoot extends Construct {
  private readonly command: EcsCommand;

  /** @param name of the group */
  public constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    this.command = new EcsCommand(this, 'command', {
      name: `${name}-first-boot`,
      description: 'Waits for the end of the first boot of a broker machine; changes nothing',
      type: 'RunShellScript',
      commandContent: Buffer.from(nodeScript('host-first-boot').text).toString('base64'),
      timeout: COMMAND_SECONDS,
    });
  }

  /** Waits for the first boot of one machine, beside those of the others. */
  public await({ name, instanceId, after }: BootingMachine): ITerraformDependable {
    return new EcsInvocation(this, name, {
      commandId: this.command.id,
      instanceId: [instanceId],
      timeouts: { create: INVOCATION_TIMEOUT },
      dependsOn: [...after],
    });
  }
}
