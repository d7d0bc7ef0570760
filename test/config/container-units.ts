import { ContainerUnit } from '../../lib/config/systemd';

/** A unit with nothing that it could be without. */
export const SMALL: ContainerUnit = {
  name: 'proxy',
  description: 'proxy 3.0 of proxy-1',
  image: 'registry.example.com/brokers/proxy:3.0',
  container: {
    image: { role: 'proxy', version: '3.0' },
    command: ['/opt/brokers/bin/proxy-entrypoint'],
    environment: {},
    capabilities: [],
    volumes: [],
    healthCheck: {
      command: ['/opt/brokers/bin/proxy-check', '8405'],
      intervalSeconds: 5,
      timeoutSeconds: 3,
      retries: 3,
      startPeriodSeconds: 30,
    },
    stopTimeoutSeconds: 15,
  },
  entryPoint: '/opt/brokers/unpack',
  sharedDirectories: [],
  dataDirectory: '/var/lib/brokers/data',
};

/** A unit with every option, and words that systemd would change if they were not quoted. */
export const FULL: ContainerUnit = {
  ...SMALL,
  name: 'rabbitmq',
  description: 'rabbitmq 4.0 of rabbitmq-1',
  container: {
    ...SMALL.container,
    command: ['/opt/brokers/bin/start', '--name', 'two words', '', ';', '100%', '$HOME', '${HOME}'],
    environment: {
      ERL_MAX_PORTS: '65536',
      OPTIONS: '+P 1048576 "quoted" \'single\' \\ back',
      LINES: 'a\nb\tc',
    },
    capabilities: ['CHOWN', 'SETUID'],
    volumes: [
      { name: 'data', mountPath: '/var/lib/rabbitmq' },
      { name: 'log', mountPath: '/var/log/rabbitmq' },
    ],
    healthCheck: { ...SMALL.container.healthCheck, command: ['/opt/brokers/bin/check', "it's", '$HOME'] },
    memoryMiB: 2048,
    openFiles: 65_536,
  },
  sharedDirectories: ['/etc/brokers', '/opt/brokers'],
  before: ['/opt/brokers/host/prepare'],
};
