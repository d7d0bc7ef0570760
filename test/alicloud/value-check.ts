import { configurationProblems } from '../e2e/support/alicloud-provider/rules';
import { ObjectValue, UNKNOWN, Value } from '../e2e/support/alicloud-provider/values';

type Resources = Readonly<Record<string, Readonly<Record<string, ObjectValue>>>>;

/**
 * Holds each resource of Alibaba Cloud in a synthesised stack (the parsed `cdk.tf.json`) against the values that the
 * provider and the cloud take. Returns a sentence for each value they would refuse. An expression is any value.
 */
export function checkValues(synthesised: object): string[] {
  const { resource = {} } = synthesised as { readonly resource?: Resources };
  return Object.entries(resource).flatMap(([type, all]) =>
    Object.entries(all).flatMap(([name, content]) =>
      configurationProblems(type, known(content)).map(({ summary }) => `${type}.${name}: ${summary}`),
    ),
  );
}

function known(content: ObjectValue): ObjectValue {
  return Object.fromEntries(
    Object.entries(content).map(([name, value]): [string, Value] => [
      name,
      typeof value === 'string' && value.includes('${') ? UNKNOWN : value,
    ]),
  );
}
