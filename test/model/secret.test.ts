import { Secret } from '../../lib/secret';
import { assertNoPlaceholder, assertSecret, secretPlaceholder } from '../../lib/model/secret';
import { refusalOf } from '../refusal';

describe('secrets in files', () => {
  it('stand as a marker that says how to escape', () => {
    expect(secretPlaceholder('erlang-cookie', 'raw')).toBe('@@secret:erlang-cookie@@');
    expect(secretPlaceholder('user-app', 'json')).toBe('@@secret-json:user-app@@');
    expect(secretPlaceholder('upstream-a', 'uri')).toBe('@@secret-uri:upstream-a@@');
  });

  it('cannot be asked for by user text', () => {
    expect(() => {
      assertNoPlaceholder('extra lines', 'motd = @@secret:erlang-cookie@@');
    }).toThrow('extra lines: text must not contain the reserved marker @@secret:');
    expect(() => {
      assertNoPlaceholder('extra lines', 'a@@b');
    }).not.toThrow();
  });

  it('are refused as plain text, without repeating it', () => {
    const message = refusalOf(() => {
      assertSecret('cluster', 'administrator.password', 'hunter2');
    });
    expect(message).toContain('administrator.password must be a Secret, got plain text: use Secret.generate');
    expect(message).not.toContain('hunter2');
  });

  it('are refused as plain text in an object, and taken as an expression or as what a node fetches', () => {
    const check =
      (candidate: object): (() => void) =>
      () => {
        assertSecret('cluster', 'password', candidate);
      };
    const message = refusalOf(check({ value: 'hunter2' }));
    expect(message).toContain('cluster: password must be a Secret, got plain text: use');
    expect(message).not.toContain('hunter2');
    expect(check({ value: undefined })).toThrow('password must be a Secret, got plain text');
    expect(check({ value: '${var.password}' })).not.toThrow();
    expect(check(Secret.fromKms('prod/rabbitmq'))).not.toThrow();
  });
});
