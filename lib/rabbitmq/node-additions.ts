import { ParameterDefinition } from '../config/definitions';
import { StaticShovelConfig } from '../config/static-shovels';
import { FileSpec } from '../model/host';
import { NamedSecret } from '../model/secret';

/** What the nodes of a group have besides what is declared in it. */
export interface NodeAdditions {
  /** Settings of plugins. */
  readonly parameters: readonly ParameterDefinition[];
  readonly staticShovels: readonly StaticShovelConfig[];
  readonly files: readonly FileSpec[];
  readonly secrets: readonly NamedSecret[];
}

export const NOTHING: NodeAdditions = { parameters: [], staticShovels: [], files: [], secrets: [] };
