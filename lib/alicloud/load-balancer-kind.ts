import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { TerraformData } from '../terraform/terraform-data';

/**
 * Marker that a load balancer comes after. Where one of the other kind takes its place, under the same construct id and mostly with the
 * same address, this is replaced: after the old one is gone, and before the new one is made. Terraform orders nothing else there.
 */
export function kindOfLoadBalancer(balancer: Construct, kind: 'classic' | 'network'): ITerraformDependable {
  return new TerraformData(balancer, 'kind', { triggersReplace: kind });
}
