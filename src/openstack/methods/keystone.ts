/** python-keystoneclient's managers (keystoneclient/v3/), as far as workflows look things up with them. */
import type { JsonObject } from '../../domain/json.ts';
import { type ClientMethod, clientMethod, idOf, type MethodArguments } from './client-method.ts';
import { find, type Found } from './find.ts';
import { isGiven, list, plainText, queryOf, remove, renamed, send, show } from './requests.ts';

interface Kind {
  /** Of the manager in Python, and of the path: `projects`. */
  readonly plural: string;
  readonly singular: string;
  /** Of the class: `Project`. */
  readonly noun: string;
}

const kinds: readonly Kind[] = [
  { plural: 'projects', singular: 'project', noun: 'Project' },
  { plural: 'users', singular: 'user', noun: 'User' },
  { plural: 'groups', singular: 'group', noun: 'Group' },
  { plural: 'roles', singular: 'role', noun: 'Role' },
  { plural: 'domains', singular: 'domain', noun: 'Domain' },
  { plural: 'services', singular: 'service', noun: 'Service' },
  { plural: 'endpoints', singular: 'endpoint', noun: 'Endpoint' },
  { plural: 'regions', singular: 'region', noun: 'Region' },
];

/** A list is asked for the project of a user by its id. */
const filters: Readonly<Record<string, string>> = {
  domain: 'domain_id',
  default_project: 'default_project_id',
  service: 'service_id',
  region: 'region_id',
};

function filtersOf(given: MethodArguments): ReturnType<typeof queryOf> {
  return queryOf(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [filters[name] ?? name, idOf(value)])),
  );
}

/** Users and projects of one user, or of a group, are below these. */
const pathOfList =
  (plural: string) =>
  (given: MethodArguments): string => {
    if (plural === 'projects' && isGiven(given['user']))
      return `/users/${plainText(idOf(given['user']))}/projects`;
    if (plural === 'users' && isGiven(given['group']))
      return `/groups/${plainText(idOf(given['group']))}/users`;
    if (plural === 'groups' && isGiven(given['user']))
      return `/users/${plainText(idOf(given['user']))}/groups`;
    return `/${plural}`;
  };

function methodsOf({ plural, singular, noun }: Kind): ClientMethod[] {
  const found: Found = {
    noun,
    path: `/${plural}`,
    key: plural,
    one: { path: `/${plural}/{id}`, key: singular },
  };
  return [
    clientMethod(
      `${plural}.list(**kwargs)`,
      `Lists the ${plural}: \`name\`, \`domain\`, ... are looked for.`,
      async (given, service) => {
        const { user: _user, group: _group, ...wanted } = given;
        return await list(pathOfList(plural)(given), plural, () => filtersOf(wanted))(given, service);
      },
    ),
    clientMethod(
      `${plural}.get(${singular})`,
      `Shows a ${singular}, by its id.`,
      show(`/${plural}/{${singular}}`, singular),
    ),
    clientMethod(`${plural}.find(**kwargs)`, `The only ${singular} with these attributes.`, find(found)),
  ];
}

const projectNames = { name: 'name', domain: 'domain_id', description: 'description', parent: 'parent_id' };

const project = (given: MethodArguments): JsonObject => {
  const { enabled, project: _project, ...more } = given;
  const own = Object.keys(projectNames);
  const others = Object.fromEntries(Object.entries(more).filter(([name]) => !own.includes(name)));
  return {
    project: {
      ...others,
      ...renamed(projectNames)(given),
      ...(enabled === null || enabled === undefined ? {} : { enabled }),
    },
  };
};

export const keystoneMethods: readonly ClientMethod[] = [
  ...kinds.flatMap(methodsOf),
  clientMethod(
    'projects.create(name, domain, description=null, enabled=true, parent=null, **kwargs)',
    'Creates a project; a second one of the name is refused.',
    send('POST', '/projects', project, 'project'),
  ),
  clientMethod(
    'projects.update(project, name=null, domain=null, description=null, enabled=null, **kwargs)',
    'Changes a project.',
    send('PATCH', '/projects/{project}', project, 'project'),
  ),
  clientMethod('projects.delete(project)', 'Deletes a project.', remove('/projects/{project}')),
];
