import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRedis } from '../../../examples/clients/idempotent-consumer';
import { eventually, must, run } from '../support/command';

const IMAGE = 'cdktf-brokers-test/redis:trixie';

/** A real Redis in a container. */
export class RedisServer {
  /** Starts it in a Docker network; what it was told survives a restart. */
  public static async start(container: string, network: string, password: string): Promise<RedisServer> {
    await run('docker', ['rm', '--force', '--volumes', container]);
    await must('docker', 'create', `--name=${container}`, `--network=${network}`, IMAGE);
    const directory = mkdtempSync(join(tmpdir(), 'brokers-redis-'));
    try {
      const file = join(directory, 'redis.conf');
      const lines = [`requirepass ${password}`, 'appendonly yes', 'appendfsync always', 'save ""'];
      writeFileSync(file, [...lines, ''].join('\n'), { mode: 0o600 });
      await must('docker', 'cp', file, `${container}:/etc/redis/test.conf`);
    } finally {
      rmSync(directory, { recursive: true });
    }
    await must('docker', 'start', container);
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const address = await must('docker', 'inspect', '--format', format, container);
    const server = new RedisServer(container, `${address}:6379`, password);
    await server.serves();
    return server;
  }

  private constructor(
    private readonly container: string,
    public readonly endpoint: string,
    public readonly password: string,
  ) {}

  public async stop(): Promise<void> {
    await must('docker', 'stop', this.container);
  }

  public async startAgain(): Promise<void> {
    await must('docker', 'start', this.container);
    await this.serves();
  }

  public async remove(): Promise<void> {
    await must('docker', 'rm', '--force', '--volumes', this.container);
  }

  private async serves(): Promise<void> {
    const redis = connectRedis(this.endpoint, this.password);
    await redis.connect();
    try {
      await eventually('Redis', 20, async () => ((await redis.ping()) === 'PONG' ? true : undefined));
    } finally {
      redis.destroy();
    }
  }
}
