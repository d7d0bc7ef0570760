import { Cloud } from './cloud';
import { ObjectValue } from './values';

/** What a data source answers to its configuration. */
export function readDataSource(_cloud: Cloud, _type: string, config: ObjectValue): ObjectValue {
  return config;
}
