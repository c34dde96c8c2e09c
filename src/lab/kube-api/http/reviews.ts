/** Questions about access: may I, may they, who am I. */
import { isObject, type Json } from '../json.ts';
import { timestamp } from '../names.ts';
import { Problems } from '../problems.ts';
import { invalid } from '../statuses.ts';
import { decidePath, decideResource, rulesOf } from './authorize.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { asJson } from './served-resources.ts';
import type { Answer, Call, UserInfo } from './types.ts';

interface Review {
  readonly kind: string;
  readonly group: string;
  readonly plural: string;
  readonly namespaced?: boolean;
  answer(call: Call, spec: Json): { readonly spec?: Json; readonly status: Json };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function decide(call: Call, user: UserInfo, spec: Json): Json {
  const path = spec['nonResourceAttributes'];
  if (isObject(path)) return { ...decidePath(call.store, user, text(path['verb']), text(path['path'])) };
  const wanted = asJson(spec['resourceAttributes']);
  const subresource = text(wanted['subresource']);
  const namespace = text(wanted['namespace']);
  const name = text(wanted['name']);
  return {
    ...decideResource(call.store, user, {
      verb: text(wanted['verb']),
      group: text(wanted['group']),
      resource: subresource === '' ? text(wanted['resource']) : `${text(wanted['resource'])}/${subresource}`,
      namespace: namespace === '' ? undefined : namespace,
      name: name === '' ? undefined : name,
    }),
  };
}

const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';

function subjectOf(spec: Json): UserInfo {
  return { user: text(spec['user']), groups: Array.isArray(spec['groups']) ? spec['groups'].map(text) : [] };
}

/** The reviews that the lab answers. */
export const REVIEWS: readonly Review[] = [
  {
    kind: 'SelfSubjectAccessReview',
    group: AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    answer: (call, spec) => ({ status: decide(call, call.user, spec) }),
  },
  {
    kind: 'SubjectAccessReview',
    group: AUTHORIZATION,
    plural: 'subjectaccessreviews',
    answer: (call, spec) => ({ status: decide(call, subjectOf(spec), spec) }),
  },
  {
    kind: 'SelfSubjectRulesReview',
    group: AUTHORIZATION,
    plural: 'selfsubjectrulesreviews',
    answer: (call, spec) => {
      const rules = rulesOf(call.store, call.user, text(spec['namespace']));
      const resourceRules = rules.filter(({ nonResourceURLs }) => nonResourceURLs === undefined);
      const nonResourceRules = rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined);
      return { spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } };
    },
  },
  {
    kind: 'SelfSubjectReview',
    group: AUTHENTICATION,
    plural: 'selfsubjectreviews',
    answer: ({ user: { user: username, uid, groups, extra } }) => ({
      status: { userInfo: { username, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) } },
    }),
  },
  {
    kind: 'TokenReview',
    group: AUTHENTICATION,
    plural: 'tokenreviews',
    answer: ({ issuer, store }, spec) => {
      const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(text) : [];
      const user = issuer.identify(text(spec['token']), store, ...(asked.length > 0 ? [asked] : []));
      if (user === undefined) return { status: { user: {}, error: 'the token is none that this server issued to a service account' } };
      return {
        status: { authenticated: true, user: { username: user.user, uid: user.uid, groups: user.groups }, audiences: user.audiences },
      };
    },
  },
  {
    kind: 'LocalSubjectAccessReview',
    group: AUTHORIZATION,
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    answer: (call, spec) => ({ status: decide(call, subjectOf(spec), spec) }),
  },
];

interface AskedReview {
  readonly review: Review;
  readonly namespace: string | undefined;
}

/** The review that is asked for at a path, or undefined. */
export function reviewAt(path: string): AskedReview | undefined {
  const [, group, namespace, plural] = /^\/apis\/([^/]+)\/v1\/(?:namespaces\/([^/]+)\/)?([^/]+)$/.exec(path) ?? [];
  const found = REVIEWS.find(
    (item) => item.group === group && item.plural === plural && (item.namespaced === true) === (namespace !== undefined),
  );
  return found === undefined ? undefined : { review: found, namespace };
}

/** Answers a review. Errors: `ApiError` 400, 422. */
export async function review(call: Call, { review: asked, namespace }: AskedReview): Promise<Answer> {
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), asked.kind);
  const spec = asJson(body['spec']);
  checkSpec(asked, spec, namespace);
  const { status, spec: shown = spec } = asked.answer(call, spec);
  const isSelf = asked.kind === 'SelfSubjectReview';
  const placed = namespace === undefined ? {} : { namespace };
  const metadata = isSelf ? { creationTimestamp: timestamp(call.clock.now()) } : placed;
  const whole = { kind: asked.kind, apiVersion: `${asked.group}/v1`, metadata };
  return { status: 201, body: isSelf ? { ...whole, status } : { ...whole, spec: shown, status } };
}

/** Source: pkg/apis/authorization/validation. */
function checkSpec({ kind, group }: Review, spec: Json, namespace: string | undefined): void {
  if (!kind.endsWith('SubjectAccessReview')) return;
  const problems = new Problems();
  const [resource, path] = [spec['resourceAttributes'], spec['nonResourceAttributes']];
  if (resource !== undefined && path !== undefined) {
    problems.invalid('spec.nonResourceAttributes', path, 'cannot be specified in combination with resourceAttributes');
  }
  if (resource === undefined && path === undefined) {
    problems.invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  if (!kind.startsWith('Self') && text(spec['user']) === '' && !Array.isArray(spec['groups'])) {
    problems.invalid('spec.user', '', 'at least one of user or group must be specified');
  }
  if (namespace !== undefined && text(asJson(resource)['namespace']) !== namespace) {
    problems.invalid('spec.resourceAttributes.namespace', text(asJson(resource)['namespace']), 'must match metadata.namespace');
  }
  if (problems.list.length > 0) throw invalid({ kind, group }, '', problems.list);
}
