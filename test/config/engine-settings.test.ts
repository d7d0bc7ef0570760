import fc from 'fast-check';
import { EngineSettings, renderEngineSettings } from '../../lib/config/engine-settings';
import { ValidationError } from '../../lib/model/errors';

describe('renderEngineSettings', () => {
  it('rotates the logs of containers', async () => {
    await expect(renderEngineSettings('app', {})).toMatchFileSnapshot(
      '../golden/engine-settings/default.json',
    );
  });

  it('renders every setting', async () => {
    const text = renderEngineSettings('app', {
      logFileMiB: 50,
      logFiles: 2,
      registryMirrors: ['https://mirror.example.com', 'http://10.0.0.5:5000/'],
      insecureRegistries: ['10.0.0.5:5000', 'registry.example.com'],
    });
    await expect(text).toMatchFileSnapshot('../golden/engine-settings/every-setting.json');
  });

  it('renders any numbers in their range as JSON', () => {
    const settings = fc.record({
      logFileMiB: fc.integer({ min: 1, max: 10_000 }),
      logFiles: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(settings, ({ logFileMiB, logFiles }) => {
        expect(JSON.parse(renderEngineSettings('app', { logFileMiB, logFiles }))).toMatchObject({
          'log-opts': { 'max-size': `${logFileMiB}m`, 'max-file': `${logFiles}` },
        });
      }),
    );
  });

  const refused: [EngineSettings, string][] = [
    [{ logFileMiB: 0 }, 'logFileMiB must be a whole number from 1 to 10000, got 0'],
    [{ logFileMiB: 1.5 }, 'got 1.5'],
    [{ logFileMiB: 10_001 }, 'got 10001'],
    [{ logFiles: 0 }, 'logFiles must be a whole number from 1 to 100, got 0'],
    [{ logFiles: 101 }, 'got 101'],
    [
      { registryMirrors: ['mirror.example.com'] },
      'registryMirrors must be addresses without a path, got mirror.example.com: write https://mirror.example.com',
    ],
    [{ registryMirrors: ['https://mirror.example.com/v2'] }, 'got https://mirror.example.com/v2'],
    [{ registryMirrors: ['https://mirror.example.com\n'] }, 'got https://mirror.example.com\n'],
    [
      { insecureRegistries: ['http://10.0.0.5:5000'] },
      'insecureRegistries must be host:port, got http://10.0.0.5:5000: write e.g. 10.0.0.5:5000',
    ],
    [{ insecureRegistries: ['10.0.0.5:5000/brokers'] }, 'got 10.0.0.5:5000/brokers'],
  ];
  it.each(refused)('refuses %j', (settings, message) => {
    expect(() => renderEngineSettings('app', settings)).toThrow(ValidationError);
    expect(() => renderEngineSettings('app', settings)).toThrow(message);
  });
});
