import type { Program } from '../kubelet/index.ts';
import { contactsApi } from './programs/contacts-api.ts';
import { frontend } from './programs/frontend.ts';
import { mssql } from './programs/mssql.ts';
import { resourcesApi } from './programs/resources-api.ts';
import { resourcesFunction } from './programs/resources-function.ts';
import { searchApi } from './programs/search-api.ts';
import { searchFunction } from './programs/search-function.ts';
import { textAnalyticsFunction } from './programs/textanalytics-function.ts';
import { visitReportsApi } from './programs/visitreports-api.ts';

const BY_REPOSITORY: Readonly<Record<string, Program>> = {
  'adc-frontend': frontend,
  'adc-contacts-api': contactsApi,
  'adc-resources-api': resourcesApi,
  'adc-resources-function': resourcesFunction,
  'adc-search-api': searchApi,
  'adc-search-function': searchFunction,
  'adc-textanalytics-function': textAnalyticsFunction,
  'adc-visitreports-api': visitReportsApi,
  'mssql/server': mssql,
};

/** The sample application's program for an image, from whichever registry and with whichever tag; undefined for other images. */
export function contactsProgram(image: string): Program | undefined {
  const name = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const found = Object.keys(BY_REPOSITORY).find((repository) => name === repository || name.endsWith(`/${repository}`));
  return found === undefined ? undefined : BY_REPOSITORY[found];
}
