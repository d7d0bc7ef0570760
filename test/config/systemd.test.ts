import { renderContainerUnit } from '../../lib/config/systemd';
import { FULL, SMALL } from './container-units';

describe('renderContainerUnit', () => {
  it('renders a small unit', async () => {
    await expect(renderContainerUnit(SMALL)).toMatchFileSnapshot('../golden/systemd/small.service');
  });

  it('renders every option, with the words that systemd would change in quotes', async () => {
    await expect(renderContainerUnit(FULL)).toMatchFileSnapshot('../golden/systemd/every-option.service');
  });

  it('leaves a container the time that it asks for before it is killed', () => {
    const unit = renderContainerUnit({ ...SMALL, container: { ...SMALL.container, stopTimeoutSeconds: 60 } });
    expect(unit).toContain(' --stop-timeout 60 ');
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(60);
  });

  it('pulls no image by itself', () => {
    expect(renderContainerUnit(SMALL)).toContain(' --pull never ');
  });
});
