import { describe, expect, test } from 'vitest';
import { fakeApi } from '../../../test/cli/fake-api.ts';
import { parseYamlText } from '../../workflow/language/definition/yaml-document.ts';
import { run } from '../../../test/cli/run.ts';
import { sampleNode, sampleRecovery } from '../../../test/cli/samples.ts';

const cluster = {
  id: '102aafe7-f906-4bc0-aca3-d01a9ac49743',
  name: 'web',
  status: 'ACTIVE',
  health: 'HEALTHY',
  status_reason: 'CLUSTER_CREATE: number of active nodes is equal or above desired_capacity (2).',
  nodes: ['n1', 'n2'],
  desired_capacity: 2,
  profile_name: 'web-server',
  init_at: '2026-11-22T18:17:00Z',
  project: 'local',
  user: 'local',
  domain: null,
};

function action(status: string, reason = 'Action completed successfully.', fields: object = {}): object {
  return {
    action: {
      id: 'a1',
      action: 'CLUSTER_CREATE',
      status,
      status_reason: reason,
      start_time: 1795374016.5,
      end_time: status === 'RUNNING' ? null : 1795374019.7,
      depends_on: [],
      data: {},
      outputs: {},
      ...fields,
    },
  };
}

const created = {
  status: 202,
  headers: { Location: 'http://elsewhere:8777/v1/actions/a1' },
  body: { cluster: { ...cluster, status: 'INIT' } },
};

describe('lists', () => {
  test('are aligned tables with whole names and ages', async () => {
    const long = {
      ...cluster,
      name: 'a-very-long-name-that-is-not-cut-anywhere',
      nodes: [],
      status: 'ERROR',
    };
    const ended = { ...cluster, name: 'ended', id: 'c2', nodes: ['n3'], desired_capacity: 1 };
    await using api = await fakeApi({
      'GET /v1/clusters': { body: { clusters: [cluster, long, ended] } },
      'GET /v1/nodes': { body: { nodes: [{ cluster_id: cluster.id }, { cluster_id: cluster.id }] } },
    });
    const { code, out } = await run(['cluster', 'list'], { url: api.url });
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'NAME                                       HEALTH   STATUS  NODES  PROFILE     CREATED    ID',
        'a-very-long-name-that-is-not-cut-anywhere  HEALTHY  ERROR   2/2    web-server  3 min ago  102aafe7-f906-4bc0-aca3-d01a9ac49743',
        'ended                                      HEALTHY  ACTIVE  0/1    web-server  3 min ago  c2',
        'web                                        HEALTHY  ACTIVE  2/2    web-server  3 min ago  102aafe7-f906-4bc0-aca3-d01a9ac49743',
        '',
      ].join('\n'),
    );
  });

  test('with --json are what the API answered', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters': { body: { clusters: [cluster] } } });
    const { out } = await run(['--json', 'cluster', 'list'], { url: api.url });
    expect(JSON.parse(out)).toEqual([cluster]);
  });

  test('leave columns out where a terminal has no room, which is said, and whole with --wide', async () => {
    const name = 'a-very-long-name-that-has-no-room-on-a-terminal-of-eighty-columns';
    const answers = {
      'GET /v1/clusters': { body: { clusters: [{ ...cluster, name }] } },
      'GET /v1/nodes': { body: { nodes: [] } },
    };
    await using api = await fakeApi(answers);
    const { out } = await run(['cluster', 'list'], { url: api.url, columns: 80 });
    expect(out).toMatch(/^NAME +HEALTH$/m);
    expect(out).toContain(`${name}  HEALTHY\n    status ACTIVE  nodes 0/2  id 102aafe7\n`);
    expect(out).toContain('--wide shows all');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const wide = await run(['cluster', 'list', '--wide'], { url: api.url, columns: 80 });
    expect(wide.out).toContain(cluster.id);
    expect(wide.out).not.toContain('--wide');
  });

  test('have all with a limit of 0', async () => {
    await using api = await fakeApi({ 'GET /v1/nodes': { body: { nodes: [] } } });
    await run(['node', 'list', '--limit', '0'], { url: api.url });
    expect(api.asked[0]?.path).toBe('/v1/nodes');
    const { out } = await run(['workflow', 'list', '--help']);
    expect(out.match(/default/g)).toHaveLength(1);
  });

  test('of nodes have their regions and zones, where any node has one', async () => {
    const listed = async (zone: string | null, region: string | null = null): Promise<string> => {
      const nodes = [sampleNode(), sampleNode({ id: 'n2', name: 'web-2', zone, region })];
      await using api = await fakeApi({
        'GET /v1/nodes': { body: { nodes } },
        'GET /v1/clusters': { body: { clusters: [] } },
      });
      return (await run(['node', 'list'], { url: api.url })).out;
    };
    expect(await listed('az2')).toMatch(/^NAME .* ZONE .*\nweb-1 .* - .*\nweb-2 .* az2 /);
    expect(await listed('az2', 'RegionTwo')).toMatch(
      /^NAME .* REGION .* ZONE .*\nweb-1 .* - .*\nweb-2 .* RegionTwo .* az2 /,
    );
    expect(await listed(null)).not.toMatch(/ZONE|REGION/);
  });

  test('of nodes are searched by their health, before they are limited', async () => {
    const nodes = ['HEALTHY', 'QUARANTINED', 'QUARANTINED'].map((health, index) =>
      sampleNode({ id: `n${index}`, name: `web-${index}`, health: health as 'HEALTHY' }),
    );
    await using api = await fakeApi({
      'GET /v1/nodes': { body: { nodes } },
      'GET /v1/clusters': { body: { clusters: [] } },
    });
    const words = ['node', 'list', '--health', 'QUARANTINED', '--limit', '1', '--json'];
    const { out } = await run(words, { url: api.url });
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(['web-1']);
    expect(api.asked[0]?.path).toBe('/v1/nodes');
    const { code, err } = await run(['node', 'list', '--health', 'SICK'], { url: api.url });
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are QUARANTINED');
  });

  test('of workflows leave out what a run of a file put there', async () => {
    const workflows = [
      { name: 'drain', namespace: '' },
      { name: 'tried', namespace: 'run-0123456789abcdef' },
    ];
    await using api = await fakeApi({ 'GET /v2/workflows': { body: { workflows } } });
    const { out } = await run(['workflow', 'definitions'], { url: api.url });
    expect(out).toContain('drain');
    expect(out).not.toContain('tried');
    expect((await run(['workflow', 'definitions', '--all'], { url: api.url })).out).toContain('tried');
  });

  test('of actions are those with a text in their name or description', async () => {
    const actions = [
      { name: 'nova.servers_evacuate', input: 'server', description: 'Rebuilds a server elsewhere.' },
      { name: 'std.echo', input: 'output', description: 'Its result is its output.' },
      { name: 'mine', input: 'host', description: null, namespace: 'run-0123456789abcdef' },
    ];
    const faultstring = 'Action not found [action_name=nova.agents_list]: Nova has agents no longer';
    await using api = await fakeApi({
      'GET /v2/actions': { body: { actions } },
      'GET /v2/actions/nova.agents_list': { status: 404, body: { faultstring } },
    });
    const listed = async (...words: string[]) =>
      (await run(['workflow', 'actions', ...words], { url: api.url })).out;
    expect(await listed()).toMatch(/^NAME +PARAMETERS +DESCRIPTION\nnova.*\nstd.echo.*\n$/);
    expect(await listed('REBUILDS')).toMatch(/^NAME.*\nnova.servers_evacuate +server +Rebuilds.*\n$/);
    expect(JSON.parse(await listed('echo', '--json'))).toEqual([actions[1]]);
    expect(await listed('nova.agents_list')).toContain("no action 'nova.agents_list'");
    expect(await listed('nova.agents_list')).toContain('Nova has agents no longer');
  });

  test('hand filters, sorting and limit on to the server', async () => {
    await using api = await fakeApi({ 'GET /v1/nodes': { body: { nodes: [] } } });
    const words = [
      'node',
      'list',
      '--cluster',
      'web',
      '--status',
      'ERROR',
      '--limit',
      '5',
      '--sort',
      'name:desc',
    ];
    const { out } = await run(words, { url: api.url });
    expect(api.asked[0]?.path).toBe('/v1/nodes?cluster_id=web&status=ERROR&limit=5&sort=name%3Adesc');
    expect(out).toBe('No nodes.\n');
  });

  test('of nodes name the cluster instead of its id', async () => {
    const node = {
      id: 'n1',
      name: 'web-1',
      health: 'FAILED',
      status: 'ACTIVE',
      cluster_id: cluster.id,
      physical_id: '4711.12',
    };
    await using api = await fakeApi({
      'GET /v1/nodes': { body: { nodes: [node] } },
      'GET /v1/clusters': { body: { clusters: [cluster] } },
    });
    const { out } = await run(['node', 'list'], { url: api.url });
    expect(out).toMatch(/^web-1 +FAILED +ACTIVE +web +4711\.12/m);
  });
});

describe('show', () => {
  test('names what a cluster names by ids: its nodes, and its policies with their types', async () => {
    const whole = { ...cluster, nodes: ['n1', 'gone'], policies: ['b1', 'b2'] };
    const binding = {
      id: 'b1',
      policy_name: 'web-health',
      policy_type: 'senlin.policy.health-1.3',
      enabled: true,
    };
    const scaling = { id: 'b2', policy_name: 'so', policy_type: 'senlin.policy.scaling-1.0', enabled: false };
    await using api = await fakeApi({
      'GET /v1/clusters/web': { body: { cluster: whole } },
      'GET /v1/nodes': { body: { nodes: [sampleNode()] } },
      [`GET /v1/clusters/${cluster.id}/policies`]: { body: { cluster_policies: [binding, scaling] } },
    });
    const { out } = await run(['cluster', 'show', 'web'], { url: api.url });
    expect(out).toMatch(/^nodes +web-1 \(n1\)\n +gone$/m);
    expect(out).toMatch(
      /^policies +web-health \(senlin\.policy\.health-1\.3\)\n +so \(senlin\.policy\.scaling-1\.0, disabled\)$/m,
    );
    const json = await run(['cluster', 'show', 'web', '--json'], { url: api.url });
    expect(JSON.parse(json.out)).toEqual(whole);
  });

  test('names the cluster of a node, and what an action is for', async () => {
    const action = { id: 'a1', action: 'NODE_CHECK', target: 'n1', cluster_id: 'c1' };
    await using api = await fakeApi({
      'GET /v1/nodes/n1': { body: { node: sampleNode() } },
      'GET /v1/clusters/c1': { body: { cluster } },
      'GET /v1/actions/a1': { body: { action } },
    });
    const node = await run(['node', 'show', 'n1'], { url: api.url });
    expect(node.out).toMatch(/^cluster_id +web \(c1\)$/m);
    const shown = await run(['action', 'show', 'a1'], { url: api.url });
    expect(shown.out).toMatch(/^target +web-1 \(n1\)$/m);
    expect(shown.out).toMatch(/^cluster_id +web \(c1\)$/m);
  });

  test('puts what matters first, and dates beside ages', async () => {
    await using api = await fakeApi({ 'GET /v1/clusters/web': { body: { cluster } } });
    const { out } = await run(['cluster', 'show', 'web'], { url: api.url });
    expect(out.split('\n')[0]).toMatch(/^name +web$/);
    expect(out).toContain('3 min ago (2026-11-22T18:17:00.000Z)');
    expect(out).not.toContain('project');
  });

  test('says whose it is, where there are several users', async () => {
    const owned = { ...cluster, project: 'red', user: 'alice' };
    await using api = await fakeApi({ 'GET /v1/clusters/web': { body: { cluster: owned } } });
    const { out } = await run(['cluster', 'show', 'web'], { url: api.url });
    expect(out).toMatch(/^project +red$/m);
    expect(out).toMatch(/^user +alice$/m);
    expect(out).not.toContain('domain');
  });

  test('asks for a node with its details', async () => {
    const node = { id: 'n1', name: 'web-1', details: { pid: 4711, log_tail: ['one', 'two'] } };
    await using api = await fakeApi({ 'GET /v1/nodes/web-1': { body: { node } } });
    const { out } = await run(['node', 'show', 'web-1'], { url: api.url });
    expect(api.asked[0]?.path).toBe('/v1/nodes/web-1?show_details=true');
    expect(out).toContain('pid: 4711');
  });

  test('lines of a text are indented below its key, so that none looks like a field', async () => {
    const node = { id: 'n1', name: 'web-1', details: { log_tail: 'one\npid: 1', pid: 4711 } };
    await using api = await fakeApi({ 'GET /v1/nodes/web-1': { body: { node } } });
    const { out } = await run(['node', 'show', 'web-1'], { url: api.url });
    expect(out).toMatch(/^details +log_tail: \|-\n +  one\n +  pid: 1\n +pid: 4711$/m);
  });

  test('a spec can be pasted back as YAML, and means the same', async () => {
    const spec = {
      type: 'local.process',
      version: '1.0',
      properties: {
        command: [
          'sh',
          '-c',
          'echo: #1',
          '{port}',
          'true',
          '5',
          ' x ',
          '',
          '-',
          'line 1\nline 2\n',
          '  a\nb',
          '2026-11-26',
          "it's",
          '0x10',
          'y',
        ],
        env: {},
        'a: b': null,
        list: [],
        nested: [[1, 2], { a: [], b: ['x', { c: 1.5 }] }, true],
        on: 'null',
      },
    };
    await using api = await fakeApi({ 'GET /v1/profiles/web': { body: { profile: { name: 'web', spec } } } });
    const { out } = await run(['profile', 'show', 'web'], { url: api.url });
    const text = out.slice(out.indexOf('spec')).replace('spec', '    ');
    const pasted = text.replaceAll(/^ {6}/gm, '');
    expect(parseYamlText(pasted).value).toEqual(spec);
    expect(pasted).toContain('  command:\n    - sh\n    - -c\n');
  });

  test('encodes a name, so that it stays one part of the path', async () => {
    await using api = await fakeApi({});
    await run(['cluster', 'show', 'a/b?c'], { url: api.url });
    expect(api.asked[0]?.path).toBe('/v1/clusters/a%2Fb%3Fc');
  });
});

describe('what starts an action', () => {
  const create = ['cluster', 'create', 'web', '--profile', 'web-server', '--size', '2'];

  test('sends what was given, and nothing else', async () => {
    await using api = await fakeApi({
      'POST /v1/clusters': created,
      'GET /v1/actions/a1': { body: action('RUNNING') },
    });
    const { code, out } = await run([...create, '--metadata', 'a=b=c', '--metadata', 'd=', '--json'], {
      url: api.url,
    });
    expect(code).toBe(0);
    expect(api.asked[0]?.body).toEqual({
      cluster: { name: 'web', profile_id: 'web-server', desired_capacity: 2, metadata: { a: 'b=c', d: '' } },
    });
    expect(JSON.parse(out)).toMatchObject({ name: 'web', status: 'INIT', action: 'a1' });
  });

  test('a name that is taken is warned of, where it is given', async () => {
    const policy = { id: 'ffaa0011-0000-4000-8000-000000000001', name: 'web' };
    await using api = await fakeApi({
      'POST /v1/clusters': created,
      'GET /v1/actions/a1': { body: action('RUNNING') },
      'GET /v1/clusters': { body: { clusters: [cluster, { ...cluster, id: 'another' }] } },
      'PATCH /v1/policies/p': { body: { policy } },
      'GET /v1/policies': { body: { policies: [policy] } },
    });
    const { err } = await run(create, { url: api.url });
    expect(err).toBe(
      'warning 2 clusters are named web: the name alone finds none of them. Give ids, or rename this one: coppice cluster update 102aafe7 --name NAME\n',
    );
    const renamed = await run(['policy', 'update', 'p', '--name', 'web'], { url: api.url });
    expect(renamed.err).toBe('');
    expect(api.asked.map(({ path }) => path)).toContain('/v1/policies?name=web');
  });

  test('with --wait shows how it became', async () => {
    await using api = await fakeApi({
      'POST /v1/clusters': created,
      'GET /v1/actions/a1': [{ body: action('RUNNING') }, { body: action('SUCCEEDED') }],
      [`GET /v1/clusters/${cluster.id}`]: { body: { cluster } },
    });
    const { code, out } = await run([...create, '--wait', '--json'], { url: api.url });
    expect([code, (JSON.parse(out) as { status: string }).status]).toEqual([0, 'ACTIVE']);
  });

  test('with --wait exits with 1 if the action failed, and says why', async () => {
    await using api = await fakeApi({
      'POST /v1/clusters': created,
      'GET /v1/actions/a1': { body: action('FAILED', 'no such command') },
      [`GET /v1/clusters/${cluster.id}`]: { body: { cluster: { ...cluster, status: 'ERROR' } } },
    });
    const { code, err } = await run([...create, '--wait'], { url: api.url });
    expect([code, err]).toEqual([1, 'coppice: CLUSTER_CREATE ended FAILED: no such command\n']);
  });

  test.each([[[]], [['--json']]])(
    '%j exits with 1 without --wait, too, where it has failed already',
    async (more) => {
      await using api = await fakeApi({
        'POST /v1/clusters': created,
        'GET /v1/actions/a1': { body: action('FAILED', 'no such command') },
        [`GET /v1/clusters/${cluster.id}`]: { body: { cluster: { ...cluster, status: 'ERROR' } } },
      });
      const { code, out, err } = await run([...create, ...more], { url: api.url });
      expect(code).toBe(1);
      expect(out).toContain('ERROR');
      expect(err).toContain('CLUSTER_CREATE ended FAILED: no such command');
    },
  );

  test('an update that has not ended shows no object as it was before, and one that has shows the new', async () => {
    const node = sampleNode({ role: 'old' });
    await using api = await fakeApi({
      'PATCH /v1/nodes/web-1': { status: 202, headers: { Location: '/v1/actions/a1' }, body: { node } },
      'GET /v1/actions/a1': [
        { body: action('RUNNING', '', { action: 'NODE_UPDATE' }) },
        { body: action('SUCCEEDED', '', { action: 'NODE_UPDATE' }) },
      ],
      'GET /v1/nodes/n1': { body: { node: { ...node, role: 'new' } } },
    });
    const update = ['node', 'update', 'web-1', '--role', 'new'];
    const under = await run(update, { url: api.url });
    expect(under.out).toBe('NODE_UPDATE a1 started; follow it with: coppice action show a1\n');
    const ended = await run(update, { url: api.url });
    expect(ended.out).toMatch(/^role +new$/m);
  });

  test.each([
    [['check', 'web'], { check: {} }],
    [
      ['recover', 'web', '--operation', 'REBOOT', '--check'],
      { recover: { operation: 'REBOOT', check: true } },
    ],
    [['recover', 'web'], { recover: {} }],
    [
      ['recover', 'web', '--operation', 'REBOOT', '--param', 'type=SOFT', '--param', 'why=a=b'],
      { recover: { operation: 'REBOOT', operation_params: { type: 'SOFT', why: 'a=b' } } },
    ],
    [
      ['resize', 'web', '--capacity', '8'],
      { resize: { adjustment_type: 'EXACT_CAPACITY', number: 8, strict: false } },
    ],
    [
      ['resize', 'web', '--adjust', '-2'],
      { resize: { adjustment_type: 'CHANGE_IN_CAPACITY', number: -2, strict: false } },
    ],
    [['resize', 'web', '--max-size', '9', '--strict'], { resize: { max_size: 9, strict: true } }],
    [['scale-in', 'web'], { scale_in: {} }],
    [['scale-out', 'web', '--count', '2'], { scale_out: { count: 2 } }],
    [['policy-attach', 'web', 'p'], { policy_attach: { policy_id: 'p', enabled: true } }],
    [['policy-attach', 'web', 'p', '--disabled'], { policy_attach: { policy_id: 'p', enabled: false } }],
    [['policy-update', 'web', 'p', '--disable'], { policy_update: { policy_id: 'p', enabled: false } }],
    [['policy-detach', 'web', 'p'], { policy_detach: { policy_id: 'p' } }],
    [['add-nodes', 'web', 'a', 'b'], { add_nodes: { nodes: ['a', 'b'] } }],
    [['del-nodes', 'web', 'a', '--destroy'], { del_nodes: { nodes: ['a'], destroy_after_deletion: true } }],
    [['replace-nodes', 'web', 'a=b'], { replace_nodes: { nodes: { a: 'b' } } }],
  ])('cluster %j', async (words, body) => {
    await using api = await fakeApi({
      'POST /v1/clusters/web/actions': { status: 202, body: { action: 'a1' } },
      'GET /v1/actions/a1': { body: action('SUCCEEDED') },
    });
    const { code, out } = await run(['cluster', ...words, '--wait'], { url: api.url });
    expect(api.asked[0]?.body).toEqual(body);
    expect([code, out]).toEqual([0, 'CLUSTER_CREATE a1 SUCCEEDED in 3.2 s\n']);
  });

  test('parameters are for an operation', async () => {
    const { code, err } = await run(['cluster', 'recover', 'web', '--param', 'type=SOFT']);
    expect(code).toBe(2);
    expect(err).toContain('--param is for an operation: give --operation, too');
  });

  test('--plan shows which nodes an action would take, and why', async () => {
    const plan = {
      decisions: [
        { by: 'CLUSTER_SCALE_IN', reason: 'from 3 to 2 nodes' },
        { by: 'oldest', reason: 'OLDEST_FIRST' },
      ],
      groups: [
        { nodes: [{ id: 'n1', name: 'web-1', operation: 'NODE_DELETE', reason: 'the oldest' }], pause: 0 },
      ],
      nodes: 1,
      size: { current: 3, desired: 2, max_size: -1, min_size: 0 },
    };
    await using api = await fakeApi({ 'POST /v1/clusters/web/actions': { body: { plan } } });
    const { code, out } = await run(['cluster', 'scale-in', 'web', '--plan'], { url: api.url });
    expect([code, out]).toEqual([
      0,
      'from 3 to 2 nodes\noldest: OLDEST_FIRST\nto remove: web-1 (the oldest)\n',
    ]);
  });

  test('operations of the profile type, on a node and on nodes of a cluster', async () => {
    const started = { status: 202, body: { action: 'a1' }, headers: { Location: '/v1/actions/a1' } };
    await using api = await fakeApi({
      'POST /v1/nodes/web-1/ops': started,
      'POST /v1/clusters/web/ops': started,
      'GET /v1/actions/a1': { body: action('RUNNING') },
    });
    await run(['node', 'op', 'web-1', 'reboot', '--param', 'type=SOFT'], { url: api.url });
    await run(['cluster', 'op', 'web', 'stop', '--role', 'spare'], { url: api.url });
    const bodies = api.asked.flatMap(({ method, body }) => (method === 'POST' ? [body] : []));
    expect(bodies).toEqual([
      { reboot: { type: 'SOFT' } },
      { stop: { params: {}, filters: { role: 'spare' } } },
    ]);
  });

  test('deletes several once all of them are found, and waits for each', async () => {
    const found = (id: string) => ({ body: { node: { id, name: id } } });
    await using api = await fakeApi({
      'GET /v1/nodes/a': found('a'),
      'GET /v1/nodes/b': found('b'),
      'DELETE /v1/nodes/a': { status: 202, headers: { Location: '/v1/actions/a1' } },
      'DELETE /v1/nodes/b': { status: 202, headers: { Location: '/v1/actions/a1' } },
      'GET /v1/actions/a1': { body: action('SUCCEEDED') },
    });
    const { code } = await run(['node', 'delete', 'a', 'b', '--wait'], { url: api.url });
    expect(code).toBe(0);
    const asked = () => api.asked.map(({ method, path }) => `${method} ${path}`);
    expect(asked().filter((each) => each.startsWith('DELETE'))).toEqual([
      'DELETE /v1/nodes/a',
      'DELETE /v1/nodes/b',
    ]);
    const before = asked().length;
    const mistyped = await run(['node', 'delete', 'a', 'nope'], { url: api.url });
    expect(mistyped.code).toBe(1);
    expect(
      asked()
        .slice(before)
        .filter((each) => each.startsWith('DELETE')),
    ).toEqual([]);
  });

  test('a deletion that is refused or fails hides neither those before nor those behind it', async () => {
    const found = (id: string) => ({ body: { node: { id, name: id } } });
    const started = (id: string) => ({ status: 202, headers: { Location: `/v1/actions/${id}` } });
    const message = 'NODE_DELETE for node b cannot be completed because it is already locked.';
    await using api = await fakeApi({
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [`GET /v1/nodes/${id}`, found(id)])),
      'DELETE /v1/nodes/a': started('a1'),
      'DELETE /v1/nodes/b': { status: 409, body: { error: { message, type: 'ResourceIsLocked' } } },
      'DELETE /v1/nodes/c': started('a2'),
      'DELETE /v1/nodes/d': started('a3'),
      'GET /v1/actions/a1': { body: action('SUCCEEDED', '', { action: 'NODE_DELETE' }) },
      'GET /v1/actions/a2': { body: action('FAILED', 'no power', { action: 'NODE_DELETE' }) },
      'GET /v1/actions/a3': { body: action('SUCCEEDED', '', { action: 'NODE_DELETE', id: 'a3' }) },
    });
    const { code, out, err } = await run(['node', 'delete', 'a', 'b', 'c', 'd', '--wait'], { url: api.url });
    expect(code).toBe(1);
    expect(out).toBe('a: NODE_DELETE a1 SUCCEEDED in 3.2 s\nd: NODE_DELETE a3 SUCCEEDED in 3.2 s\n');
    expect(err).toBe(`coppice: b: ${message}\n         c: NODE_DELETE ended FAILED: no power\n`);
    // To find what is deleted needs the database, and no cloud.
    expect(api.asked[0]?.path).toBe('/v1/nodes/a');
  });

  test('several objects are deleted at once, and what is in use does not keep the others', async () => {
    const inUse = { error: { message: 'The profile is in use.', type: 'ResourceInUse' } };
    await using api = await fakeApi({
      'GET /v1/profiles/a': { body: { profile: { id: 'a' } } },
      'GET /v1/profiles/b': { body: { profile: { id: 'b' } } },
      'DELETE /v1/profiles/a': { status: 409, body: inUse },
      'DELETE /v1/profiles/b': { status: 204, body: '' },
    });
    const { code, out, err } = await run(['profile', 'delete', 'a', 'b'], { url: api.url });
    expect([code, out, err]).toEqual([1, 'Deleted profile b.\n', 'coppice: a: The profile is in use.\n']);
  });

  test('an action on a cluster says which nodes it took, and why; a check, what it found', async () => {
    const taken = {
      decisions: [{ by: 'CLUSTER_SCALE_IN', reason: 'from 3 to 1 node' }],
      groups: [
        {
          nodes: [
            { id: 'n3', name: 'web-3', operation: 'NODE_DELETE', reason: 'quarantined' },
            { id: 'n2', name: 'web-2', operation: 'NODE_DELETE', reason: 'healthy' },
          ],
          pause: 0,
        },
      ],
      nodes: 2,
      size: { current: 3, desired: 1, min_size: 0, max_size: -1 },
    };
    const found = {
      healthy: 1,
      unhealthy: 1,
      nodes: [{ id: 'n1', name: 'web-1', failure: 'PROCESS_EXITED', reason: 'process 7 has ended' }],
    };
    await using api = await fakeApi({
      'POST /v1/clusters/web/actions': { status: 202, body: { action: 'a1' } },
      'GET /v1/actions/a1': [
        { body: action('SUCCEEDED', '', { action: 'CLUSTER_SCALE_IN', data: { plan: taken } }) },
        { body: action('SUCCEEDED', '', { action: 'CLUSTER_CHECK', outputs: found }) },
      ],
    });
    const { out } = await run(['cluster', 'scale-in', 'web', '--count', '2', '--wait'], { url: api.url });
    expect(out.split('\n').slice(1)).toEqual([
      '  from 3 to 1 node',
      '  removed: web-3 (quarantined), web-2 (healthy)',
      '',
    ]);
    const checked = await run(['cluster', 'check', 'web', '--wait'], { url: api.url });
    expect(checked.out.split('\n').slice(1)).toEqual([
      '  1 of 2 nodes healthy',
      '  web-1: PROCESS_EXITED: process 7 has ended',
      '',
    ]);
  });

  test('an action that has failed already is a failure, also without --wait', async () => {
    await using api = await fakeApi({
      'POST /v1/clusters/web/actions': { status: 202, headers: { Location: '/v1/actions/a1' } },
      'GET /v1/actions/a1': { body: action('FAILED') },
    });
    const { code, err } = await run(['cluster', 'scale-out', 'web', '--count', '5'], { url: api.url });
    expect(code).toBe(1);
    expect(err).toContain('ended FAILED');
  });

  test('the actions are listed from the newest on', async () => {
    await using api = await fakeApi({
      'GET /v1/actions': { body: { actions: [] } },
      'GET /v1/nodes': { body: { nodes: [] } },
      'GET /v1/clusters': { body: { clusters: [] } },
    });
    await run(['action', 'list', '--limit', '2'], { url: api.url });
    expect(api.asked.map(({ path }) => path).join(' ')).toContain('sort=created_at%3Adesc');
  });

  test('cancel shows the action as it is then', async () => {
    await using api = await fakeApi({
      'PATCH /v1/actions/a1': { status: 202 },
      'GET /v1/actions/a1': { body: action('CANCELLED') },
    });
    const { code, out } = await run(['action', 'cancel', 'a1', '--wait', '--json'], { url: api.url });
    expect(api.asked[0]?.body).toEqual({ action: { status: 'CANCELLED' } });
    expect([code, (JSON.parse(out) as { status: string }).status]).toEqual([0, 'CANCELLED']);
  });
});

test('a list is ordered as users count: web-2 before web-10', async () => {
  const nodes = ['web-10', 'web-2', 'web-1'].map((name) => sampleNode({ id: name, name }));
  await using api = await fakeApi({
    'GET /v1/nodes': { body: { nodes } },
    'GET /v1/clusters': { body: { clusters: [] } },
  });
  const { out } = await run(['node', 'list'], { url: api.url });
  expect([...out.matchAll(/^web-\d+/gm)].map(([name]) => name)).toEqual(['web-1', 'web-2', 'web-10']);
});

test('a hint leads to the server that was asked, not to the default one', async () => {
  await using api = await fakeApi({
    'POST /v1/nodes/web-1/actions': { status: 202, body: { action: 'a1' } },
    'GET /v1/actions/a1': { body: action('RUNNING') },
  });
  const { out } = await run(['node', 'check', 'web-1', '--url', api.url]);
  expect(out).toContain(`coppice --url ${api.url} action show a1`);
});

describe('workflow', () => {
  const execution = { id: 'e1', workflow_name: 'evacuate', state: 'PAUSED' };

  test.each([
    ['pause', 'PAUSED'],
    ['resume', 'RUNNING'],
    ['cancel', 'CANCELLED'],
  ])('%s asks for %s', async (word, state) => {
    await using api = await fakeApi({ 'PUT /v2/executions/e1': { body: execution } });
    const { code, out } = await run(['workflow', word, 'e1', '--reason', 'new switch'], { url: api.url });
    expect([code, out]).toEqual([0, 'evacuate is PAUSED. Follow it with: coppice workflow show e1\n']);
    expect(api.asked[0]?.body).toEqual({ state, state_info: 'new switch' });
  });

  test('rerun runs the failed task again, and says which failed where there is none of that name', async () => {
    await using api = await fakeApi({
      'GET /v2/executions/e1/tasks': { body: { tasks: [{ id: 't1', name: 'move', state: 'ERROR' }] } },
      'PUT /v2/tasks/t1': { body: {} },
      'GET /v2/executions/e1': { body: { ...execution, state: 'RUNNING' } },
    });
    const { out } = await run(['workflow', 'rerun', 'e1', 'move'], { url: api.url });
    expect(out).toContain('evacuate is RUNNING');
    expect(api.asked[1]?.body).toEqual({ state: 'RUNNING', reset: true });
    const { code, err } = await run(['workflow', 'rerun', 'e1', 'other'], { url: api.url });
    expect([code, err]).toEqual([1, 'coppice: There is nothing to run again as "other": failed: move.\n']);
  });
});

test.each([
  ['OPEN' as const, 'is being cancelled'],
  ['CANCELLED' as const, 'is cancelled'],
])('recovery cancel says what follows (%s)', async (state, how) => {
  const recovery = sampleRecovery({ state });
  const follows = ['REBOOT is not run', 'web-1 is excluded: ... before coppice node include web-1'];
  await using api = await fakeApi({ 'POST /v1/recoveries/r1/cancel': { body: { recovery, follows } } });
  const { code, out } = await run(['recovery', 'cancel', 'r1'], { url: api.url });
  expect([code, out]).toEqual([
    0,
    `The recovery r1 of web-1 ${how}.\n- ${follows.join('\n- ')}\n\n  coppice recovery show r1   what it did, and its end\n`,
  ]);
});

test('the action of a recovery leads to it', async () => {
  const target = '9f1c6f2e-0000-4000-8000-000000000002';
  const recover = {
    ...action('SUCCEEDED'),
    action: { id: 'a1', action: 'NODE_RECOVER', target, status: 'SUCCEEDED' },
  };
  await using api = await fakeApi({
    'GET /v1/actions/a1': { body: recover },
    'GET /v1/recoveries': { body: { recoveries: [sampleRecovery({ action_id: 'a1' })] } },
  });
  const { out } = await run(['action', 'show', 'a1'], { url: api.url });
  expect(out).toContain('coppice recovery show r1');
});

test('the beginning of an id that fits several executions names them, with what tells them apart', async () => {
  const at = '2026-11-22 18:17:00';
  const executions = ['5a1f09c2-1', '5a1f09c2-2'].map((id, index) => ({
    id,
    workflow_name: `drain-${index}`,
    state: 'RUNNING',
    created_at: at,
  }));
  await using api = await fakeApi({ 'GET /v2/executions': { body: { executions } } });
  const { code, err } = await run(['workflow', 'show', '5a1f09c2'], { url: api.url });
  expect([code, err]).toEqual([
    1,
    `coppice: More than one execution fits '5a1f09c2': 5a1f09c2-1 (drain-0, RUNNING, ${at}), 5a1f09c2-2 (drain-1, RUNNING, ${at}). Give the id of one of them.\n`,
  ]);
});

test('receivers name their clusters, as all lists do', async () => {
  const receiver = {
    id: 'r1',
    name: 'grow',
    action: 'CLUSTER_SCALE_OUT',
    cluster_id: 'c1',
    created_at: '2026-11-22T18:17:00Z',
  };
  await using api = await fakeApi({
    'GET /v1/receivers': { body: { receivers: [receiver] } },
    'GET /v1/clusters': { body: { clusters: [{ ...cluster, id: 'c1' }] } },
  });
  const { out } = await run(['receiver', 'list'], { url: api.url });
  expect(out).toMatch(/^NAME +ACTION +CLUSTER +CREATED/m);
  expect(out).toMatch(/^grow +CLUSTER_SCALE_OUT +web /m);
});
