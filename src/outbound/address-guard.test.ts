import { describe, expect, test } from 'vitest';
import { AddressGuard } from './address-guard.ts';

const guard = new AddressGuard();

describe('an address that belongs to the machine', () => {
  test.each([
    ['169.254.169.254', 'AWS, Azure, Google, OpenStack, ...'],
    ['169.254.170.2', 'ECS'],
    ['169.254.42.42', 'Scaleway'],
    ['fe80::1', 'link-local'],
    ['fe80::a9fe:a9fe%eth0', 'with a zone'],
    ['fd00:ec2::254', 'EC2'],
    ['fd00:ec2::23', 'EKS'],
    ['100.100.100.200', 'Alibaba'],
    ['168.63.129.16', 'Azure'],
    ['192.0.0.192', 'Oracle'],
    ['fd00:c1::a9fe:a9fe', 'Oracle'],
    ['fd20:ce::254', 'Google'],
    ['fd00:42::42', 'Scaleway'],
    ['fd00:a9fe:a9fe::1', 'Linode'],
  ])('%s (%s) is refused', (address) => {
    expect(guard.objection(address)).toContain(address);
  });

  test.each([
    ['::ffff:169.254.169.254', 'mapped'],
    ['::ffff:a9fe:a9fe', 'mapped'],
    ['::169.254.169.254', 'compatible'],
    ['::ffff:0:a9fe:a9fe', 'translated'],
    ['64:ff9b::a9fe:a9fe', 'NAT64'],
    ['64:ff9b:1::a9fe:a9fe', 'NAT64 of one network, /96'],
    ['64:ff9b:1:a9fe:a9:fe00::', 'NAT64 of one network, /48'],
    ['2002:a9fe:a9fe::1', '6to4'],
    ['::ffff:168.63.129.16', 'mapped'],
    ['2002:6464:64c8::1', '6to4'],
    ['2001:0:a9fe:a9fe::1', 'server of Teredo'],
    ['2001:0:7f00:1:8000:63bf:5601:5601', 'client of Teredo'],
    ['2001:db8::5efe:a9fe:a9fe', 'ISATAP'],
    ['2001:db8::200:5efe:a9fe:a9fe', 'ISATAP with a global IPv4 address'],
    ['2002:a00:1::5efe:a9fe:a9fe', 'ISATAP in a network of 6to4'],
    ['fd00::5efe:168.63.129.16', 'ISATAP of a private network'],
  ])('is refused in the form %s (%s), too', (address) => {
    expect(guard.objection(address)).toContain(address);
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.253.255.255',
    '168.63.129.17',
    '::1',
    'fd00::1',
    '2001:db8::a9fe:a9fe',
    '2002:a9fd::1',
    '64:ff9b::a00:1',
    '2001:0:a00:1:8000:63bf:f5ff:fffe',
    '2001:1::a9fe:a9fe',
    '2001:db8::5efe:a00:1',
  ])('%s is none of them', (address) => {
    expect(guard.objection(address)).toBeUndefined();
  });
});

test('an operator allows addresses one by one, or by network', () => {
  const open = new AddressGuard({ allow: ['169.254.169.254', 'fe80::/10'], refuse: [] });
  expect(open.objection('169.254.169.254')).toBeUndefined();
  expect(open.objection('::ffff:169.254.169.254')).toBeUndefined();
  expect(open.objection('fe80::1')).toBeUndefined();
  expect(open.objection('169.254.169.253')).toMatch(/outbound\.allow/);
});

test('an address that may end at several is allowed only where each of them is', () => {
  const open = new AddressGuard({ allow: ['10.1.2.3'], refuse: ['10.0.0.0/8'] });
  // As NAT64 with 96 bits it ends at 10.1.2.3, with 48 bits at 169.254.169.254.
  expect(open.objection('64:ff9b:1:a9fe:a9:fe00:a01:203')).toMatch(/link-local/);
  expect(open.objection('64:ff9b:1::a01:203')).toBeUndefined();
});

test('an operator refuses more, and what is allowed stays allowed', () => {
  const closed = new AddressGuard({ allow: ['10.1.2.3'], refuse: ['10.0.0.0/8', '127.0.0.1'] });
  expect(closed.objection('10.9.9.9')).toBe(
    'the address 10.9.9.9 is refused by outbound.refuse in the configuration of Coppice',
  );
  expect(closed.objection('::ffff:10.9.9.9')).toBeDefined();
  expect(closed.objection('127.0.0.1')).toBeDefined();
  expect(closed.objection('10.1.2.3')).toBeUndefined();
  expect(closed.objection('169.254.169.254')).toBeDefined();
});

test.each([
  'metadata.google.internal',
  '10.0.0.0/33',
  'fe80::/129',
  '10.0.0.1/8/8',
  '10.0.0.1/',
  'fe80::1%eth0',
  '',
])('%j is no address and no network', (entry) => {
  expect(() => new AddressGuard({ allow: [entry], refuse: [] })).toThrow(/expected an address or a network/);
  expect(() => new AddressGuard({ allow: [], refuse: [entry] })).toThrow(/expected an address or a network/);
});
