/** A finding of the scanner that stays, and why. */
export interface ExplainedFinding {
  /** The id of the rule. */
  readonly rule: string;
  /** Which resources it is about. @default all */
  readonly resources?: RegExp;
  readonly reason: string;
}

/** Whether `finding` is explained by `explanation`. */
export function explains(
  { rule, resources = /./ }: ExplainedFinding,
  finding: { readonly rule: string; readonly resource: string },
): boolean {
  return rule === finding.rule && resources.test(finding.resource);
}

/** Every finding in a stack of `stacks/prod.ts`, whatever its settings. */
export const EXPLAINED: readonly ExplainedFinding[] = [
  ...['CKV_ALI_2', 'CKV_ALI_3'].map((rule) => ({
    rule,
    resources: /_deny-(tcp|udp)-from-members_/,
    reason:
      'A rule that drops, among the proxies: this one of the scanner takes every rule for one that admits. VRRP can only be opened as all protocols with the ports taken away again.',
  })),
  {
    rule: 'BROKERS_DATA_DISK_OWN_KEY',
    reason:
      'They are encrypted with the key of the disk service, which needs no KMS of the account. `kmsKey` in the settings names another.',
  },
  {
    rule: 'BROKERS_DATA_DISK_SNAPSHOTS',
    reason:
      'What a quorum queue holds is on the disks of all members. A member that comes back with an old disk has forgotten votes and confirmed messages: a snapshot would be restored to harm. Definitions are in the stack. A single broker, which has no other members, gets a policy from outside for the disk that is named after it.',
  },
  {
    rule: 'BROKERS_SLB_TLS',
    reason:
      'AMQP is passed through at layer 4 inside the VPC, to networks that the settings name. A classic load balancer ends TLS for HTTP only.',
  },
  {
    rule: 'BROKERS_NLB_TLS',
    reason: 'AMQP is passed through at layer 4 inside the VPC, to networks that the settings name.',
  },
  {
    rule: 'BROKERS_VPC_FLOW_LOG',
    reason:
      'Where logs of an account go, and for how long, is decided for the account and not for one stack of it; the flow log of a VPC can be added from outside.',
  },
];
