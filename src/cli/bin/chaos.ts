#!/usr/bin/env node
process.stderr.write('chaos: not there yet\n');
process.exitCode = 1;
