import { bootFailure } from '../../lib/docker/agent/reason';

/** Lines as RabbitMQ 4.0.5 logs them. */
const errors = (...texts: readonly string[]): string[] =>
  texts.map((text) => `2026-11-30 13:12:01.851401+00:00 [error] <0.153.0> ${text}`);
const END = errors(
  '',
  'BOOT FAILED',
  '===========',
  'Error during startup: {error,failed_to_prepare_configuration}',
  '',
);
const CONSOLE = ['', 'BOOT FAILED', '===========', 'Error during startup: {error,failed}', ''];
const CRASH = [
  ...errors('    supervisor: {local,rabbit_prelaunch_sup}', '    reason: failed_to_prepare_configuration'),
  'Kernel pid terminated (application_controller)',
  '',
  'Crash dump is being written to: /var/lib/rabbitmq/erl_crash.dump...done',
];
const log = (...lines: readonly string[]): string => lines.join('\n');

describe('the reason why a broker does not start', () => {
  it('is what it called an error before it gave up, whatever came between on the console', () => {
    const said = log(
      '2026-11-30 13:12:01.8+00:00 [info] <0.153.0> Starting',
      ...errors("You've tried to set log.consle.level, but there is no setting with that name."),
      ...CONSOLE,
      ...errors('  Did you mean one of these?', '    log.console.level'),
      ...errors('Error preparing configuration in phase transform_datatypes:'),
      ...errors('  - Conf file attempted to set unknown variable: log.consle.level'),
      ...END,
      ...CRASH,
    );
    expect(bootFailure(said)).toBe(
      "You've tried to set log.consle.level, but there is no setting with that name. Did you mean one of these? " +
        'log.console.level Conf file attempted to set unknown variable: log.consle.level',
    );
  });

  it('is that of the last boot', () => {
    const boot = (text: string) => [...errors(text), ...END, ...CRASH];
    expect(bootFailure(log(...boot('first'), ...boot('second')))).toBe('second');
  });

  it('is what follows when nothing was said before', () => {
    const startup = 'Error during startup: {error,failed_to_prepare_configuration}';
    expect(bootFailure(log(...END))).toBe(startup);
    expect(bootFailure(log(...CONSOLE))).toBe('Error during startup: {error,failed}');
  });

  it('is none where a broker runs, or never gave up', () => {
    expect(bootFailure(log(...errors('connection lost')))).toBeUndefined();
    const up = '2026-11-30 13:12:09.8+00:00 [info] <0.9.0> Server startup complete; 4 plugins started.';
    expect(bootFailure(log(...errors('wrong'), ...END, up))).toBeUndefined();
  });
});

it("the reason why a proxy does not start is HAProxy's first alarm", () => {
  const alarm = "[ALERT]    (8) : config : parsing [/etc/haproxy/haproxy.cfg:2] : unknown keyword 'bogus'";
  const rest = [
    '[ALERT]    (8) : config : Fatal errors found in configuration.',
    'proxy: haproxy does not start',
  ];
  expect(bootFailure(log('proxy: started', alarm, ...rest))).toBe(alarm);
});
