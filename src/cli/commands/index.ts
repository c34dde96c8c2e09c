import type { CommandEntry } from '../command.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'tour',
    summary: 'play the whole story on an embedded lab, and leave a report',
    load: async () => (await import('./tour.ts')).tourCommand,
  },
  { name: 'lab', summary: 'a cluster to try things on, in one process', load: async () => (await import('./lab.ts')).labCommand },
  {
    name: 'spread',
    summary: 'where the pods sit, and what is wrong with that',
    load: async () => (await import('./spread.ts')).spreadCommand,
  },
  {
    name: 'what-if',
    summary: 'what happens when a node, a zone or a pair of nodes is down',
    load: async () => (await import('./what-if.ts')).whatIfCommand,
  },
  { name: 'run', summary: 'run an experiment, and bring back what it broke', load: async () => (await import('./run.ts')).runCommand },
  {
    name: 'check',
    summary: "send a user's journeys and tell how the application does",
    load: async () => (await import('./check.ts')).checkCommand,
  },
  { name: 'harden', summary: 'make the application survive, with a proof', load: async () => (await import('./harden.ts')).hardenCommand },
  {
    name: 'stop',
    summary: 'stop a run from another terminal, and undo what it did',
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  { name: 'recover', summary: 'mend what a dead run left broken', load: async () => (await import('./recover.ts')).recoverCommand },
  { name: 'runs', summary: 'list the runs, and what is left to mend', load: async () => (await import('./runs.ts')).runsCommand },
  { name: 'report', summary: 'a report of journals: html, md, junit, json', load: async () => (await import('./report.ts')).reportCommand },
  {
    name: 'validate',
    summary: 'check experiments without running them',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  {
    name: 'init',
    summary: 'write a first experiment, to be filled in',
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    name: 'discover',
    summary: 'list the faults and probes, or tell all about one',
    load: async () => (await import('./discover.ts')).discoverCommand,
  },
  {
    name: 'schema',
    summary: 'the JSON Schema of a file format, for editors',
    load: async () => (await import('./schema.ts')).schemaCommand,
  },
  { name: 'info', summary: 'versions, folders and what this machine offers', load: async () => (await import('./info.ts')).infoCommand },
  {
    name: 'doctor',
    summary: 'what evenkeel needs here, what is missing, what to do about it',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'azure',
    summary: 'the custom role that an experiment needs in Azure',
    load: async () => (await import('./azure.ts')).azureCommand,
  },
  {
    name: 'completion',
    summary: 'completion for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    name: 'watchdog',
    summary: 'mends after a run that died',
    hidden: true,
    load: async () => (await import('./watchdog.ts')).watchdogCommand,
  },
];
