import { answerOf } from './answers';
import { Cloud } from './cloud';
import { identifierOf, seedOf } from './identifiers';
import { interruptionOf } from './interruptions';
import { JournalEntry, Operation } from './journal';
import { planResource } from './plan';
import { deletionRefusal, refusalsOf } from './rules';
import { Block } from './schema';
import { ObjectValue, textOf } from './values';

/** Two rules that say the same are one rule in the cloud: the provider sees no second. */
const SHARED = ['alicloud_security_group_rule'];
const PATIENCE_MILLISECONDS = 3000;
const RETRY_MILLISECONDS = 20;

/** Called before the cloud does something: waiting delays it, throwing makes it fail. */
export type Hook = (operation: Operation) => Promise<void> | void;

/** Carries out what Terraform applies, and writes it down. */
export class Operations {
  public readonly journal: JournalEntry[] = [];
  private readonly started = performance.now();

  public constructor(
    private readonly cloud: Cloud,
    private readonly before: Hook,
  ) {}

  /** @throws Error as the cloud's API refuses it, or as the hook says */
  public async create(type: string, block: Block, planned: ObjectValue): Promise<ObjectValue> {
    const { changed } = planResource(type, block, null, planned);
    const operation = { operation: 'create', type, id: '', name: nameOf(planned), changed } as const;
    return this.journalled(operation, () => {
      this.refuse(type, planned);
      const id = identifierOf(type, block, planned, this.cloud.nextOccurrence(seedOf(type, block, planned)));
      if (!SHARED.includes(type) && this.cloud.get(type, id) !== undefined) {
        throw new Error(`${type} ${id} already exists`);
      }
      const values = answerOf(this.cloud, type, block, id, planned);
      this.cloud.put({ type, id, values });
      return values;
    });
  }

  /** @throws Error as the cloud's API refuses it, or as the hook says */
  public async update(
    type: string,
    block: Block,
    prior: ObjectValue,
    planned: ObjectValue,
  ): Promise<ObjectValue> {
    const { changed } = planResource(type, block, prior, planned);
    const id = textOf(prior['id']) ?? '';
    const interruption = interruptionOf(type, changed);
    const operation = {
      operation: 'update',
      type,
      id,
      name: nameOf(planned),
      changed,
      ...(interruption === undefined ? {} : { interruption }),
    } as const;
    return this.journalled(operation, () => {
      if (this.cloud.get(type, id) === undefined) throw new Error(`${type} ${id} does not exist`);
      this.refuse(type, planned, id);
      const values = answerOf(this.cloud, type, block, id, planned);
      this.cloud.put({ type, id, values });
      return values;
    });
  }

  /** @throws Error as the cloud's API refuses it, or as the hook says */
  public async delete(type: string, prior: ObjectValue): Promise<void> {
    const id = textOf(prior['id']) ?? '';
    const operation = { operation: 'delete', type, id, name: nameOf(prior), changed: [] } as const;
    await this.journalled(operation, async () => {
      await this.untilDeletable(type, id);
      this.cloud.remove(type, id);
    });
  }

  /** The provider asks again while another resource is in the way, since that one may be on its way out. */
  private async untilDeletable(type: string, id: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const refusal = deletionRefusal(this.cloud, type, id);
      if (refusal === undefined) return;
      if (!refusal.startsWith('DependencyViolation') || performance.now() > deadline)
        throw new Error(refusal);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }

  private refuse(type: string, values: ObjectValue, id?: string): void {
    const [first] = refusalsOf(this.cloud, type, values, id);
    if (first !== undefined) throw new Error(first);
  }

  private async journalled<T>(operation: Operation, act: () => T | Promise<T>): Promise<T> {
    const startedAt = this.now();
    try {
      await this.before(operation);
      const result = await act();
      this.journal.push({ ...operation, startedAt, endedAt: this.now() });
      return result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.journal.push({ ...operation, startedAt, endedAt: this.now(), error: message });
      throw error;
    }
  }

  private now(): number {
    return performance.now() - this.started;
  }
}

/** The first of the attributes by which a configuration names a resource; most types have one that ends in `_name`. */
function nameOf(values: ObjectValue): string {
  const named = Object.keys(values).filter((name) => /^(?:[a-z]+_)?name$|_name$/.test(name));
  return named.map((name) => textOf(values[name])).find(Boolean) ?? textOf(values['id']) ?? '';
}
