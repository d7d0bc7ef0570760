import { App, TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { keptWhen, RemovalGuard } from '../../lib/terraform/removal-guard';
import { TerraformData } from '../../lib/terraform/terraform-data';

interface Synthesised {
  readonly resource: { readonly terraform_data: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
  readonly moved?: readonly object[];
}

/** A stack of things with their protection, by construct id. */
function guarded(things: Readonly<Record<string, boolean>>): Synthesised {
  const stack = new TerraformStack(new App(), 'stack');
  const scope = new Construct(stack, 'place');
  for (const [id, isProtected] of Object.entries(things)) {
    const made = new TerraformData(scope, id, keptWhen(isProtected));
    RemovalGuard.of(scope).add(made, 'thing', isProtected, made);
  }
  return JSON.parse(Testing.synth(stack, true)) as Synthesised;
}

describe('a removal guard', () => {
  it('is one block for a stack, with an instance for what is protected, made after it', () => {
    const { resource, moved } = guarded({ one: true, two: true });
    const depends = expect.stringMatching(/^terraform_data\.place_(one|two)_\w+$/) as string;
    expect(resource.terraform_data['deletion-protection']).toEqual({
      for_each: '${toset(["place/one (thing)","place/two (thing)"])}',
      depends_on: [depends, depends],
      lifecycle: { prevent_destroy: true },
    });
    expect(moved ?? []).toEqual([]);
  });

  it('stays when nothing is protected any more, and lets go what is there', () => {
    const { resource, moved } = guarded({ one: false });
    expect(resource.terraform_data['deletion-protection']).toMatchObject({
      for_each: '${toset([])}',
      lifecycle: { prevent_destroy: true },
    });
    expect(moved).toEqual([
      {
        from: 'terraform_data.deletion-protection["place/one (thing)"]',
        to: 'terraform_data.deletion-protection-released["place/one (thing)"]',
      },
    ]);
  });

  it('goes with prevent_destroy of the resource itself, against a replacement', () => {
    const { resource } = guarded({ one: true, two: false });
    const lifecycles = Object.entries(resource.terraform_data).map(([id, { lifecycle }]) => [id, lifecycle]);
    expect(lifecycles).toEqual(
      expect.arrayContaining([
        [expect.stringMatching(/^place_one_/), { prevent_destroy: true }],
        [expect.stringMatching(/^place_two_/), undefined],
      ]),
    );
  });
});
