import { Cloud } from './cloud';
import { ObjectValue } from './values';

/** What the cloud's API refuses, in its words where they are known. `id`: of the resource that is updated. */
export function refusalsOf(_cloud: Cloud, _type: string, _values: ObjectValue, _id?: string): string[] {
  return [];
}
