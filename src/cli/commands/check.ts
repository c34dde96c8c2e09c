import { formatDuration, parseDuration, plural } from '../../base/index.ts';
import {
  createHttpSender,
  type JourneyLimits,
  type JourneyRecord,
  judgeRecord,
  rateOf,
  startJourney,
  summarise,
  verdictOfAll,
} from '../../journeys/index.ts';
import { type Command, textOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { lookUpHosts, readJourneys, resolverOf } from '../journey-files.ts';
import { printData } from '../output/print-data.ts';
import { renderJourney } from '../output/render-journey.ts';
import { takeModel } from '../take-model.ts';

const NO_LIMITS: JourneyLimits = { longestOutageMs: undefined, availability: undefined };

export const checkCommand: Command = {
  description:
    "Sends a user's journeys at a constant rate and tells how the application did: availability, outages, latency, and the service to blame. Exit code 1 when a journey is outside its limits (any outage, where its file states none), 3 when too little was measured to tell.",
  arguments: [{ name: '<journey...>', description: 'journey files' }],
  options: [
    { flags: '--for <duration>', description: 'how long', default: '60s' },
    { flags: '--rate <rate>', description: "journeys per second, for example 5/s (default: the file's)" },
    { flags: '--no-cluster', description: 'do not ask the cluster which service is behind a URL' },
  ],
  examples: [{ command: 'evenkeel check examples/journeys/contacts.yaml --for 2m --rate 5/s', does: 'two minutes, five a second' }],
  run: async ({ args, options }, context) => {
    const journeys = await readJourneys(args, context);
    const lengthMs = parseDuration(textOption(options, 'for') ?? '60s');
    const rate = textOption(options, 'rate');
    const asksCluster = options['cluster'] !== false;
    const hosts = asksCluster ? await lookUpHosts(journeys, context.env) : undefined;
    const resolve = asksCluster
      ? await takeModel(context).then(
          (model) => resolverOf(model, hosts),
          () => undefined,
        )
      : undefined;
    const sender = createHttpSender();
    context.say(`Measuring ${plural(journeys.length, 'journey')} for ${formatDuration(lengthMs)} …`);
    const running = journeys.map((journey) =>
      startJourney(rate === undefined ? journey : { ...journey, ratePerSecond: rateOf(rate) }, {
        clock: context.clock,
        random: context.random,
        log: context.log,
        env: context.env,
        sender,
        ...(resolve === undefined ? {} : { resolve }),
      }),
    );
    // Ctrl-C ends the measuring early; what was measured is told.
    await context.clock.sleep(lengthMs, context.signal).catch(() => {});
    const recordings = await Promise.all(running.map((journey) => journey.stop()));
    const records = recordings.map((recording, index): JourneyRecord => {
      const record = summarise(recording);
      const { limits = NO_LIMITS } = journeys[index] ?? {};
      return { ...record, verdict: judgeRecord(record, limits, undefined) };
    });
    sender.close();
    printData(context, { kind: 'JourneyRecords', schema: 1, journeys: records }, () =>
      records.map((record) => renderJourney(record, context.style)).join('\n\n'),
    );
    return { held: EXIT.asHoped, broken: EXIT.deviated, unknown: EXIT.failed }[verdictOfAll(records)];
  },
};
