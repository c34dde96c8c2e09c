/** Questions about access: may I, may they, who am I. */
import { isObject, type Json } from '../json.ts';
import { timestamp } from '../names.ts';
import { decidePath, decideResource, rulesOf } from './authorize.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { asJson } from './served-resources.ts';
import type { Answer, Call, UserInfo } from './types.ts';

interface Review {
  readonly kind: string;
  readonly group: string;
  readonly plural: string;
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

const AUTHORIZATION = 'authorization.k8s.io';

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
    answer: (call, spec) => {
      const groups = Array.isArray(spec['groups']) ? spec['groups'].map(text) : [];
      return { status: decide(call, { user: text(spec['user']), groups }, spec) };
    },
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
    group: 'authentication.k8s.io',
    plural: 'selfsubjectreviews',
    answer: ({ user }) => ({ status: { userInfo: { username: user.user, uid: user.user, groups: user.groups } } }),
  },
];

/** The review that is asked for at a path, or undefined. */
export const reviewAt = (path: string): Review | undefined => REVIEWS.find(({ group, plural }) => path === `/apis/${group}/v1/${plural}`);

/** Answers a review. */
export async function review(call: Call, found: Review): Promise<Answer> {
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), found.kind);
  const spec = asJson(body['spec']);
  const { status, spec: shown = spec } = found.answer(call, spec);
  const metadata = found.kind === 'SelfSubjectReview' ? { creationTimestamp: timestamp(call.clock.now()) } : {};
  const whole = { kind: found.kind, apiVersion: `${found.group}/v1`, metadata };
  return { status: 201, body: found.kind === 'SelfSubjectReview' ? { ...whole, status } : { ...whole, spec: shown, status } };
}
