/** As few as there can be: those that nobody can guess. */
export const FEWEST = {
  region: 'cn-beijing',
  zones: ['cn-beijing-h', 'cn-beijing-i', 'cn-beijing-k'],
  instanceType: 'ecs.g8i.large',
  image: 'm-1',
  os: 'alinux-3',
  registry: 'registry.example.com/brokers',
  frontEnd: 'nlb',
  clients: ['10.0.0.0/8'],
};
