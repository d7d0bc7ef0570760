/**
 * The stack `prod` as one writes it without the constructs of this project: the same resources from the raw bindings, with
 * the settings of the same file. Its long texts lie beside it in `texts.json`.
 */
import { EcsCommand } from '@cdktf/provider-alicloud/lib/ecs-command';
import { EcsDeploymentSet } from '@cdktf/provider-alicloud/lib/ecs-deployment-set';
import { EcsDisk } from '@cdktf/provider-alicloud/lib/ecs-disk';
import { EcsDiskAttachment } from '@cdktf/provider-alicloud/lib/ecs-disk-attachment';
import { EcsInvocation } from '@cdktf/provider-alicloud/lib/ecs-invocation';
import { Instance } from '@cdktf/provider-alicloud/lib/instance';
import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { SecurityGroup } from '@cdktf/provider-alicloud/lib/security-group';
import { SecurityGroupRule } from '@cdktf/provider-alicloud/lib/security-group-rule';
import { SlbAcl } from '@cdktf/provider-alicloud/lib/slb-acl';
import { SlbAclEntryAttachment } from '@cdktf/provider-alicloud/lib/slb-acl-entry-attachment';
import { SlbListener } from '@cdktf/provider-alicloud/lib/slb-listener';
import { SlbLoadBalancer } from '@cdktf/provider-alicloud/lib/slb-load-balancer';
import { SlbServerGroup } from '@cdktf/provider-alicloud/lib/slb-server-group';
import { SlbServerGroupServerAttachment } from '@cdktf/provider-alicloud/lib/slb-server-group-server-attachment';
import { Vpc } from '@cdktf/provider-alicloud/lib/vpc';
import { Vswitch } from '@cdktf/provider-alicloud/lib/vswitch';
import { App, Fn, ITerraformDependable, TerraformLocal, TerraformOutput, TerraformStack } from 'cdktf';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LiteralUserData, MachineTexts } from './literal-user-data';
import { ROOT } from './names';
import { Data } from './terraform-data';

/** What it needs of `environments/prod.yaml`. */
interface Settings {
  readonly region: string;
  readonly zones: readonly string[];
  readonly cidr: string;
  readonly instanceType: string;
  readonly image: string;
  readonly clients: readonly string[];
  readonly tags: Record<string, string>;
}

const AMQP = 5672;

const settings = parse(readFileSync(join(ROOT, 'environments/prod.yaml'), 'utf8')) as Settings;
const { tags } = settings;
const machineTags = { stack: 'prod', ...tags };
const texts = JSON.parse(readFileSync('texts.json', 'utf8')) as LiteralUserData;
const app = new App();
const stack = new TerraformStack(app, 'prod');
stack.addOverride('terraform.required_providers.alicloud.version', '~> 1.289');
new AlicloudProvider(stack, 'alicloud', { region: settings.region, accountType: 'Domestic' });

const vpc = new Vpc(stack, 'vpc', {
  vpcName: 'prod',
  cidrBlock: settings.cidr,
  tags,
  lifecycle: { preventDestroy: true },
});
const zones = settings.zones.map((zoneId, index) => ({
  zoneId,
  vswitch: new Vswitch(stack, `vswitch-${zoneId}`, {
    vpcId: vpc.id,
    vswitchName: `prod-${zoneId}`,
    cidrBlock: `10.0.${index}.0/24`,
    zoneId,
    tags,
    lifecycle: { preventDestroy: true },
  }),
}));
const firstVswitchId = zones[0]?.vswitch.id ?? '';

const firewall = new SecurityGroup(stack, 'firewall', {
  vpcId: vpc.id,
  securityGroupName: 'prod-rabbitmq',
  innerAccessPolicy: 'Drop',
  tags: machineTags,
});
open('amqp', `${AMQP}/${AMQP}`, { sourceSecurityGroupId: firewall.id, description: 'amqp' });
open('epmd', '4369/4369', { sourceSecurityGroupId: firewall.id, description: 'epmd' });
open('clustering', '25672/25672', { sourceSecurityGroupId: firewall.id, description: 'clustering' });
open('tools', '35672/35682', { sourceSecurityGroupId: firewall.id, description: 'tools' });
open('streams', '6000/6500', { sourceSecurityGroupId: firewall.id, description: 'streams' });
open('balancer', `${AMQP}/${AMQP}`, { cidrIp: '100.64.0.0/10', description: 'load balancer' });
for (const cidrIp of settings.clients)
  open(`clients-${cidrIp}`, `${AMQP}/${AMQP}`, { cidrIp, description: 'clients' });

const spread = new EcsDeploymentSet(stack, 'spread', {
  deploymentSetName: 'prod-rabbitmq',
  strategy: 'Availability',
  onUnableToRedeployFailedInstance: 'CancelMembershipAndStart',
});
const secrets = {
  'erlang-cookie': Data.generated(stack, 'erlang-cookie'),
  'administrator-password': Data.generated(stack, 'administrator-password'),
};
const firstBoot = new EcsCommand(stack, 'first-boot', {
  name: 'prod-rabbitmq-first-boot',
  description: 'Waits for the end of the first boot of a broker machine; changes nothing',
  type: 'RunShellScript',
  commandContent: texts.firstBoot,
  timeout: 3660,
});
const brokers = zones.map(({ zoneId, vswitch }, index) =>
  broker(`prod-rabbitmq-${index + 1}`, `10.0.${index}.1${index + 1}`, zoneId, vswitch.id),
);
const members = new Data(stack, 'members', {
  triggersReplace: { hosts: brokers.map(({ name }) => name) },
  dependsOn: brokers.flatMap(({ parts }) => parts),
});

const balancer = new SlbLoadBalancer(stack, 'load-balancer', {
  loadBalancerName: 'prod',
  addressType: 'intranet',
  vswitchId: firstVswitchId,
  masterZoneId: settings.zones[0] ?? '',
  slaveZoneId: settings.zones[1] ?? '',
  address: '10.0.0.10',
  instanceChargeType: 'PayByCLCU',
  deleteProtection: 'on',
  tags,
  dependsOn: [new Data(stack, 'kind', { triggersReplace: 'classic' })],
  lifecycle: { preventDestroy: true },
});
const servers = new SlbServerGroup(stack, 'servers', {
  loadBalancerId: balancer.id,
  name: 'prod-amqp',
  tags,
});
const attached = brokers.map(
  ({ name, instance }) =>
    new SlbServerGroupServerAttachment(stack, `server-${name}`, {
      serverGroupId: servers.id,
      serverId: instance.id,
      port: AMQP,
      weight: 100,
      type: 'ecs',
    }),
);
const allowed = new SlbAcl(stack, 'acl', { name: 'prod-amqp', tags });
const entries = ['192.0.2.1/32', ...settings.clients].map(
  (entry, index) => new SlbAclEntryAttachment(stack, `acl-entry-${index}`, { aclId: allowed.id, entry }),
);
new SlbListener(stack, 'listener', {
  loadBalancerId: balancer.id,
  frontendPort: AMQP,
  protocol: 'tcp',
  description: 'amqp',
  bandwidth: -1,
  scheduler: 'wrr',
  serverGroupId: servers.id,
  establishedTimeout: 900,
  aclStatus: 'on',
  aclType: 'white',
  aclIds: [allowed.id],
  healthCheckType: 'tcp',
  healthCheckConnectPort: AMQP,
  healthCheckInterval: 5,
  healthCheckTimeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  dependsOn: [...attached, ...entries, members],
});

new Data(stack, 'deletion-protection', {
  triggersReplace: undefined,
  dependsOn: [balancer, ...brokers.map(({ instance }) => instance)],
  lifecycle: { preventDestroy: true },
}).addOverride(
  'for_each',
  `\${toset(${JSON.stringify([...brokers.map(({ name }) => `ecs/prod-rabbitmq/${name} (machine)`), 'load-balancer (classic load balancer)'])})}`,
);

output('amqp_endpoint', `10.0.0.10:${AMQP}`);
output('administrator_name', 'administrator');
output('administrator_password', secrets['administrator-password'].value, true);
output(
  'management_urls',
  brokers.map(({ address }) => `http://${address}:15672`),
);
app.synth();

function open(
  id: string,
  portRange: string,
  peer: { sourceSecurityGroupId?: string; cidrIp?: string; description?: string },
): void {
  new SecurityGroupRule(stack, `rule-${id}`, {
    securityGroupId: firewall.id,
    type: 'ingress',
    nicType: 'intranet',
    policy: 'accept',
    ipProtocol: 'tcp',
    portRange,
    ...peer,
  });
}

function output(name: string, value: unknown, sensitive = false): void {
  new TerraformOutput(stack, name, { value, sensitive, staticId: true });
}

/** One machine with the disk of its data. */
function broker(
  name: string,
  address: string,
  zoneId: string,
  vswitchId: string,
): { name: string; address: string; instance: Instance; parts: readonly ITerraformDependable[] } {
  const text = texts.machines[name];
  if (text === undefined) throw new Error(`texts.json has nothing for ${name}`);
  const disk = new EcsDisk(stack, `${name}-data`, {
    diskName: `${name}-data`,
    zoneId,
    category: 'cloud_essd',
    size: 100,
    encrypted: true,
    performanceLevel: 'PL1',
    type: 'online',
    deleteWithInstance: false,
    tags: machineTags,
    lifecycle: { preventDestroy: true, ignoreChanges: ['encrypted', 'kms_key_id', 'snapshot_id', 'zone_id'] },
  });
  new Data(stack, `${name}-files`, { triggersReplace: text.shown });
  const document = userData(name, text, disk);
  const instance = new Instance(stack, name, {
    instanceName: name,
    hostName: name,
    instanceType: settings.instanceType,
    imageId: settings.image,
    vswitchId,
    privateIp: address,
    securityGroups: [firewall.id],
    deploymentSetId: spread.id,
    internetMaxBandwidthOut: 0,
    httpEndpoint: 'enabled',
    httpTokens: 'required',
    systemDiskCategory: 'cloud_essd',
    systemDiskSize: 40,
    systemDiskEncrypted: true,
    systemDiskPerformanceLevel: 'PL1',
    deletionProtection: true,
    tags: machineTags,
    userData: Fn.base64encode(document.asString),
    dependsOn: [],
    status: 'Running',
    lifecycle: {
      preventDestroy: true,
      ignoreChanges: [
        ...[
          'image_id',
          'user_data',
          'system_disk_category',
          'system_disk_encrypted',
          'system_disk_kms_key_id',
        ],
        ...['host_name', 'instance_type', 'key_name', 'password', 'private_ip', 'vswitch_id'],
      ],
      postcondition: [
        {
          condition: `\${self.availability_zone == "${zoneId}"}`,
          errorMessage: `machine ${name} cannot be in ${zoneId}`,
        },
        {
          condition: `\${self.private_ip == "${address}"}`,
          errorMessage: `machine ${name} cannot have ${address}`,
        },
      ],
      precondition: [
        {
          condition: `\${length(local.${document.friendlyUniqueId}) <= 32768}`,
          errorMessage: `the user data of ${name} is larger than the 32 KiB that an instance takes`,
        },
      ],
    },
  });
  const attachment = new EcsDiskAttachment(stack, `${name}-data-attachment`, {
    diskId: disk.id,
    instanceId: instance.id,
    lifecycle: { preventDestroy: true },
  });
  const booted = new EcsInvocation(stack, `${name}-first-boot`, {
    commandId: firstBoot.id,
    instanceId: [instance.id],
    timeouts: { create: '65m' },
    dependsOn: [instance, attachment],
  });
  return { name, address, instance, parts: [instance, attachment, booted] };
}

/** The cloud-init document, put together by Terraform. */
function userData(name: string, { document, packed }: MachineTexts, disk: EcsDisk): TerraformLocal {
  const locals = new Map(
    Object.entries(packed).map(([id, text]) => [id, new TerraformLocal(stack, `${name}-${id}`, text)]),
  );
  const whole = document
    .replace(/@@packed:([\w-]+)@@/g, (_, id: string) => Fn.base64gzip(locals.get(id)?.asString ?? ''))
    .replace(/@@secret:(erlang-cookie|administrator-password)@@/g, (_, id: keyof typeof secrets) =>
      Fn.base64encode(secrets[id].value),
    )
    .replace('@@disk@@', Fn.substr(disk.id, 2, -1));
  return new TerraformLocal(stack, `${name}-document`, whole);
}
