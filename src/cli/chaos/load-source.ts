/** Where an experiment comes from: a file, or an address. Source: chaostoolkit-compat.md a.1. */
import { readFileSync } from 'node:fs';
import { EvenkeelError, messageOf, silentLogger } from '../../base/index.ts';
import { isObject, loadExperiment } from '../../experiment/index.ts';
import type { ActivityContext, LoadedExperiment, Provider } from '../../experiment/index.ts';
import { httpProvider } from '../../drivers/http/index.ts';
import { textOf } from '../text-of.ts';
import type { Settings } from './settings.ts';

export interface SourceOptions {
  readonly env: ActivityContext['env'];
  readonly settings: Settings;
  readonly verifyTls: boolean;
  readonly context: Omit<ActivityContext, 'log'>;
}

/** Reads and parses. Errors: `INVALID_INPUT` and `UNREACHABLE`, with the message to show. */
export async function loadSource(source: string, options: SourceOptions): Promise<LoadedExperiment> {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(source)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return fetchExperiment(source, options);
  if (scheme !== undefined && scheme !== 'file') throw wrong(`'${scheme}' is not a supported source scheme.`);
  const path = scheme === 'file' ? source.slice('file://'.length) : source;
  let text: string;
  try {
    text = textOf(readFileSync(path), path);
  } catch (thrown) {
    if (thrown instanceof EvenkeelError) throw thrown;
    const missing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    throw wrong(missing ? `Path "${path}" does not exist.` : `Path "${path}" can not be read: ${messageOf(thrown)}`);
  }
  return parse(text, path);
}

function parse(text: string, path: string): LoadedExperiment {
  try {
    return loadExperiment(text, { path });
  } catch (thrown) {
    const message = messageOf(thrown);
    throw /\.ya?ml$/.test(path) && message.includes('\n  in "') ? wrong(`Failed parsing YAML experiment: ${message}`) : thrown;
  }
}

function wrong(message: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });
}

async function fetchExperiment(url: string, options: SourceOptions): Promise<LoadedExperiment> {
  const headers: Record<string, string> = { Accept: 'application/json, application/x-yaml', ...authorization(url, options) };
  const provider: Provider = { type: 'http', url, headers, verify_tls: options.verifyTls, timeout: [10, 60] };
  const context: ActivityContext = { ...options.context, log: silentLogger, tolerated: true };
  const answer = await httpProvider().run(provider, context);
  if (!isObject(answer)) throw wrong('Failed to fetch the experiment');
  const body = typeof answer['body'] === 'string' ? answer['body'] : JSON.stringify(answer['body']);
  if (answer['status'] !== 200) throw wrong(`Failed to fetch the experiment: ${body}`);
  const type = contentType(answer['headers']);
  if (type.includes('application/json')) return loadExperiment(body, { path: `${url}#.json` });
  if (type.includes('application/x-yaml') || type.includes('text/yaml')) return loadExperiment(body, { path: `${url}#.yaml` });
  if (!type.includes('text/plain')) throw wrong(`only experiments in JSON or YAML are supported, ${url} sent '${type}'`);
  try {
    return loadExperiment(body, { path: `${url}#.json` });
  } catch {
    return loadExperiment(body, { path: `${url}#.yaml` });
  }
}

function contentType(headers: unknown): string {
  if (!isObject(headers)) return '';
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'content-type');
  return name === undefined ? '' : String(headers[name]);
}

function authorization(url: string, { env, settings }: SourceOptions): Record<string, string> {
  const token = env['CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN'];
  if (token !== undefined && token !== '') return { Authorization: `bearer ${token.trim()}` };
  const header = authorizationIn(settings, url);
  return header === undefined ? {} : { Authorization: header };
}

/** What the settings' `auths` say of an address, by its host and port, else by its host. */
export function authorizationIn(settings: Settings, url: string): string | undefined {
  const auths = settings['auths'];
  if (!isObject(auths) || !URL.canParse(url)) return undefined;
  const { host, hostname } = new URL(url);
  const auth = auths[host] ?? auths[hostname];
  return isObject(auth) ? `${String(auth['type'])} ${String(auth['value'])}` : undefined;
}
