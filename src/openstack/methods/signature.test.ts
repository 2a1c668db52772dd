import { expect, it } from 'vitest';
import { parseSignature } from './signature.ts';

it('has the parameters in their order, with defaults as JSON', () => {
  expect(parseSignature('servers.reboot(server, reboot_type="SOFT", force=null)')).toEqual({
    name: 'servers.reboot',
    parameters: [
      { name: 'server', default: undefined },
      { name: 'reboot_type', default: 'SOFT' },
      { name: 'force', default: null },
    ],
    takesMore: false,
  });
});

it('may take any other argument, or none at all', () => {
  expect(parseSignature('servers.find(**kwargs)')).toEqual({
    name: 'servers.find',
    parameters: [],
    takesMore: true,
  });
  expect(parseSignature('aggregates.list()')).toMatchObject({ parameters: [], takesMore: false });
});

it('is a mistake of the table where it is none', () => {
  expect(() => parseSignature('servers.get')).toThrow('no signature: servers.get');
  expect(() => parseSignature('servers.get(server=None)')).toThrow(SyntaxError);
});
