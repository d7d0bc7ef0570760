import { AlicloudProvider } from '@cdktf/provider-alicloud/lib/provider';
import { App, TerraformResource, TerraformStack, Testing } from 'cdktf';
import { checkAgainstSchema } from './schema-check';
import { checkValues } from './value-check';

/** Arguments of a resource, by their Terraform names. */
export type Arguments = Readonly<Record<string, unknown>>;
/** `<type>.<construct path in the stack>` of each resource, e.g. `alicloud_vpc.network/vpc`. */
export type Resources = Readonly<Record<string, Arguments>>;

interface Synthesised {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Arguments>>>>;
}

/** A stack named `stack` with a provider, filled by `build`. */
export function stackOf(build: (stack: TerraformStack) => void): TerraformStack {
  const stack = new TerraformStack(new App(), 'stack');
  new AlicloudProvider(stack, 'provider', { region: 'cn-hangzhou' });
  build(stack);
  return stack;
}

/** Synthesises the stack, holds it against the provider's schema and values and returns its resources. */
export function resourcesOf(build: (stack: TerraformStack) => void): Resources {
  const stack = stackOf(build);
  const synthesised = JSON.parse(Testing.synth(stack, true)) as Synthesised;
  expect([...checkAgainstSchema(synthesised), ...checkValues(synthesised)]).toEqual([]);
  const resources = stack.node.findAll().filter((construct) => construct instanceof TerraformResource);
  return Object.fromEntries(
    resources.map(({ terraformResourceType: type, friendlyUniqueId, node }) => [
      `${type}.${node.path.replace('stack/', '')}`,
      synthesised.resource?.[type]?.[friendlyUniqueId] ?? {},
    ]),
  );
}

/** The resources of one type, by construct path. */
export function ofType(resources: Resources, type: string): Resources {
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([name]) => name.startsWith(`${type}.`))
      .map(([name, content]) => [name.slice(type.length + 1), content]),
  );
}
