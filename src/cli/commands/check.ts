import { formatDuration, parseDuration, plural } from '../../base/index.ts';
import { createHttpSender, rateOf, startJourney, summarise } from '../../journeys/index.ts';
import { type Command, textOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { readJourneys, resolverOf } from '../journey-files.ts';
import { printData } from '../output/print-data.ts';
import { renderJourney } from '../output/render-journey.ts';
import { takeModel } from '../take-model.ts';

export const checkCommand: Command = {
  description:
    "Sends a user's journeys at a constant rate and tells how the application did: availability, outages, latency, and the service to blame.",
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
    const resolve = options['cluster'] === false ? undefined : await takeModel(context).then(resolverOf, () => undefined);
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
    const records = (await Promise.all(running.map((journey) => journey.stop()))).map((recording) => summarise(recording));
    sender.close();
    printData(context, { kind: 'JourneyRecords', schema: 1, journeys: records }, () =>
      records.map((record) => renderJourney(record, context.style)).join('\n\n'),
    );
    const failed = records.some((record) => record.phases.some((phase) => phase.failed > 0 || phase.availability === undefined));
    return failed ? EXIT.deviated : EXIT.asHoped;
  },
};
