/** The part of a `GroupSpec` that the agent works with, as it arrives in `BROKERS_GROUP`. */
export interface AgentGroup {
  readonly name: string;
  readonly engine?: string;
  readonly hosts: readonly string[];
  readonly readyCommand: readonly string[];
  readonly readyTimeoutSeconds: number;
  readonly joinedCommand?: readonly string[];
  readonly leaveCommand?: readonly string[];
}

/** The part of a `HostSpec` that the agent works with, as it arrives in `BROKERS_HOST`. */
export interface AgentHost {
  readonly name: string;
  readonly targets: readonly { readonly path: string; readonly deliveredTo: string }[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly checkCommand?: readonly string[];
  readonly reloadCommand?: readonly string[];
  readonly stopTimeoutSeconds: number;
}
