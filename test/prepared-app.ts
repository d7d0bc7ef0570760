import { App, TerraformStack, Testing } from 'cdktf';

/** The stacks of an app by their ids, with references from one to another as `App.synth` makes them. */
export function preparedApp(app: App): Readonly<Record<string, string>> {
  const stacks = app.node.findAll().filter((construct) => TerraformStack.isStack(construct));
  for (const stack of stacks) stack.prepareStack();
  return Object.fromEntries(stacks.map((stack) => [stack.node.id, Testing.synth(stack, true)]));
}
