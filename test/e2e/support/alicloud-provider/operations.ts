import { answerOf } from './answers';
import { Cloud } from './cloud';
import { identifierOf, seedOf } from './identifiers';
import { interruptionOf, isUnseen } from './interruptions';
import { JournalEntry, Operation } from './journal';
import { planResource } from './plan';
import { deletionRefusal, refusalsOf } from './rules';
import { Block } from './schema';
import { ObjectValue, textOf } from './values';

/** Two rules that say the same are one rule in the cloud: the provider sees no second. */
const SHARED = ['alicloud_security_group_rule'];
const PATIENCE_MILLISECONDS = 3000;
const RETRY_MILLISECONDS = 20;

/** Called when the cloud does something: waiting delays it, throwing makes it fail. */
export type Hook = (operation: Operation) => Promise<void> | void;

/** When a test is asked. */
export interface Hooks {
  /** Before the cloud begins: what fails here has not happened. */
  readonly before?: Hook;
  /** While an instance is down for an update: what fails here leaves it stopped and otherwise as it was. */
  readonly whileStopped?: Hook;
  /** Once a creation or update is done: what fails here has happened, and Terraform makes a resource anew that was created so. */
  readonly after?: Hook;
}

/** The cloud did it and then reported a failure. */
export class HalfDone extends Error {
  public constructor(
    message: string,
    public readonly values: ObjectValue,
  ) {
    super(message);
  }
}

/** Carries out what Terraform applies, and writes it down. */
export class Operations {
  public readonly journal: JournalEntry[] = [];
  private readonly started = performance.now();

  public constructor(
    private readonly cloud: Cloud,
    private readonly hooks: Hooks,
  ) {}

  /** @throws Error as the cloud's API refuses it, or as a hook says */
  public async create(type: string, block: Block, planned: ObjectValue): Promise<ObjectValue> {
    const { changed } = planResource(type, block, null, planned);
    const operation = { operation: 'create', type, id: '', name: nameOf(type, planned), changed } as const;
    return this.journalled(operation, async () => {
      this.refuse(type, planned);
      const id = identifierOf(type, block, planned, this.cloud.nextOccurrence(seedOf(type, block, planned)));
      if (!SHARED.includes(type) && this.cloud.get(type, id) !== undefined) {
        throw new Error(`${type} ${id} already exists`);
      }
      const values = answerOf(this.cloud, type, block, id, planned);
      this.cloud.put({ type, id, values });
      await this.finished({ ...operation, id }, values);
      return values;
    });
  }

  /** @throws Error as the cloud's API refuses it, or as a hook says */
  public async update(
    type: string,
    block: Block,
    prior: ObjectValue,
    planned: ObjectValue,
  ): Promise<ObjectValue> {
    const { changed } = planResource(type, block, prior, planned);
    const id = textOf(prior['id']) ?? '';
    const interruption = prior['status'] === 'Stopped' ? undefined : interruptionOf(type, changed);
    const operation = {
      operation: 'update',
      type,
      id,
      name: nameOf(type, planned),
      changed,
      ...(interruption === undefined ? {} : { interruption }),
      ...(isUnseen(type, changed, planned) ? { unseen: true } : {}),
    } as const;
    return this.journalled(operation, async () => {
      if (this.cloud.get(type, id) === undefined) throw new Error(`${type} ${id} does not exist`);
      this.refuse(type, planned, id);
      if (interruption === 'stopped') {
        this.cloud.change(type, id, { status: 'Stopped' });
        await this.hooks.whileStopped?.(operation);
      }
      const values = answerOf(this.cloud, type, block, id, planned);
      this.cloud.put({ type, id, values });
      await this.finished(operation, values);
      return values;
    });
  }

  /** @throws Error as the cloud's API refuses it, or as a hook says */
  public async delete(type: string, prior: ObjectValue): Promise<void> {
    const id = textOf(prior['id']) ?? '';
    const operation = { operation: 'delete', type, id, name: nameOf(type, prior), changed: [] } as const;
    await this.journalled(operation, async () => {
      await this.untilDeletable(type, id);
      this.cloud.remove(type, id);
      return prior;
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

  private async finished(operation: Operation, values: ObjectValue): Promise<void> {
    try {
      await this.hooks.after?.(operation);
    } catch (error) {
      throw new HalfDone(messageOf(error), values);
    }
  }

  private refuse(type: string, values: ObjectValue, id?: string): void {
    const [first] = refusalsOf(this.cloud, type, values, id);
    if (first !== undefined) throw new Error(first);
  }

  private async journalled(operation: Operation, act: () => Promise<ObjectValue>): Promise<ObjectValue> {
    const startedAt = this.now();
    const write = (values: ObjectValue, failure: { readonly error?: string }) => {
      const id = textOf(values['id']) ?? operation.id;
      this.journal.push({ ...operation, id, startedAt, endedAt: this.now(), ...failure });
    };
    try {
      await this.hooks.before?.(operation);
      const values = await act();
      write(values, {});
      return values;
    } catch (error) {
      write(error instanceof HalfDone ? error.values : {}, { error: messageOf(error) });
      throw error;
    }
  }

  private now(): number {
    return performance.now() - this.started;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the configuration calls the resource: its own name (`instance_name`) before others that it has (`host_name`). */
function nameOf(type: string, values: ObjectValue): string {
  const names = Object.keys(values).filter((name) => name === 'name' || name.endsWith('_name'));
  const own = names.filter((name) => type.endsWith(`_${name.replace(/_?name$/, '')}`));
  return [...own, ...names].map((name) => textOf(values[name])).find(Boolean) ?? textOf(values['id']) ?? '';
}
