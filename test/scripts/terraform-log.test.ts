import { load } from './load';

async function shown(...lines: readonly string[]): Promise<string[]> {
  const { createLogFilter } = await load<{ createLogFilter: () => (line: string) => string[] }>(
    'terraform-log',
  );
  const filter = createLogFilter();
  return lines.flatMap((line) => filter(line));
}

describe("Terraform's log", () => {
  it('is shown as progress, without colours and identifiers', async () => {
    expect(
      await shown(
        'local  \u001b[0m\u001b[1mdocker_network.docker_network_B2A94FAC: Creating...\u001b[0m',
        '       \u001b[0m\u001b[1mdocker_network.docker_network_B2A94FAC: Creation complete after 2s [id=03e1]\u001b[0m',
        'local  \u001b[1mterraform_data.members_6E8A3437 (local-exec):\u001b[0m Executing: ["/bin/sh"]',
        'local  \u001b[1mterraform_data.members_6E8A3437 (local-exec):\u001b[0m rabbitmq-1: serves after 13.0 s',
        'local  administrator_password = <sensitive>',
        '       Apply complete! Resources: 1 added, 0 changed, 0 destroyed.',
      ),
    ).toEqual([
      'docker_network.docker_network: Creation complete after 2s',
      'terraform_data.members: rabbitmq-1: serves after 13.0 s',
      'Apply complete! Resources: 1 added, 0 changed, 0 destroyed.',
    ]);
  });

  it('shows errors as a whole and no warnings', async () => {
    expect(
      await shown(
        'local  ╷',
        '       │ Warning: Incomplete lock file',
        '       ╵',
        'local  ╷',
        '       │ Error: Unable to create network',
        '       │ ',
        '       │   with docker_network.network,',
        '       ╵',
        'Error: terraform apply failed with exit code 1',
      ),
    ).toEqual([
      'Error: Unable to create network',
      '  with docker_network.network,',
      'Error: terraform apply failed with exit code 1',
    ]);
  });
});
