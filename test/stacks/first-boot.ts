/** Settings that only the first boot of a machine brings there, each with another value than in `environments/prod.yaml`. */
export const FIRST_BOOT = {
  queues: ['orders'],
  quorumQueues: ['jobs'],
  memoryMiB: 2048,
  heartbeatSeconds: 30,
  openFiles: 100_000,
  registry: 'registry.example.com/brokers',
  registryUser: 'robot',
  insecureRegistries: ['registry.example.com:5000'],
  images: { rabbitmq: 'rabbitmq:4.0.99' },
  docker: 'distribution',
  os: 'debian-13',
  // Of a custom image nobody knows what it holds.
  image: 'm-bp1brokers',
} as const;
