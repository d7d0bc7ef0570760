import { isDeepStrictEqual } from 'node:util';
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
    resources.map(({ terraformResourceType: type, friendlyUniqueId, node }) => {
      const content = synthesised.resource?.[type]?.[friendlyUniqueId];
      if (content === undefined) throw new Error(`${node.path} is not in the stack`);
      return [`${type}.${node.path.replace('stack/', '')}`, content];
    }),
  );
}

/** Names of the resources of `before` that are not in `after` as they were, to the last argument. */
export function changed(before: Resources, after: Resources): string[] {
  const names = Object.keys(before);
  if (names.length === 0) throw new Error('there were no resources');
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** The resources of one type, by construct path. */
export function ofType(resources: Resources, type: string): Resources {
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([name]) => name.startsWith(`${type}.`))
      .map(([name, content]) => [name.slice(type.length + 1), content]),
  );
}
