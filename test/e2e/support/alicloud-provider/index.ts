import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/load';
import { Cloud, StoredResource } from './cloud';
import { JournalEntry } from './journal';
import { Hooks, Operations } from './operations';
import { loadSchema } from './schema';
import { listen } from './server';
import { ProviderService } from './service';
import { Value } from './values';

export type { StoredResource } from './cloud';
export type { Interruption, JournalEntry, Operation } from './journal';
export type { Hook, Hooks } from './operations';

const SCHEMA_FOLDER = join(ROOT, 'providers/alicloud');
const ADDRESS = 'registry.terraform.io/aliyun/alicloud';

export interface AlicloudProviderOptions extends Hooks {
  /** Folder with the provider's `schema.json` and `attributes.json`. @default the typed bindings' */
  readonly schemaFolder?: string;
  /** JSON file in which the cloud outlives this process. It holds secrets, as a state does. @default in memory alone */
  readonly stateFile?: string;
}

/** A running stand-in for the `aliyun/alicloud` provider and the cloud behind it. */
export interface AlicloudProvider {
  /** Environment with which `terraform` and `cdktf` take this provider instead of a downloaded one. */
  readonly environment: { readonly TF_REATTACH_PROVIDERS: string };
  /** What was done, in the order in which it ended. Empty it to look at the next run alone. */
  readonly journal: JournalEntry[];
  /** What exists, of one type, ordered by id. */
  resources(type: string): readonly StoredResource[];
  /** Number of resources of all types that exist. */
  size(): number;
  /** Makes a resource outside Terraform and returns its id. @throws Error as the cloud's API refuses it */
  add(type: string, values: Readonly<Record<string, Value>>): Promise<string>;
  /** Changes a resource behind Terraform's back. */
  change(type: string, id: string, values: Readonly<Record<string, Value>>): void;
  /** Removes a resource behind Terraform's back. */
  remove(type: string, id: string): void;
  stop(): void;
}

/** Starts the stand-in in this process: no download, no account, no network. */
export async function startAlicloudProvider(
  options: AlicloudProviderOptions = {},
): Promise<AlicloudProvider> {
  const cloud = new Cloud(options.stateFile);
  const operations = new Operations(cloud, options);
  const folder = mkdtempSync(join(tmpdir(), 'alicloud-'));
  const socket = join(folder, 'plugin.sock');
  const service = new ProviderService(loadSchema(options.schemaFolder ?? SCHEMA_FOLDER), cloud, operations);
  const listener = await listen(service, socket);
  return {
    environment: { TF_REATTACH_PROVIDERS: reattachment(socket) },
    journal: operations.journal,
    resources: (type) => cloud.all(type),
    size: () => cloud.everything().length,
    add: (type, values) => service.add(type, values),
    change: (type, id, values) => {
      cloud.change(type, id, values);
    },
    remove: (type, id) => {
      cloud.remove(type, id);
    },
    stop: () => {
      listener.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function reattachment(socket: string): string {
  const provider = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'unix', String: socket },
  };
  return JSON.stringify({ [ADDRESS]: provider });
}
