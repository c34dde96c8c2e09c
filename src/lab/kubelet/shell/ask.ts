/** An HTTP request of a command, in the words of those who send one. */
import { EvenkeelError, messageOf } from '../../../base/index.ts';
import type { PodFetchOptions, PodResponse } from '../types.ts';
import type { CommandCall } from './types.ts';

export type Answered =
  | { readonly kind: 'answered'; readonly response: PodResponse }
  | { readonly kind: 'failed'; readonly why: 'name' | 'refused' | 'timeout' | 'other'; readonly message: string };

/** Through cluster DNS and Services, as the pod's program would; a name of several readings is the pod's namespace's first. */
export async function ask({ fetch, io }: CommandCall, url: string, options: PodFetchOptions): Promise<Answered> {
  try {
    return { kind: 'answered', response: await fetch(url, { ...options, signal: io.signal }) };
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof EvenkeelError)) return { kind: 'failed', why: 'other', message };
    if (error.code === 'TIMED_OUT') return { kind: 'failed', why: 'timeout', message };
    return { kind: 'failed', why: message.includes('no such host') ? 'name' : 'refused', message };
  }
}

/** An address without its scheme means http. */
export const withScheme = (text: string): string => (/^\w+:\/\//.test(text) ? text : `http://${text}`);

export const addressOf = (url: string): { readonly host: string; readonly port: string } => {
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: url, port: '' };
  return { host: hostname, port: port === '' ? '80' : port };
};
