import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { ObjectValue, Value } from './values';

/** A resource that exists in the stand-in's cloud. */
export interface StoredResource {
  readonly type: string;
  readonly id: string;
  readonly values: ObjectValue;
}

interface Snapshot {
  readonly resources: readonly StoredResource[];
  readonly made: Readonly<Record<string, number>>;
}

/** What exists: the resources of one account in one region, in memory and, when a file is named, in that file as well. */
export class Cloud {
  public region = 'cn-hangzhou';
  public readonly accountId = '1234567890123456';
  private readonly stored = new Map<string, StoredResource>();
  private readonly made = new Map<string, number>();

  public constructor(private readonly file?: string) {
    if (file === undefined || !existsSync(file)) return;
    const snapshot = JSON.parse(readFileSync(file, 'utf8')) as Snapshot;
    for (const resource of snapshot.resources) this.stored.set(keyOf(resource.type, resource.id), resource);
    for (const [seed, count] of Object.entries(snapshot.made)) this.made.set(seed, count);
  }

  public get(type: string, id: string): StoredResource | undefined {
    return this.stored.get(keyOf(type, id));
  }

  /** All resources of a type, ordered by id. */
  public all(type: string): readonly StoredResource[] {
    return [...this.stored.values()]
      .filter((resource) => resource.type === type)
      .sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  public everything(): readonly StoredResource[] {
    return [...this.stored.values()];
  }

  public put(resource: StoredResource): void {
    this.stored.set(keyOf(resource.type, resource.id), resource);
    this.save();
  }

  public remove(type: string, id: string): void {
    this.stored.delete(keyOf(type, id));
    this.save();
  }

  /** Changes what exists behind Terraform's back. @throws Error when there is no such resource */
  public change(type: string, id: string, values: Readonly<Record<string, Value>>): void {
    const resource = this.get(type, id);
    if (resource === undefined) throw new Error(`${type} ${id} does not exist`);
    this.put({ ...resource, values: { ...resource.values, ...values } });
  }

  /** How often a resource of this seed was made before; counts one more. */
  public nextOccurrence(seed: string): number {
    const count = this.made.get(seed) ?? 0;
    this.made.set(seed, count + 1);
    return count;
  }

  private save(): void {
    if (this.file === undefined) return;
    const snapshot: Snapshot = { resources: this.everything(), made: Object.fromEntries(this.made) };
    writeFileSync(`${this.file}.new`, JSON.stringify(snapshot), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}
