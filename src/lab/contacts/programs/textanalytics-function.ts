import { backendFrom } from '../backend.ts';
import { consumeEvents } from '../consume-events.ts';
import { objectFrom } from '../document-store.ts';
import { program } from '../program.ts';

const ANALYSIS_MS = 400;
const GOOD = ['good', 'great', 'happy', 'excellent', 'friendly', 'helpful', 'pleased', 'successful'];
const BAD = ['bad', 'angry', 'poor', 'late', 'unhappy', 'broken', 'complaint', 'failed'];

/** Scores the mood of visit reports from 0 (bad) to 1 (good) and writes it into them. */
export const textAnalyticsFunction = program(9_000, (context) => {
  const store = backendFrom(context, 'VISITREPORTS_DB_URL');
  const handle = async (event: unknown): Promise<void> => {
    const { id, result } = objectFrom(event);
    const path = `/docs/visitreports/${encodeURIComponent(String(id))}`;
    await context.clock.sleep(ANALYSIS_MS);
    const report = objectFrom(await store.ask('GET', path));
    await store.ask('PUT', path, { ...report, sentiment: scoreOf(typeof result === 'string' ? result : '') });
  };
  const subjectOf = (event: unknown): string => String(objectFrom(event)['id']);
  return {
    routes: [],
    beside: consumeEvents(context, { topic: 'visitreports', subscription: 'textanalytics-function', handle, subjectOf }),
  };
});

function scoreOf(text: string): number {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const good = words.filter((word) => GOOD.includes(word)).length;
  const bad = words.filter((word) => BAD.includes(word)).length;
  return good + bad === 0 ? 0.5 : good / (good + bad);
}
